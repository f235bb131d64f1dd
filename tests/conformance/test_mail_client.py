"""The `MailClient` port: one suite, run against every implementation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from domain.errors import Disconnected, NotFound, OutcomeUnknown, StaleAttempt, Unavailable
from domain.fate import FateKind, StoredDraft, Submission
from domain.mail import (
    Arrival,
    Attachment,
    Draft,
    Letter,
    Recipient,
    StepContent,
    Thread,
    ThreadTail,
)
from providers.mime import LetterWriter
from tests.conformance.posts import CARL, POSTS, RITA, GmailPost, MemoryPost, Post
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

KEY = "enr_1:stp_1:1"
MAIL = (
    b"From: Fay <fay@far.example>\r\nTo: rita@acme.example\r\nSubject: Hello\r\n"
    b"Message-ID: <1@far.example>\r\n\r\nGood day.\r\n"
)
HOSTILE = {
    "no headers": b"\r\nnothing here\r\n",
    "a head without an end": b"From: a@far.example\r\nSubject: " + b"a" * 5000,
    "no address": b"From: =?utf-8?q?=FF=FE?= <<>>\r\nSubject: x\r\n\r\nx\r\n",
    "bytes": b"From: \xff\xfe\xfa <\xff@far.example>\r\nSubject: \xff\xfe\r\n\r\n\xff\r\n",
    "nested": b"From: a@far.example\r\nSubject: x\r\n"
    + b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(1000)
    ),
}
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

    def test_says_what_a_head_says(self, post: Post) -> None:
        cursor = post.client.cursor()
        post.deliver(b"Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n" + MAIL)

        (arrival,) = post.client.arrivals(cursor).messages

        assert arrival.message_id == "<1@far.example>"
        assert arrival.subject == "Hello"
        assert arrival.headers["return-path"] == "<>"
        assert arrival.headers["auto-submitted"] == "auto-replied"
        assert abs(arrival.received_at - datetime.now(UTC)) < timedelta(minutes=1)

    def test_gives_a_long_span_in_parts_that_join(self, post: Post) -> None:
        cursor = post.client.cursor()
        for number in range(230):
            post.deliver(MAIL.replace(b"<1@", f"<{number}@".encode()))

        found: list[str] = []
        while True:
            part = post.client.arrivals(cursor)
            found += [one.message_id for one in part.messages]
            assert part.cursor is not None
            cursor = part.cursor
            if part.is_last:
                break

        assert found == [f"<{number}@far.example>" for number in range(230)]

    def test_reads_a_gap_again_wherever_its_messages_lie(self, post: Post) -> None:
        cursor = post.client.cursor()
        sent_id = send(post)
        post.answer(sent_id)
        post.deliver(MAIL, "spam")
        post.deliver(MAIL.replace(b"<1@", b"<2@"), "archive")
        post.expire()
        with pytest.raises(NotFound):
            post.client.arrivals(cursor)

        parts = list(post.client.recent(datetime.now(UTC) - timedelta(days=40)))

        found = [one for part in parts for one in part.messages]
        assert {"<1@far.example>", "<2@far.example>"} < {one.message_id for one in found}
        assert CARL in {one.from_address for one in found}
        assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
        assert [part.cursor for part in parts[:-1]] == [None] * (len(parts) - 1)
        assert parts[-1].cursor is not None
        assert post.client.arrivals(parts[-1].cursor).messages == ()

    def test_shows_what_filters_put_elsewhere(self, post: Post) -> None:
        cursor = post.client.cursor()
        post.deliver(MAIL, "spam")

        seen = [
            *post.client.arrivals(cursor).messages,
            *post.client.aside(datetime.now(UTC) - timedelta(hours=2)),
        ]

        assert {one.message_id for one in seen} == {"<1@far.example>"}

    def test_shows_nothing_that_is_older_than_asked_for(self, post: Post) -> None:
        post.deliver(MAIL)

        parts = list(post.client.recent(datetime.now(UTC) + timedelta(days=2)))

        assert [one for part in parts for one in part.messages] == []


class TestAMessage:
    def test_is_read_as_it_came(self, post: Post) -> None:
        cursor = post.client.cursor()
        raw = MAIL.replace(b"Good day.", "Grüße\x00, \r\n.\r\n=20".encode())
        post.deliver(raw)

        (arrival,) = post.client.arrivals(cursor).messages

        assert post.client.raw(arrival, most=1_000_000).rstrip() == raw.rstrip()

    def test_that_is_large_is_read_in_part(self, post: Post) -> None:
        cursor = post.client.cursor()
        post.deliver(MAIL + b"x" * 3_000_000)
        (arrival,) = post.client.arrivals(cursor).messages

        assert post.client.raw(arrival, most=1000) == (MAIL + b"x" * 3_000_000)[:1000]

    @pytest.mark.parametrize("name", HOSTILE)
    def test_that_is_hostile_harms_nobody(self, post: Post, name: str) -> None:
        cursor = post.client.cursor()
        post.deliver(HOSTILE[name])
        post.deliver(MAIL)

        arrivals = post.client.arrivals(cursor)

        assert len(arrivals.messages) == 2
        assert arrivals.messages[1].message_id == "<1@far.example>"
        for one in arrivals.messages:
            assert post.client.raw(one, most=1_000_000)

    def test_that_is_gone_is_not_found(self, post: Post) -> None:
        arrival = Arrival(
            provider_message_id="1700000000:999",
            thread_id="t",
            from_address="",
            message_id="",
            in_reply_to=(),
            subject="",
            received_at=datetime.now(UTC),
        )

        with pytest.raises(NotFound):
            post.client.raw(arrival, most=1000)


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
