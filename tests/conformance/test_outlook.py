"""What is Outlook's own: queued sends, threads without createReply, grants, odd answers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Disconnected, Exhausted, NotFound, OutcomeUnknown, ProviderError, Refused
from domain.fate import FateKind
from domain.mail import ThreadTail
from providers.graph_message import IN_REPLY_TO, KEY_PROPERTY, REFERENCES, message_of
from tests.conformance.posts import CARL, RITA, OutlookPost
from tests.conformance.sandbox_process import SandboxProcess
from tests.conformance.test_mail_client import KEY, letter, send, stay, submission

pytestmark = pytest.mark.integration


@pytest.fixture
def post(sandbox: SandboxProcess) -> Iterator[OutlookPost]:
    opened = OutlookPost(sandbox)
    yield opened
    opened.close()


class TestAQueuedSend:
    def test_has_its_final_ids(self, post: OutlookPost, sandbox: SandboxProcess) -> None:
        sandbox.control("move_lag", ms=600_000)
        draft_id = post.client.create_draft(letter())
        sent_id = post.client.send_draft(submission(draft_id), stay)

        receipt = post.client.read_back(sent_id)

        assert receipt.provider_message_id == draft_id
        assert receipt.message_id.endswith("outlook.com>")

    def test_is_no_proof_until_it_was_quiet(
        self, post: OutlookPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control("move_lag", ms=600_000)
        draft_id = post.client.create_draft(letter())
        post.client.send_draft(submission(draft_id), stay)
        early = replace(submission(draft_id), quiet_for=timedelta(seconds=100))

        fate = post.client.fate(early)

        assert fate.kind is FateKind.PENDING
        assert fate.ask_again_after == timedelta(seconds=20)

    def test_that_moved_was_sent(self, post: OutlookPost, sandbox: SandboxProcess) -> None:
        draft_id = post.client.create_draft(letter())
        post.client.send_draft(submission(draft_id), stay)
        now = replace(submission(draft_id), quiet_for=timedelta())

        assert post.client.fate(now).kind is FateKind.SENT


def test_a_message_that_vanished_is_lost_only_after_a_while(post: OutlookPost) -> None:
    gone = submission("AAkALg0000")

    assert post.client.fate(replace(gone, quiet_for=timedelta())).kind is FateKind.PENDING
    assert post.client.fate(gone).kind is FateKind.LOST


def test_a_look_up_that_fails_proves_nothing(post: OutlookPost, sandbox: SandboxProcess) -> None:
    draft_id = post.client.create_draft(letter())
    match = {"operation": "graph.messages.get"}
    sandbox.control("faults", match=match, status=503, times=1)

    with pytest.raises(ProviderError):
        post.client.fate(submission(draft_id))


def test_a_follow_up_names_its_ancestors(post: OutlookPost, sandbox: SandboxProcess) -> None:
    first = post.client.read_back(send(post))
    tail = ThreadTail(
        thread_id=first.thread_id,
        message_id=first.message_id,
        references=("<a@b>",),
        subject="A role",
    )

    second = send(post, letter("enr_1:stp_2:1", tail), key="enr_1:stp_2:1")

    headers = sandbox.client.get("/control/ledger").json()["data"][-1]["headers"]
    assert headers["In-Reply-To"] == first.message_id
    assert headers["References"].split() == ["<a@b>", first.message_id]
    assert post.client.read_back(second).thread_id == first.thread_id


def test_the_draft_says_what_the_letter_says() -> None:
    written = message_of(letter())
    properties = {one["id"]: one["value"] for one in written["singleValueExtendedProperties"]}

    assert properties == {KEY_PROPERTY: KEY}
    assert IN_REPLY_TO not in properties
    assert REFERENCES not in properties
    assert written["toRecipients"] == [{"emailAddress": {"address": CARL, "name": "Carl"}}]
    assert written["ccRecipients"] == written["bccRecipients"] == []
    assert written["from"] == {"emailAddress": {"address": RITA, "name": "Rita"}}


@pytest.mark.parametrize(
    ("preset", "kind", "code"),
    [
        ("graph_daily_limit", Exhausted, "provider_quota_exceeded"),
        ("graph_blocked", Exhausted, "mailbox_blocked"),
        ("graph_error_after", OutcomeUnknown, None),
        ("graph_throttled", OutcomeUnknown, None),
        ("graph_unauthorized_after", Disconnected, "mailbox_disconnected"),
    ],
)
def test_a_send_that_fails_says_how(
    post: OutlookPost, sandbox: SandboxProcess, preset: str, kind: type[Exception], code: str | None
) -> None:
    draft_id = post.client.create_draft(letter())
    sandbox.control("faults", name=preset, match={"operation": "graph.messages.send"})

    with pytest.raises(kind) as caught:
        post.client.send_draft(submission(draft_id), stay)

    assert getattr(caught.value, "code", None) == code


@pytest.mark.parametrize(
    ("preset", "code"),
    [
        ("graph_send_as_denied", "invalid_sender_address"),
        ("graph_access_denied", "mailbox_error"),
        ("graph_no_mailbox", "mailbox_error"),
        ("graph_mailbox_full", "mailbox_error"),
        ("graph_bad_recipient", "invalid_contact_email"),
    ],
)
def test_a_refused_draft_says_why(
    post: OutlookPost, sandbox: SandboxProcess, preset: str, code: str
) -> None:
    sandbox.control("faults", name=preset)

    with pytest.raises(Refused) as caught:
        post.client.create_draft(letter())

    assert caught.value.code == code


class TestTheGrant:
    def test_is_renewed(self, post: OutlookPost) -> None:
        renewed = post.oauth.refresh(post.grant)

        assert renewed.access_token != post.grant.access_token
        assert post.oauth.client(renewed).address() == RITA

    def test_that_was_revoked_is_dead_at_once(
        self, post: OutlookPost, sandbox: SandboxProcess
    ) -> None:
        sandbox.control(f"accounts/{RITA}/revoke")
        with pytest.raises(Disconnected, match="invalid_grant"):
            post.oauth.refresh(post.grant)

        sandbox.control(f"accounts/{RITA}/restore")  # No answer is remembered for a minute.
        assert post.oauth.refresh(post.grant).access_token


def test_an_expired_cursor_is_not_found(post: OutlookPost, sandbox: SandboxProcess) -> None:
    cursor = post.client.cursor()
    sandbox.control(f"accounts/{RITA}/expire_history")

    with pytest.raises(NotFound):
        post.client.arrivals(cursor)
