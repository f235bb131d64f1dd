"""What comes in: matched, kept with its class, and what follows, with the cursor in one go."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from domain.codes import ReasonCode
from domain.ids import Prefix
from domain.optouts import make_token
from records import facts
from records.ids import fresh
from records.tables import deliveries, log_events, mailboxes, suppressions
from tests.integration.letters import absence, bounce, catch_up, messages_of, sent_from
from tests.integration.world import INSTANT, LATER, World, make_steps

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def sent_one(world: World, mailbox: str, candidate: str | None = None, **values: Any) -> str:
    """Enroll somebody and let the first of two messages go out."""
    sequence = world.make_sequence(mailbox, INSTANT, LATER, **values)
    enrollment = world.enroll_one(sequence, candidate)
    await world.forward(enrollment, HOUR)
    await world.until(lambda: "message.sent" in world.events(enrollment), "its first message")
    assert world.standing(enrollment) == ("in_progress", "scheduled")
    return enrollment


def address(text_: str, kind: str = "work") -> dict[str, str]:
    return {"id": fresh(Prefix.ADDRESS), "address": text_, "type": kind}


@pytest.fixture
def mailbox(world: World) -> str:
    return world.make_mailbox(cursor="0")


class TestAReply:
    async def test_ends_the_enrollment_of_its_thread_only(self, world: World, mailbox: str) -> None:
        candidate = world.make_candidate()
        one = await sent_one(world, mailbox, candidate)
        other = await sent_one(world, mailbox, candidate)

        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id, body="Gladly!")
        caught = catch_up(world, mailbox)

        assert (caught.found, caught.stopped) == (1, 1)
        assert world.standing(one) == ("replied", "replied")
        assert world.standing(other) == ("in_progress", "scheduled")
        (message,) = messages_of(world)
        assert message["kind"] == "reply"
        assert message["excerpt"] == "Gladly!"
        assert message["matched_by"] == "thread"
        assert message["followed"]["consequence"] == "stop"
        assert "reply.received" in world.events(one)

    async def test_in_no_thread_ends_all_of_the_mailbox_with_the_candidate(
        self, world: World, mailbox: str
    ) -> None:
        candidate = world.make_candidate(
            emails=[address("jo@works.example"), address("jo@home.example", "personal")]
        )
        ours = [await sent_one(world, mailbox, candidate) for _ in range(2)]
        elsewhere = await sent_one(world, world.make_mailbox(cursor="0"), candidate)

        world.mail.receive(mailbox, b"From: jo@home.example\r\nSubject: Your mail\r\n\r\nHello?")
        assert catch_up(world, mailbox).stopped == 2

        assert {world.standing(one)[1] for one in ours} == {"replied"}
        assert world.standing(elsewhere) == ("in_progress", "scheduled")

    @pytest.mark.parametrize(
        ("sender", "thread", "stops"),
        [
            ("Bo Candidate <b77@private.example>", "ours", True),
            ("Sam <sam@candidate.example>", "ours", True),
            ("Bo Candidate <b77@private.example>", "own", True),
            ("Sam <sam@candidate.example>", "own", True),
            ("Mallory <mallory@evil.example>", "own", False),
            ("Mallory <mallory@evil.example>", "ours", False),
        ],
    )
    async def test_counts_from_whom_it_plausibly_comes(
        self, world: World, mailbox: str, sender: str, thread: str, stops: bool
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        sent = sent_from(world, mailbox)[0]
        raw = f"From: {sender}\r\nSubject: Re: A role\r\nIn-Reply-To: {sent.message_id}\r\n\r\nHi"
        changes = {"thread_id": sent.thread_id} if thread == "ours" else {}

        world.mail.receive(mailbox, raw.encode(), **changes)
        caught = catch_up(world, mailbox)

        assert caught.stopped == int(stops)
        assert world.standing(enrollment)[1] == ("replied" if stops else "scheduled")
        (message,) = messages_of(world)
        assert message["enrollment_id"] == enrollment
        assert (message["followed"]["consequence"] == "stop") is stops

    async def test_to_a_forwarded_message_by_a_colleague_is_one_in_the_thread(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        sent = sent_from(world, mailbox)[0]
        raw = (
            f"From: The Boss <boss@elsewhere.example>\r\nCc: {sent.to}\r\nSubject: Fwd: A role\r\n"
            f"References: {sent.message_id} <fwd@candidate.example>\r\n\r\nThat is for me."
        )

        world.mail.receive(mailbox, raw.encode())
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("replied", "replied")

    async def test_before_the_first_poll_is_heard(self, world: World) -> None:
        mailbox = world.make_mailbox()
        enrollment = await sent_one(world, mailbox)

        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        assert catch_up(world, mailbox).stopped == 1

        assert world.standing(enrollment) == ("replied", "replied")

    async def test_that_is_gone_when_it_is_read_counts_by_its_head(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        world.mail.boxes[mailbox].raw.clear()

        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("replied", "replied")


class TestOtherMail:
    async def test_is_neither_read_nor_kept(self, world: World, mailbox: str) -> None:
        await sent_one(world, mailbox)
        world.mail.calls.clear()
        world.mail.receive(mailbox, b"From: fay@far.example\r\nSubject: Lunch\r\n\r\nAt noon?")

        assert catch_up(world, mailbox).found == 0

        assert messages_of(world) == []
        assert "raw" not in world.mail.calls
        assert catch_up(world, mailbox).found == 0

    async def test_of_hostile_make_harms_nobody(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        sent = sent_from(world, mailbox)[0]
        nested = b"".join(
            b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
            for n in range(1000)
        )
        head = f"From: x@evil.example\r\nIn-Reply-To: {sent.message_id}\r\n".encode()
        for raw in (
            b"",
            b"\0\xff" * 100,
            head + nested,
            head + b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\0",
            head + b"\r\n" + b"x" * 50_000_000,
        ):
            world.mail.receive(mailbox, raw)

        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("in_progress", "scheduled")


class TestABounce:
    async def test_that_is_hard_suppresses_the_address(self, world: World, mailbox: str) -> None:
        candidate = world.make_candidate()
        one = await sent_one(world, mailbox, candidate)
        other = await sent_one(world, world.make_mailbox(cursor="0"), candidate)

        world.mail.receive(mailbox, bounce(sent_from(world, mailbox)[0]))
        assert catch_up(world, mailbox).stopped == 2

        assert world.standing(one) == world.standing(other) == ("finished", "bounced")
        assert "message.bounced" in world.events(one)
        (message,) = messages_of(world)
        assert message["status_code"] == "5.1.1"
        assert suppressed(world) == [("address", "bounced", "message", message["id"])]

    @pytest.mark.parametrize(
        ("status", "says"),
        [("4.2.2", "452 Mailbox full"), ("4.4.1", "421 Host not reachable, will retry")],
    )
    async def test_that_is_soft_stops_nobody(
        self, world: World, mailbox: str, status: str, says: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)

        world.mail.receive(mailbox, bounce(sent_from(world, mailbox)[0], status=status, says=says))
        assert catch_up(world, mailbox).stopped == 0

        assert world.standing(enrollment) == ("in_progress", "scheduled")
        assert messages_of(world)[0]["kind"] == "soft_bounce"
        assert "message.received" in world.events(enrollment)

    async def test_of_a_blocked_sender_is_the_mailboxs_matter(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        says = "554 5.7.1 Blocked: your IP address is listed at spamhaus.org"

        world.mail.receive(mailbox, bounce(sent_from(world, mailbox)[0], status="5.7.1", says=says))
        catch_up(world, mailbox)
        assert messages_of(world)[0]["kind"] == "sender_blocked"
        await world.forward(enrollment, 3 * DAY - 2 * HOUR)
        assert world.standing(enrollment) == ("in_progress", "scheduled")

        second = world.enroll_one(world.make_sequence(mailbox))
        await world.forward(second, HOUR)
        assert world.standing(second) == ("in_progress", "mailbox_blocked")
        await world.forward(second, DAY)
        assert len(sent_from(world, mailbox)) >= 2

    async def test_by_a_stranger_is_not_believed(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        forged = (
            bounce(sent_from(world, mailbox)[0])
            .replace(b"Mail Delivery System <mailer-daemon@relay.example>", b"m@evil.example")
            .replace(b"Return-Path: <>\n", b"")
        )

        world.mail.receive(mailbox, forged)
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("in_progress", "scheduled")
        assert suppressed(world) == []

    async def test_of_a_copy_is_not_the_candidates(self, world: World, mailbox: str) -> None:
        steps = make_steps(INSTANT, LATER)
        steps[0]["cc"] = ["boss@client.example"]
        sequence = world.make_sequence(mailbox, steps=steps)
        enrollment = world.enroll_one(sequence)
        await world.forward(enrollment, HOUR)
        sent = sent_from(world, mailbox)[0]

        world.mail.receive(mailbox, bounce(sent).replace(sent.to.encode(), b"boss@client.example"))
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("in_progress", "scheduled")


class TestAnOptOut:
    async def test_in_words_suppresses_the_person_in_every_sequence(
        self, world: World, mailbox: str
    ) -> None:
        candidate = world.make_candidate()
        one = await sent_one(world, mailbox, candidate)
        other = await sent_one(world, world.make_mailbox(cursor="0"), candidate)

        world.mail.reply(
            mailbox, sent_from(world, mailbox)[0].sent_id, body="Please stop emailing me."
        )
        catch_up(world, mailbox)

        assert world.standing(one) == world.standing(other) == ("finished", "unsubscribed")
        kinds = {(kind, reason) for kind, reason, *_ in suppressed(world)}
        assert kinds == {("person", "unsubscribed"), ("address", "unsubscribed")}

    async def test_by_mail_to_the_unsubscribe_address_needs_only_its_token(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        with world.database.workspace(world.workspace_id) as connection:
            seal = connection.execute(text("SELECT seal FROM workspaces")).scalar_one()
        token = make_token(bytes(seal), world.workspace_id, enrollment)
        forged = make_token(bytes(32), world.workspace_id, enrollment)
        head = "From: somebody@elsewhere.example\r\nSubject: unsubscribe "

        world.mail.receive(mailbox, f"{head}{forged}\r\n\r\n".encode())
        assert catch_up(world, mailbox).stopped == 0
        world.mail.receive(mailbox, f"{head}{token}\r\n\r\n".encode())
        assert catch_up(world, mailbox).stopped == 1

        assert world.standing(enrollment) == ("finished", "unsubscribed")
        assert {origin for _, _, origin, _ in suppressed(world)} == {"mailto"}
        assert messages_of(world)[-1]["matched_by"] == "token"


class TestAnAbsence:
    async def test_ends_it_by_default(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)

        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("finished", "out_of_office")

    async def test_is_waited_out_where_the_sequence_says_so(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")
        back = (datetime.now(UTC) + 12 * DAY).date()
        says = f"I am out of the office and will be back on {back:%d %B %Y}."

        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0], says=says))
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("paused", "out_of_office")
        assert world.row(enrollment)["paused_until"] == datetime(
            back.year, back.month, back.day, 9, tzinfo=UTC
        )
        await world.forward(enrollment, 8 * DAY)
        view = await world.view(enrollment)
        assert (view.status, view.code) == ("paused", "out_of_office")
        assert view.until == world.row(enrollment)["paused_until"]
        assert len(sent_from(world, mailbox)) == 1

        await world.forward(enrollment, 10 * DAY)

        assert len(sent_from(world, mailbox)) == 2
        assert world.standing(enrollment) == ("finished", "no_response")
        assert world.events(enrollment).count("enrollment.resumed") == 1

    async def test_without_a_date_is_waited_for_a_week(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")

        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)

        until = world.row(enrollment)["paused_until"]
        assert timedelta(days=6, hours=23) < until - datetime.now(UTC) < timedelta(days=7, hours=1)

    async def test_leaves_a_persons_pause_alone(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")
        with world.database.workspace(world.workspace_id) as connection:
            facts.pause(connection, world.workspace_id, enrollment)

        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("paused", "manual")
        assert world.row(enrollment)["paused_until"] is None

    async def test_for_good_is_as_good_as_a_bounce(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")
        says = "Bo Candidate is no longer with the company. Please contact Sam instead."

        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0], says=says))
        catch_up(world, mailbox)

        assert messages_of(world)[0]["auto"] == "left"
        assert world.standing(enrollment) == ("finished", "bounced")

    async def test_that_only_confirms_something_stops_nobody(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox)
        says = "Thank you for your message. We have received it; your ticket number is 1234."

        world.mail.receive(
            mailbox,
            absence(sent_from(world, mailbox)[0], says=says).replace(
                b"Automatic reply: A role", b"[#1234] We received your message"
            ),
        )
        catch_up(world, mailbox)

        assert messages_of(world)[0]["auto"] == "acknowledgement"
        assert world.standing(enrollment) == ("in_progress", "scheduled")


class TestReadingTwice:
    async def test_at_once_stores_and_stops_once(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        together = threading.Barrier(4)
        stopped: list[int] = []

        def read() -> None:
            together.wait()
            stopped.append(catch_up(world, mailbox).stopped)

        readers = [threading.Thread(target=read) for _ in range(4)]
        for one in readers:
            one.start()
        for one in readers:
            one.join()

        assert sorted(stopped) == [0, 0, 0, 1]
        assert len(messages_of(world)) == 1
        assert world.events(enrollment).count("enrollment.replied") == 1
        assert world.events(enrollment).count("reply.received") == 1

    async def test_under_another_id_is_the_same_message(self, world: World, mailbox: str) -> None:
        await sent_one(world, mailbox)
        reply = world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)

        raw = world.mail.boxes[mailbox].raw[reply.provider_message_id]
        world.mail.receive(mailbox, raw, thread_id=reply.thread_id)
        catch_up(world, mailbox)

        assert len(messages_of(world)) == 1

    async def test_in_one_go_is_the_same_message(self, world: World, mailbox: str) -> None:
        await sent_one(world, mailbox)
        reply = world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        raw = world.mail.boxes[mailbox].raw[reply.provider_message_id]
        world.mail.receive(mailbox, raw, thread_id=reply.thread_id)
        world.mail.boxes[mailbox].arrived.append(reply)

        catch_up(world, mailbox)

        assert len(messages_of(world)) == 1


class TestAGap:
    async def test_of_more_than_a_month_loses_no_stop(self, world: World, mailbox: str) -> None:
        """The mailbox was away for 40 days, its cursor has expired, and much came meanwhile."""
        ids = [await sent_one(world, mailbox) for _ in range(3)]
        catch_up(world, mailbox)
        world.change(mailboxes, mailbox, cursor_at=datetime.now(UTC) - 40 * DAY)
        sent = sent_from(world, mailbox)
        with world.database.workspace(world.workspace_id) as connection:
            past = text("UPDATE deliveries SET submitting_at = submitting_at - interval '41 days'")
            connection.execute(past)
        at = datetime.now(UTC) - 39 * DAY
        world.mail.reply(mailbox, sent[0].sent_id, received_at=at)
        for number in range(160):
            raw = f"From: n{number}@far.example\r\nSubject: News\r\n\r\nx".encode()
            world.mail.receive(mailbox, raw, received_at=at + number * HOUR)
        world.mail.receive(mailbox, bounce(sent[1]), received_at=at + 200 * HOUR)
        world.mail.reply(mailbox, sent[2].sent_id, received_at=at - 3 * DAY)  # Read before.
        world.mail.expire(mailbox)

        caught = catch_up(world, mailbox)

        assert caught.stopped == 2
        assert [world.standing(one)[1] for one in ids] == ["replied", "bounced", "scheduled"]
        assert catch_up(world, mailbox).found == 0

    async def test_that_breaks_off_goes_on_where_it_was(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        catch_up(world, mailbox)
        world.change(mailboxes, mailbox, cursor_at=datetime.now(UTC) - 40 * DAY)
        for number in range(120):
            raw = f"From: n{number}@far.example\r\nSubject: News\r\n\r\nx".encode()
            at = datetime.now(UTC) - (39 - number // 4) * DAY
            world.mail.receive(mailbox, raw, received_at=at)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        world.mail.expire(mailbox)
        world.mail.fail("raw", RuntimeError("cut"))
        with pytest.raises(Exception, match="RuntimeError"):
            catch_up(world, mailbox)

        assert read_days_ago(world, mailbox) < 39
        assert world.standing(enrollment) == ("in_progress", "scheduled")
        assert catch_up(world, mailbox).stopped == 1
        assert world.standing(enrollment) == ("replied", "replied")


class TestCrossing:
    async def test_is_counted_and_marked(self, world: World, mailbox: str) -> None:
        """It reached the mailbox before the next message left, and was read after."""
        enrollment = await sent_one(world, mailbox)
        first = sent_from(world, mailbox)[0]
        received_at = datetime.now(UTC)
        await world.forward(enrollment, 4 * DAY)
        assert len(sent_from(world, mailbox)) == 2
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(text("UPDATE enrollments SET ended_code = NULL, code = 'scheduled'"))

        world.mail.reply(mailbox, first.sent_id, received_at=received_at)
        catch_up(world, mailbox)

        with world.database.workspace(world.workspace_id) as connection:
            query = select(deliveries.c.sent_before_stop).order_by(deliveries.c.submitting_at)
            assert list(connection.execute(query).scalars()) == [False, True]
            ended = select(log_events.c.detail).where(log_events.c.event == "enrollment.replied")
            assert connection.execute(ended).scalar_one()["crossed"] is True

    async def test_is_marked_though_the_last_message_ended_it(
        self, world: World, mailbox: str
    ) -> None:
        """Provider times may be whole seconds: an equal one counts."""
        enrollment = await sent_one(world, mailbox)
        first = sent_from(world, mailbox)[0]
        await world.forward(enrollment, 4 * DAY)
        with world.database.workspace(world.workspace_id) as connection:
            query = select(deliveries.c.accepted_at).order_by(deliveries.c.submitting_at.desc())
            accepted_at = connection.execute(query).scalars().first()

        world.mail.reply(mailbox, first.sent_id, received_at=accepted_at)
        catch_up(world, mailbox)

        assert world.standing(enrollment) == ("finished", "no_response")
        with world.database.workspace(world.workspace_id) as connection:
            query = select(deliveries.c.sent_before_stop).order_by(deliveries.c.submitting_at)
            assert list(connection.execute(query).scalars()) == [False, True]

    async def test_an_answer_does_not_cross_what_it_answers(
        self, world: World, mailbox: str
    ) -> None:
        await sent_one(world, mailbox)
        sent = sent_from(world, mailbox)[0]

        world.mail.reply(
            mailbox, sent.sent_id, received_at=datetime.now(UTC) - timedelta(seconds=9)
        )
        catch_up(world, mailbox)

        assert messages_of(world)[0]["followed"]["crossed"] == []


async def test_a_stop_that_came_first_stays(world: World, mailbox: str) -> None:
    enrollment = await sent_one(world, mailbox)
    with world.database.workspace(world.workspace_id) as connection:
        stop = ReasonCode.UNENROLLED_BY_USER
        facts.stop(connection, world.workspace_id, enrollment, code=stop)

    world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
    assert catch_up(world, mailbox).stopped == 0

    assert world.standing(enrollment) == ("finished", "unenrolled_by_user")
    assert messages_of(world)[0]["followed"]["reason"] == "It had ended before."


def suppressed(world: World) -> list[tuple[str, str, str, str]]:
    with world.database.workspace(world.workspace_id) as connection:
        one = suppressions.c
        query = select(one.kind, one.reason, one.origin, one.message_id).where(
            one.lifted_at.is_(None)
        )
        return [tuple(row) for row in connection.execute(query)]  # pyright: ignore[reportReturnType]


def read_days_ago(world: World, mailbox: str) -> int:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(mailboxes.c.cursor_at).where(mailboxes.c.id == mailbox)
        return (datetime.now(UTC) - connection.execute(query).scalar_one()).days
