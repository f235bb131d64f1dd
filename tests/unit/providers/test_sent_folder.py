"""What a Sent folder proves, and what one that cannot be read must not prove."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access import Server, SmtpAccess, Tls
from domain.errors import Disconnected, ProviderError
from domain.fate import Fate, FateKind, Submission
from domain.mail import Letter
from providers.mail_servers import trust
from providers.mail_setup import faults_of
from providers.smtp import Line, SmtpClient, without_bcc
from tests.unit.providers.raw_imap import RawImap

NOBODY = Server(host="127.0.0.1", port=1, tls=Tls.NONE, username="", password="")
LETTER = Letter(
    subject="Hi",
    html="<p>Hi</p>",
    text="Hi",
    mime=b"From: mia@acme.example\r\nBcc: hr@acme.example\r\nSubject: Hi\r\n\r\nHi\r\n",
    message_id="<1@acme.example>",
    thread_id=None,
)
SUBMISSION = Submission(
    key="k",
    draft_id=LETTER.message_id,
    letter=LETTER,
    baseline=None,
    quiet_for=timedelta(minutes=10),
)
COPY = {"UID": "* SEARCH 7"}


class Mailbox:
    """A client after its send was accepted, and what it learnt."""

    def __init__(self, imap: RawImap, *, files_sent: bool | None, password: str = "secret") -> None:
        self.learnt: list[bool | None] = []
        access = SmtpAccess(smtp=NOBODY, imap=imap.server(password), files_sent=files_sent)
        self._client = SmtpClient(access, Line(context=trust(None), timeout=5), self._learn)
        self._client._sent[LETTER.message_id] = LETTER  # pyright: ignore[reportPrivateUsage]

    def _learn(self, access: SmtpAccess) -> None:
        self.learnt.append(access.files_sent)

    def fate(self) -> Fate:
        return self._client.fate(SUBMISSION)

    def read_back(self) -> str:
        return self._client.read_back(LETTER.message_id).message_id


@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "UID"])
@pytest.mark.parametrize("refusal", ["NO [INUSE] busy", "BAD what?"])
def test_that_cannot_be_read_proves_nothing(command: str, refusal: str) -> None:
    with RawImap({command: refusal}) as imap, pytest.raises(ProviderError):
        Mailbox(imap, files_sent=True).fate()


def test_that_is_not_there_proves_nothing() -> None:
    with RawImap(untagged={"LIST": '* LIST () "." INBOX'}) as imap:
        fate = Mailbox(imap, files_sent=True).fate()

    assert fate.kind is FateKind.LOST
    assert "no Sent folder" in fate.evidence


@pytest.mark.parametrize("command", ["LIST", "EXAMINE", "UID", "APPEND"])
def test_that_refuses_the_copy_says_nothing_against_the_send(command: str) -> None:
    with RawImap({command: "NO [OVERQUOTA] full"}) as imap:
        assert Mailbox(imap, files_sent=None).read_back() == LETTER.message_id


def test_that_holds_our_own_copy_is_not_taken_for_one_that_files() -> None:
    with RawImap({"APPEND": "NO [UNAVAILABLE] later"}) as imap:
        died = Mailbox(imap, files_sent=None)
        died.read_back()
    assert died.learnt == [False]  # Remembered before the copy is appended.

    with RawImap(untagged=COPY) as imap:
        later = Mailbox(imap, files_sent=False)
        assert later.fate().kind is FateKind.SENT
    assert later.learnt == []


def test_that_holds_a_copy_nobody_appended_shows_that_it_files() -> None:
    with RawImap(untagged=COPY) as imap:
        mailbox = Mailbox(imap, files_sent=None)
        assert mailbox.fate().kind is FateKind.SENT
    assert mailbox.learnt == [True]


class TestAPassword:
    def test_of_other_letters_is_sent_as_utf_8(self) -> None:
        with RawImap() as imap:
            Mailbox(imap, files_sent=True, password="Straße").fate()

        assert base64.b64encode("\0mia\0Straße".encode()).decode() in imap.heard

    @pytest.mark.parametrize(("password", "how"), [("Straße", "AUTHENTICATE"), ("s", "LOGIN")])
    def test_that_is_refused_wants_a_person(self, password: str, how: str) -> None:
        with (
            RawImap({how: "NO [AUTHENTICATIONFAILED] no"}) as imap,
            pytest.raises(Disconnected),
        ):
            Mailbox(imap, files_sent=True, password=password).fate()


def test_a_set_up_whose_inbox_cannot_be_read_is_named() -> None:
    with RawImap({"STATUS": "NO [SERVERBUG] broken"}) as imap:
        access = SmtpAccess(smtp=replace(NOBODY), imap=imap.server())
        faults = faults_of(access, Line(context=trust(None), timeout=5))

    assert [one.server for one in faults] == ["smtp", "imap"]


def test_only_the_header_bcc_is_left_away() -> None:
    body = b"Hi\r\n\r\nBcc: this stays\r\n"

    assert without_bcc(b"From: a@b.c\r\nBcc: x@y.z,\r\n w@y.z\r\nTo: c@d.e\r\n\r\n" + body) == (
        b"From: a@b.c\r\nTo: c@d.e\r\n\r\n" + body
    )
    assert without_bcc(b"To: c@d.e\r\nBcc: x@y.z\r\n\r\n" + body) == b"To: c@d.e\r\n\r\n" + body
    assert without_bcc(b"To: c@d.e\r\n\r\n" + body) == b"To: c@d.e\r\n\r\n" + body
