"""The `MailClient` port: one suite, run against every implementation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from domain.errors import Disconnected, NotFound, OutcomeUnknown, StaleAttempt, Unavailable
from domain.fate import FateKind, StoredDraft, Submission
from domain.mail import Attachment, Draft, Letter, Recipient, StepContent, Thread, ThreadTail
from providers.mime import LetterWriter
from tests.conformance.posts import CARL, POSTS, RITA, GmailPost, MemoryPost, Post
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

KEY = "enr_1:stp_1:1"
LONG_QUIET = timedelta(minutes=10)  # Whatever was under way is over.


@pytest.fixture(params=POSTS)
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    opened = POSTS[request.param](request.getfixturevalue("sandbox"))
    yield opened
    opened.close()


def draft(key: str = KEY, tail: ThreadTail | None = None) -> Draft:
    content = StepContent(
        thread=Thread.NEW if tail is None else Thread.REPLY,
        subject="A role" if tail is None else "",
        body="<p>Hello</p>",
    )
    return Draft(
        key=key,
        from_address=RITA,
        from_name="Rita",
        to_address=CARL,
        to_name="Carl",
        recipient=Recipient(first_name="Carl", email=CARL),
        content=content,
        tail=tail,
        written_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def letter(key: str = KEY, tail: ThreadTail | None = None) -> Letter:
    return LetterWriter().write(draft(key, tail))


def headers_sent(sandbox: SandboxProcess) -> dict[str, str]:
    """Read the headers of what was accepted last, from the provider's own ledger."""
    return sandbox.client.get("/control/ledger").json()["data"][-1]["headers"]


def submission(draft_id: str, key: str = KEY, since: str | None = None) -> Submission:
    return Submission(
        key=key, draft_id=draft_id, letter=letter(key), baseline=since, quiet_for=LONG_QUIET
    )


def send(post: Post, written: Letter | None = None, key: str = KEY) -> str:
    written = written or letter(key)
    draft_id = post.client.create_draft(written)
    return post.client.send_draft(replace(submission(draft_id, key), letter=written), stay)


def stay() -> None:
    """Pass the last check."""


class TestDrafts:
    def test_are_there_until_they_are_sent(self, post: Post) -> None:
        draft_id = post.client.create_draft(letter())
        assert post.client.fate(submission(draft_id)).kind is FateKind.UNSENT
        assert post.delivered() == 0

        post.client.send_draft(submission(draft_id), stay)

        assert post.client.fate(submission(draft_id)).kind is FateKind.SENT
        assert post.delivered() == 1

    def test_are_sent_once(self, post: Post) -> None:
        if not post.keeps_drafts:
            pytest.skip("It keeps no drafts.")
        draft_id = post.client.create_draft(letter())
        post.client.send_draft(submission(draft_id), stay)

        with pytest.raises(NotFound):
            post.client.send_draft(submission(draft_id), stay)

        assert post.delivered() == 1

    def test_stay_when_the_last_check_says_no(self, post: Post) -> None:
        draft_id = post.client.create_draft(letter())

        def too_late() -> None:
            raise StaleAttempt(KEY)

        with pytest.raises(StaleAttempt):
            post.client.send_draft(submission(draft_id), too_late)

        assert post.client.fate(submission(draft_id)).kind is FateKind.UNSENT
        assert post.delivered() == 0

    def test_of_ours_are_found_by_their_key(self, post: Post) -> None:
        if not post.keeps_drafts:
            pytest.skip("It keeps no drafts.")
        draft_id = post.client.create_draft(letter())
        send(post, key="enr_2:stp_1:1")

        assert list(post.client.our_drafts()) == [StoredDraft(draft_id=draft_id, key=KEY)]

    def test_may_be_deleted_again_and_again(self, post: Post) -> None:
        if not post.keeps_drafts:
            pytest.skip("It keeps no drafts.")
        draft_id = post.client.create_draft(letter())

        post.client.delete_draft(draft_id)
        post.client.delete_draft(draft_id)

        assert not post.client.our_drafts()
        assert post.client.fate(submission(draft_id)).kind is FateKind.LOST


