"""What SMTP and IMAP replies mean, each spelled as real servers spell it."""

from datetime import timedelta

import pytest

from domain.answers import Meaning
from domain.errors import Disconnected, Throttled, Unavailable
from providers.smtp_answers import TABLE, Stage, error_of, imap_error, meaning_of, read_reply

M, S = Meaning, Stage
CASES = [
    (S.AUTH, 535, "5.7.8 Username and Password not accepted.", M.DISCONNECTED),
    (S.AUTH, 534, "5.7.9 Application-specific password required.", M.DISCONNECTED),
    (S.AUTH, 530, "5.7.0 Must issue a STARTTLS command first.", M.DISCONNECTED),
    (S.AUTH, 454, "4.7.0 Temporary authentication failure", M.UNAVAILABLE),
    (S.AUTH, 421, "4.7.0 Try again later, closing connection.", M.UNAVAILABLE),
    (S.MAIL, 530, "5.7.0 Authentication Required.", M.DISCONNECTED),
    (S.MAIL, 501, "5.1.7 Bad sender address syntax", M.BAD_SENDER),
    (S.MAIL, 553, "Sender address rejected: not owned by user", M.BAD_SENDER),
    (S.DATA, 550, "5.7.60 SMTP; Client does not have permissions to send as", M.BAD_SENDER),
    (S.MAIL, 550, "5.4.5 Daily user sending limit exceeded.", M.QUOTA),
    (S.RCPT, 421, "4.7.28 Our system has detected an unusual rate", M.QUOTA),
    (S.DATA, 550, "5.1.8 Access denied, bad outbound sender", M.BLOCKED),
    (S.DATA, 550, "5.7.705 Access denied, tenant has exceeded threshold", M.BLOCKED),
    (S.DATA, 550, "5.7.708 Service unavailable. Access denied", M.BLOCKED),
    (S.DATA, 550, "5.7.26 This message does not have authentication", M.BLOCKED),
    (S.MAIL, 550, "5.7.1 Your access to submit messages has been suspended", M.BLOCKED),
    (S.DATA, 554, "5.7.1 Message rejected as spam", M.PERMANENT),
    (S.RCPT, 550, "5.7.1 Unable to relay", M.MAILBOX_ERROR),
    (S.DATA, 554, "5.7.1 Client host blocked", M.BLOCKED),
    (S.RCPT, 554, "5.7.1 Service unavailable; Client host blocked", M.BLOCKED),
    (S.RCPT, 550, "5.1.1 The email account does not exist.", M.BAD_RECIPIENT),
    (S.RCPT, 550, "5.1.2 Domain not found", M.BAD_RECIPIENT),
    (S.RCPT, 553, "5.1.3 Invalid address format", M.BAD_RECIPIENT),
    (S.RCPT, 556, "5.1.10 Recipient address has null MX", M.BAD_RECIPIENT),
    (S.RCPT, 550, "5.4.4 Unable to route", M.BAD_RECIPIENT),
    (S.RCPT, 550, "5.2.1 The account is disabled.", M.BAD_RECIPIENT),
    (S.RCPT, 552, "5.2.2 Mailbox full", M.PERMANENT),
    (S.DATA, 552, "5.3.4 Message size exceeds fixed limit", M.PERMANENT),
    (S.DATA, 552, "5.2.3 Your message exceeded size limits", M.PERMANENT),
    (S.DATA, 554, "5.6.0 Corrupt message content", M.PERMANENT),
    (S.MAIL, 550, "5.7.0 Authentication needed", M.DISCONNECTED),
    (S.RCPT, 450, "4.7.1 Greylisted, please try again later", M.THROTTLED),
    (S.RCPT, 451, "4.7.1 Greylisting in action", M.THROTTLED),
    (S.DATA, 421, "4.7.0 Try again later", M.THROTTLED),
    (S.RCPT, 452, "4.5.3 Too many recipients", M.THROTTLED),
    (S.MAIL, 432, "4.3.2 Concurrent connections limit exceeded", M.THROTTLED),
    (S.RCPT, 450, "4.2.1 The user is receiving mail at a rate", M.THROTTLED),
    (S.MAIL, 421, "Service not available", M.UNAVAILABLE),
    (S.RCPT, 550, "No such user here", M.BAD_RECIPIENT),
    (S.RCPT, 551, "User not local", M.BAD_RECIPIENT),
    (S.RCPT, 553, "Mailbox name not allowed", M.BAD_RECIPIENT),
    (S.DATA, 451, "4.3.0 Local error in processing", M.UNAVAILABLE),
    (S.DATA, 554, "Transaction failed", M.PERMANENT),
]


@pytest.mark.parametrize(("stage", "code", "text", "meaning"), CASES)
def test_a_refusal_means(stage: Stage, code: int, text: str, meaning: Meaning) -> None:
    assert meaning_of(stage, read_reply(code, text)) is meaning


def test_no_row_of_the_table_is_without_a_case() -> None:
    for where, code, enhanced, part, meaning in TABLE:
        assert any(
            where in ("any", stage)
            and code in (0, given)
            and (enhanced in text)
            and part in text.lower()
            and meaning is means
            for stage, given, text, means in CASES
        ), (where, code, enhanced, part)


def test_greylisting_waits_some_minutes() -> None:
    error = error_of(S.RCPT, 450, "4.7.1 Greylisted")

    assert isinstance(error, Throttled)
    assert error.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("NO [AUTHENTICATIONFAILED] Invalid credentials", Disconnected),
        ("NO [UNAVAILABLE] Come back later", Unavailable),
        ("NO [LIMIT] Too many connections", Unavailable),
        ("NO [INUSE] Mailbox in use", Unavailable),
        ("NO LOGIN failed.", Disconnected),
    ],
)
def test_an_imap_refusal_means(text: str, kind: type[Exception]) -> None:
    assert type(imap_error(text)) is kind
