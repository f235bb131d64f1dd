"""What each reply of a mail server proves of the message that was offered to it."""

from datetime import timedelta

import pytest

from domain.access import SmtpAccess
from domain.errors import (
    OutcomeUnknown,
    ProviderError,
    Refused,
    StaleAttempt,
    Throttled,
    Unavailable,
)
from domain.fate import Submission
from domain.mail import Letter
from domain.ports.mail import Leave
from providers.mail_servers import trust
from providers.smtp import Line, SmtpClient
from tests.unit.providers.raw_smtp import HANG_UP, RawSmtp

LETTER = Letter(
    subject="Hi",
    html="<p>Hi</p>",
    text="Hi",
    mime=b"From: mia@acme.example\r\nTo: jo@candidate.example\r\nSubject: Hi\r\n\r\nHi\r\n",
    message_id="<1@acme.example>",
    thread_id=None,
)


def send(smtp: RawSmtp, leave: Leave = lambda: None) -> str:
    access = SmtpAccess(smtp=smtp.server())
    client = SmtpClient(access, Line(context=trust(None), timeout=5), lambda _: None)
    submission = Submission(
        key="k", draft_id="", letter=LETTER, baseline=None, quiet_for=timedelta()
    )
    return client.send_draft(submission, leave)


@pytest.mark.parametrize("reply", ["250 2.0.0 queued", "250-a\r\n250 b", "251 will forward", "200"])
def test_a_positive_reply_accepts(reply: str) -> None:
    with RawSmtp({".": reply}) as smtp:
        assert send(smtp) == LETTER.message_id


@pytest.mark.parametrize("reply", [HANG_UP, "354 go on", "what?", "999 0"])
def test_no_reply_to_the_message_leaves_it_open(reply: str) -> None:
    with RawSmtp({".": reply}) as smtp, pytest.raises(OutcomeUnknown):
        send(smtp)


@pytest.mark.parametrize(
    ("command", "reply", "kind"),
    [
        ("MAIL", HANG_UP, Unavailable),
        ("RCPT", HANG_UP, Unavailable),
        ("DATA", HANG_UP, Unavailable),
        ("DATA", "what?", Unavailable),
        ("DATA", "421 4.3.2 closing", Throttled),
        ("RCPT", "451 4.7.1 Greylisted", Throttled),
        ("DATA", "451 4.3.0 later", Unavailable),
        (".", "451 4.3.0 later", Unavailable),
        (".", "554 5.6.0 no", Refused),
    ],
)
def test_what_certainly_failed_says_so(command: str, reply: str, kind: type[ProviderError]) -> None:
    with RawSmtp({command: reply}) as smtp, pytest.raises(kind) as caught:
        send(smtp)

    assert type(caught.value) is kind


@pytest.mark.parametrize("looks", [1, 2], ids=["before DATA", "while the server asks for it"])
def test_a_try_whose_time_is_over_sends_nothing(looks: int) -> None:
    """A process may be stopped, and go on, anywhere in between."""
    left = iter(range(looks - 1))

    def leave() -> None:
        if next(left, None) is None:
            raise StaleAttempt("too late")

    with RawSmtp() as smtp:
        with pytest.raises(StaleAttempt):
            send(smtp, leave)
        assert smtp.served.wait(10)
    assert smtp.commands.count("DATA") == looks - 1
    assert "." not in smtp.commands