class TestSentMessages:
    def test_have_ids_that_can_be_read_back(self, post: Post) -> None:
        sent_id = send(post)

        receipt = post.client.read_back(sent_id)

        assert receipt.provider_message_id == sent_id
        assert receipt.thread_id
        assert receipt.message_id.startswith("<")
        assert receipt.message_id.endswith(">")

    def test_are_found_by_their_delivery_key(self, post: Post) -> None:
        before = post.client.cursor()
        sent_id = send(post)
        send(post, key="enr_2:stp_1:1")

        fate = post.client.fate(submission("gone", since=before))

        assert fate.kind is FateKind.SENT
        assert fate.receipt == post.client.read_back(sent_id)
        other = post.client.fate(submission("gone", "enr_3:stp_1:1", before))
        assert other.kind is (FateKind.LOST if post.keeps_drafts else FateKind.UNSENT)

    def test_arrive_with_their_files(self, post: Post) -> None:
        files = (
            Attachment(name="Rôle.pdf", content_type="application/pdf", content=b"%PDF\x00\xff"),
            Attachment(name="notes.txt", content_type="text/plain", content=b"one\r\ntwo\n"),
        )
        send(post, LetterWriter().write(replace(draft(), attachments=files)))

        message = message_from_bytes(post.received(), policy=policy.default)
        found = [
            (one.get_filename(), one.get_content_type(), one.get_payload(decode=True))
            for one in message.iter_attachments()
        ]
        assert found == [(one.name, one.content_type, one.content) for one in files]

    def test_follow_up_in_the_same_thread(self, post: Post) -> None:
        first = post.client.read_back(send(post))
        tail = ThreadTail(
            thread_id=first.thread_id, message_id=first.message_id, references=(), subject="A role"
        )

        second = send(post, letter("enr_1:stp_2:1", tail))

        assert post.client.read_back(second).thread_id == first.thread_id


class TestTheInbox:
    def test_is_read_from_a_cursor_and_each_message_once(self, post: Post) -> None:
        cursor = post.client.cursor()
        sent_id = send(post)
        thread_id = post.client.read_back(sent_id).thread_id
        post.answer(sent_id)

        arrivals = post.client.arrivals(cursor)

        assert [one.thread_id for one in arrivals.messages] == [thread_id]
        assert arrivals.messages[0].from_address == CARL
        assert arrivals.messages[0].in_reply_to
        assert post.client.arrivals(arrivals.cursor).messages == ()

    def test_does_not_show_what_we_send(self, post: Post) -> None:
        cursor = post.client.cursor()

        send(post)

        assert post.client.arrivals(cursor).messages == ()

    def test_can_be_read_again_without_a_cursor(self, post: Post) -> None:
        sent_id = send(post)
        post.answer(sent_id)

        again = post.client.recent(days=30)

        assert len(again.messages) == 1
        assert post.client.arrivals(again.cursor).messages == ()


class TestFailures:
    def test_before_the_effect_leave_nothing(self, post: Post) -> None:
        post.break_once("before")

        with pytest.raises(Unavailable):
            post.client.create_draft(letter()) if post.keeps_drafts else send(post)

        assert send(post)
        assert post.delivered() == 1

    def test_after_the_effect_are_unknown_and_the_effect_is_found(self, post: Post) -> None:
        before = post.client.cursor()
        draft_id = post.client.create_draft(letter())
        post.break_once("lost")

        with pytest.raises(OutcomeUnknown):
            post.client.send_draft(submission(draft_id), stay)

        assert post.client.fate(submission(draft_id, since=before)).kind is FateKind.SENT
        assert post.delivered() == 1

    def test_of_a_dead_grant_say_so(self, post: Post) -> None:
        draft_id = post.client.create_draft(letter())
        post.break_once("revoked")

        with pytest.raises(Disconnected):
            post.client.send_draft(submission(draft_id), stay)

        assert post.delivered() == 0


def test_an_expired_cursor_is_not_found(sandbox: SandboxProcess) -> None:
    post = GmailPost(sandbox)
    cursor = post.client.cursor()
    sandbox.control(f"accounts/{RITA}/expire_history")

    with pytest.raises(NotFound):
        post.client.arrivals(cursor)
    post.close()


def test_a_thread_that_is_gone_does_not_keep_a_follow_up_from_leaving(
    sandbox: SandboxProcess,
) -> None:
    post = GmailPost(sandbox)
    first = post.client.read_back(send(post))
    sandbox.control(f"accounts/{RITA}/forget_thread", thread_id=first.thread_id)
    tail = ThreadTail(
        thread_id=first.thread_id, message_id=first.message_id, references=(), subject="A role"
    )

    send(post, letter("enr_1:stp_2:1", tail))

    assert post.delivered() == 2
    post.close()


def test_the_ways_to_opt_out_arrive_as_they_were_written(
    post: Post, sandbox: SandboxProcess
) -> None:
    """Gmail and SMTP take the bytes; Graph takes neither header by name, but both as properties."""
    if isinstance(post, MemoryPost):
        pytest.skip("It has no wire.")
    writer = LetterWriter(unsubscribe_url="https://reprise.example/unsubscribe")
    written = writer.write(replace(draft(), optout_token="7" * 66))

    send(post, written)

    meant = message_from_bytes(written.mime, policy=policy.default)
    sent = headers_sent(sandbox)
    assert sent["List-Unsubscribe"] == str(meant["List-Unsubscribe"])
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
