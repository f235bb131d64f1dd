"""What is SMTP's own: no draft, a Sent folder that may tell, refusals at every command."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import SmtpAccess
from domain.errors import (
    Disconnected,
    Exhausted,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Unavailable,
)
from domain.fate import FateKind
from providers.mail_servers import trust
from providers.smtp import Line, SmtpClient
from tests.conformance.posts import RITA, SmtpPost
from tests.conformance.sandbox_process import SandboxProcess
from tests.conformance.test_mail_client import letter, send, stay, submission

pytestmark = pytest.mark.integration


@pytest.fixture
def post(sandbox: SandboxProcess) -> Iterator[SmtpPost]:
    opened = SmtpPost(sandbox)
    yield opened
    opened.close()


def with_habit(post: SmtpPost, files_sent: bool | None) -> SmtpClient:
    access = replace(post.access, files_sent=files_sent)
    return SmtpClient(access, Line(context=trust(None), timeout=5), post.learnt.append)


def sent_folder(sandbox: SandboxProcess) -> list[str]:
    got = sandbox.client.get(f"/control/accounts/{RITA}/messages?label=SENT").json()["data"]
    return [one["message_id"] for one in got]


class TestALostAnswer:
    def test_is_found_in_the_sent_folder(self, post: SmtpPost, sandbox: SandboxProcess) -> None:
        sandbox.control("faults", name="smtp_lost_answer")
        with pytest.raises(OutcomeUnknown):
            send(post)

        assert post.client.fate(submission("")).kind is FateKind.SENT
        assert post.delivered() == 1

    def test_before_acceptance_is_proven_after_two_quiet_minutes(
        self, post: SmtpPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control("faults", name="smtp_lost_data")
        with pytest.raises(OutcomeUnknown):
            send(post)

        early = replace(submission(""), quiet_for=timedelta(seconds=110))
        assert post.client.fate(early).kind is FateKind.PENDING
        assert post.client.fate(submission("")).kind is FateKind.UNSENT

    def test_proves_nothing_where_the_server_files_nothing(
        self, post: SmtpPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control(f"accounts/{RITA}/filing", files_sent=False)
        client = with_habit(post, False)
        sandbox.control("faults", name="smtp_lost_answer")
        with pytest.raises(OutcomeUnknown):
            client.send_draft(submission(""), stay)

        assert client.fate(submission("")).kind is FateKind.LOST

    def test_proves_nothing_while_the_sent_folder_cannot_be_read(
        self, post: SmtpPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control("faults", name="imap_unavailable")
        with pytest.raises(ProviderError):
            post.client.fate(submission(""))


class TestTheSentCopy:
    def test_is_left_to_a_server_that_files(self, post: SmtpPost, sandbox: SandboxProcess) -> None:
        client = with_habit(post, None)
        sent_id = client.send_draft(submission(""), stay)

        client.read_back(sent_id)

        assert sent_folder(sandbox) == [sent_id]
        assert [one.files_sent for one in post.learnt] == [True]

    def test_is_appended_where_the_server_does_not(
        self, post: SmtpPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control(f"accounts/{RITA}/filing", files_sent=False)
        client = with_habit(post, None)
        sent_id = client.send_draft(submission(""), stay)

        client.read_back(sent_id)

        assert [one.files_sent for one in post.learnt] == [False]
        assert sent_folder(sandbox).count(sent_id) == 2  # The ledger's own, and the filed one.
        assert client.fate(submission("")).kind is FateKind.SENT

    def test_that_cannot_be_filed_says_nothing_against_the_send(
        self, post: SmtpPost, sandbox: SandboxProcess
    ) -> None:
        client = with_habit(post, None)
        sent_id = client.send_draft(submission(""), stay)
        sandbox.control("faults", name="imap_unavailable")

        assert client.read_back(sent_id).message_id == sent_id


@pytest.mark.parametrize(
    ("preset", "kind", "code"),
    [
        ("smtp_blocked", Exhausted, "mailbox_blocked"),
        ("smtp_daily_limit", Exhausted, "provider_quota_exceeded"),
        ("smtp_no_such_user", Refused, "invalid_contact_email"),
        ("smtp_bad_password", Disconnected, "mailbox_disconnected"),
        ("smtp_busy", Unavailable, None),
    ],
)
def test_a_refusal_is_certain(
    post: SmtpPost, sandbox: SandboxProcess, preset: str, kind: type[Exception], code: str | None
) -> None:
    sandbox.control("faults", name=preset, times=3)  # A client tries every way to log in.

    with pytest.raises(kind) as caught:
        send(post)

    assert getattr(caught.value, "code", None) == code
    assert post.delivered() == 0


def test_a_folder_that_was_made_anew_is_no_cursor(post: SmtpPost, sandbox: SandboxProcess) -> None:
    cursor = post.client.cursor()
    sandbox.control(f"accounts/{RITA}/renew_folders")

    with pytest.raises(NotFound):
        post.client.arrivals(cursor)


def test_reading_marks_nothing_as_seen(post: SmtpPost, sandbox: SandboxProcess) -> None:
    cursor = post.client.cursor()
    send(post)
    post.answer("")

    (arrival,) = post.client.arrivals(cursor).messages
    assert post.client.raw(arrival, most=100_000)
    (again, *_) = post.client.recent(datetime.now(UTC) - timedelta(days=3))
    assert len(again.messages) == 1


def test_without_imap_nothing_is_heard_and_nothing_can_tell(post: SmtpPost) -> None:
    access = SmtpAccess(smtp=post.access.smtp)
    client = SmtpClient(access, Line(context=trust(None), timeout=5), post.learnt.append)

    assert client.arrivals(client.cursor()).messages == ()
    assert client.fate(submission("")).kind is FateKind.LOST


def test_what_leaves_is_what_was_stored_but_for_bcc(
    post: SmtpPost, sandbox: SandboxProcess
) -> None:
    send(post)

    got = sandbox.client.get("/control/accounts/carl@mail.example/messages").json()["data"]
    assert base64.b64decode(got[-1]["raw"]) == letter().mime
