"""A step's way from its slot to the provider and back, on real Postgres and Temporal."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import RowMapping, select, update

from domain.codes import ReasonCode
from domain.errors import Disconnected, OutcomeUnknown, RecordsAway, Refused, Unavailable
from domain.holds import ResourceKind
from domain.messages import StepResult
from records import crossing, facts, holds
from records.steps import Ledger
from records.tables import candidates, deliveries, mailboxes, sequences, slots
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class TestSequence:
    async def test_sends_every_step_in_one_thread(self, world: World) -> None:
        sequence = world.make_sequence(world.make_mailbox(), INSTANT, LATER, LATER)
        enrollment = world.enroll_one(sequence)

        await world.forward(enrollment, 7 * DAY)

        assert world.standing(enrollment) == ("finished", "no_response")
        first, *others = world.mail.sent()
        assert len(others) == 2
        assert {letter.thread_id for letter in others} == {"m2"}
        head = message_from_bytes(others[1].mime, policy=policy.default)
        assert head["Subject"] == f"Re: {first.subject}"
        assert len(str(head["References"]).split()) == 2
        assert world.events(enrollment).count("message.sent") == 3
        assert (await world.ended(enrollment))["code"] == "no_response"

    async def test_costs_four_calls_a_step(self, world: World) -> None:
        sequence = world.make_sequence(world.make_mailbox(cursor="0"), INSTANT)
        enrollment = world.enroll_one(sequence)

        await world.forward(enrollment, HOUR)

        assert world.mail.calls == [
            "open",
            "create_draft",
            "arrivals",
            "send_draft",
            "read_back",
        ]


class TestFailures:
    async def test_of_the_provider_are_tried_again_and_sent_once(self, world: World) -> None:
        world.mail.fail("create_draft", Unavailable("503"), Unavailable("503"))
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert len(world.mail.sent()) == 1
        assert world.events(enrollment).count("step.retry_scheduled") == 2

    async def test_that_do_not_end_hold_it_as_sending_failed(self, world: World) -> None:
        world.mail.fail("create_draft", *[Unavailable("503")] * 5)
        mailbox = world.make_mailbox(kind="outlook")
        enrollment = world.enroll_one(world.make_sequence(mailbox))
        await world.forward(enrollment, HOUR)
        assert world.standing(enrollment) == ("error", "sending_failed")

        with world.database.workspace(world.workspace_id) as connection:
            facts.retry(connection, world.workspace_id, enrollment)
        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")
        assert len(world.mail.sent()) == 1

    async def test_after_acceptance_never_send_twice(self, world: World) -> None:
        world.mail.fail("send_draft", OutcomeUnknown("cut"), after=True)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")
        assert len(world.mail.sent()) == 1
        assert "fate" in world.mail.calls

    async def test_between_the_last_commit_and_temporal_send_nothing_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        commit = Ledger.sent
        died: list[str] = []

        def die_once(self: Ledger, *arguments: Any, **more: Any) -> StepResult:
            result = commit(self, *arguments, **more)
            if not died:
                died.append("after the commit")
                raise SystemError("killed")
            return result

        monkeypatch.setattr(Ledger, "sent", die_once)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))

        await world.forward(enrollment, 4 * DAY)

        assert world.standing(enrollment) == ("finished", "no_response")
        assert world.mail.calls.count("send_draft") == 2
        assert world.events(enrollment).count("message.sent") == 2

    async def test_before_acceptance_send_the_same_draft(self, world: World) -> None:
        world.mail.fail("send_draft", OutcomeUnknown("cut"))
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert len(world.mail.sent()) == 1
        assert world.mail.calls.count("create_draft") == 1

    async def test_whose_outcome_cannot_be_known_wait_for_a_person(self, world: World) -> None:
        def vanish() -> None:
            for box in world.mail.boxes.values():
                box.sent.clear()
            raise OutcomeUnknown("cut")

        world.mail.do("send_draft", vanish, after=True)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("error", "send_outcome_unknown")
        assert world.mail.calls.count("send_draft") == 1

    async def test_to_read_back_an_accepted_message_never_call_it_failed(
        self, world: World
    ) -> None:
        world.mail.fail("create_draft", *[Unavailable("503")] * 4)
        world.mail.fail("read_back", Unavailable("503"))
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")
        assert len(world.mail.sent()) == 1

    async def test_for_good_hold_it_as_permanent_fail(self, world: World) -> None:
        world.mail.fail("send_draft", Refused("400"))
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("error", "permanent_fail")
        assert world.mail.sent() == []

    async def test_of_postgres_are_waited_out_however_long(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        claim, outages = Ledger.claim, iter(range(12))

        def away(self: Ledger, *arguments: Any) -> Any:
            if next(outages, None) is not None:
                raise RecordsAway("OperationalError")
            return claim(self, *arguments)

        monkeypatch.setattr(Ledger, "claim", away)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")
        assert len(world.mail.sent()) == 1

    async def test_of_our_own_become_a_system_error_and_nothing_worse(self, world: World) -> None:
        world.mail.fail("open", *[ZeroDivisionError("bug")] * 5)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("error", "system_error")


class TestHolds:
    async def test_of_a_dead_mailbox_heal_by_reconnecting_each_once(self, world: World) -> None:
        mailbox = world.make_mailbox()
        sequence = world.make_sequence(mailbox)
        world.mail.fail("open", Disconnected("invalid_grant"))
        ids = [world.enroll_one(sequence) for _ in range(3)]
        for one in ids:
            await world.forward(one, HOUR)
        assert {world.standing(one) for one in ids} == {("error", "mailbox_disconnected")}

        world.change(mailboxes, mailbox, state="connected", code=None)
        with world.database.workspace(world.workspace_id) as connection:
            assert holds.release(connection, world.workspace_id, ResourceKind.MAILBOX, mailbox) == 3
        for one in ids:
            await world.forward(one, HOUR)

        assert {world.standing(one) for one in ids} == {("finished", "no_response")}
        assert len(world.mail.sent()) == 3
        slots = sorted(world.row(one)["slot_at"] or datetime.max.replace(tzinfo=UTC) for one in ids)
        assert len(slots) == 3

    @pytest.mark.parametrize(
        ("person", "code"),
        [
            ({"emails": []}, "missing_contact_email"),
            (
                {"emails": [{"id": "adr_1", "address": "a@@b", "type": "work"}]},
                "invalid_contact_email",
            ),
            (
                {"emails": [{"id": "adr_1", "address": "josé@x.com", "type": "work"}]},
                "invalid_contact_email",
            ),
        ],
    )
    async def test_of_a_candidate_without_an_address_heal_by_one(
        self, world: World, person: dict[str, object], code: str
    ) -> None:
        candidate = world.make_candidate(**person)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()), candidate)
        await world.forward(enrollment, HOUR)
        assert world.standing(enrollment) == ("error", code)

        address = {"id": "adr_2", "address": "bo@right.example", "type": "work"}
        world.change(candidates, candidate, emails=[address])
        with world.database.workspace(world.workspace_id) as connection:
            holds.release(connection, world.workspace_id, ResourceKind.CANDIDATE, candidate)
        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")

    async def test_of_a_sequence_without_sender_heal_by_one(self, world: World) -> None:
        sequence = world.make_sequence(None)
        enrollment = world.enroll_one(sequence)
        await world.forward(enrollment, HOUR)
        assert world.standing(enrollment) == ("error", "no_sender")

        world.change(sequences, sequence, mailbox_id=world.make_mailbox())
        with world.database.workspace(world.workspace_id) as connection:
            holds.release(connection, world.workspace_id, ResourceKind.SEQUENCE, sequence)
        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")

    async def test_of_a_removed_mailbox_say_so(self, world: World) -> None:
        mailbox = world.make_mailbox()
        enrollment = world.enroll_one(world.make_sequence(mailbox))
        world.change(mailboxes, mailbox, removed_at=datetime.now(UTC))

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("error", "sender_removed")

    async def test_before_a_step_is_due_never_bring_it_forward(self, world: World) -> None:
        mailbox = world.make_mailbox()
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        with world.database.workspace(world.workspace_id) as connection:
            facts.pause(connection, world.workspace_id, enrollment)
        await world.relay()
        world.change(mailboxes, mailbox, state="disconnected")
        with world.database.workspace(world.workspace_id) as connection:
            facts.resume(connection, world.workspace_id, enrollment)
        await world.relay()
        await world.until_code(enrollment, "mailbox_disconnected")

        world.change(mailboxes, mailbox, state="connected")
        with world.database.workspace(world.workspace_id) as connection:
            holds.release(connection, world.workspace_id, ResourceKind.MAILBOX, mailbox)
        await world.forward(enrollment, DAY)

        assert len(world.mail.sent()) == 1  # The second is due three days after the first.
        await world.forward(enrollment, 2 * DAY)
        assert len(world.mail.sent()) == 2

    async def test_that_were_mended_meanwhile_are_not_stored(self, world: World) -> None:
        candidate = world.make_candidate(emails=[])
        mailbox = world.make_mailbox()
        enrollment = world.enroll_one(world.make_sequence(mailbox), world.make_candidate())
        del candidate

        def reconnect() -> None:
            world.change(mailboxes, mailbox, state="connected")
            raise Disconnected("the old token")

        world.mail.do("create_draft", reconnect)
        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("finished", "no_response")


class TestStops:
    async def test_by_a_reply_that_is_in_the_mailbox_win_over_a_due_send(
        self, world: World
    ) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        sent = next(iter(world.mail.boxes[mailbox].sent))

        world.mail.reply(mailbox, sent)
        await world.forward(enrollment, 7 * DAY)

        assert world.standing(enrollment) == ("replied", "replied")
        assert len(world.mail.sent()) == 1
        assert world.mail.boxes[mailbox].drafts == {}

    async def test_by_a_strangers_mail_that_names_our_id_do_not_happen(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        sent = next(iter(world.mail.boxes[mailbox].sent))

        world.mail.reply(mailbox, sent, thread_id="other", from_address="x@stranger.example")
        await world.forward(enrollment, 7 * DAY)

        assert world.standing(enrollment) == ("finished", "no_response")

    async def test_between_draft_and_send_leave_no_draft_behind(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox))

        def stop() -> None:
            with world.database.workspace(world.workspace_id) as connection:
                facts.stop(
                    connection, world.workspace_id, enrollment, code=ReasonCode.UNENROLLED_BY_USER
                )

        world.mail.do("arrivals", stop)
        await world.forward(enrollment, HOUR)
        await world.until_code(enrollment, "unenrolled_by_user")
        await world.until(lambda: not world.mail.boxes[mailbox].drafts, "the draft is removed")

        assert world.mail.sent() == []

    @pytest.mark.parametrize(("accepted", "state"), [(True, "sent"), (False, "rendered")])
    async def test_while_the_outcome_is_open_wait_for_it(
        self, world: World, accepted: bool, state: str
    ) -> None:
        """The message that crossed is known as sent; one that did not leave never does."""
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))

        def stop() -> None:
            with world.database.workspace(world.workspace_id) as connection:
                named = facts.stop(
                    connection, world.workspace_id, enrollment, code=ReasonCode.UNENROLLED_BY_USER
                )
                assert named.applied
            raise OutcomeUnknown("cut")

        world.mail.do("send_draft", stop, after=accepted)
        await world.forward(enrollment, HOUR)
        await world.until(lambda: delivery_of(world, enrollment)["state"] == state, state)

        delivery = delivery_of(world, enrollment)
        assert delivery["sent_before_stop"] is accepted
        assert len(world.mail.sent()) == (1 if accepted else 0)
        assert (await world.ended(enrollment))["code"] == "unenrolled_by_user"
        assert world.standing(enrollment) == ("finished", "unenrolled_by_user")
        assert slots_of(world, enrollment) == ([True] if accepted else [])

    async def test_are_idempotent_and_the_first_wins(self, world: World) -> None:
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
        with world.database.workspace(world.workspace_id) as connection:
            for code in (ReasonCode.DELETED, ReasonCode.UNENROLLED_BY_USER):
                facts.stop(connection, world.workspace_id, enrollment, code=code)
        await world.relay()

        assert world.standing(enrollment) == ("finished", "deleted")
        assert (await world.ended(enrollment))["code"] == "deleted"


class TestPause:
    async def test_leaves_its_mark_on_what_its_answer_named(self, world: World) -> None:
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))

        def pause() -> None:
            with world.database.workspace(world.workspace_id) as connection:
                facts.pause(connection, world.workspace_id, enrollment)
                assert crossing.name_crossing(connection, enrollment_ids=[enrollment])

        world.mail.do("send_draft", pause)
        await world.forward(enrollment, HOUR)
        await world.until(lambda: delivery_of(world, enrollment)["state"] == "sent", "sent")

        assert delivery_of(world, enrollment)["sent_before_stop"] is True

    async def test_and_resume_keep_the_rest_of_a_delay(self, world: World) -> None:
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))
        await world.forward(enrollment, DAY)
        with world.database.workspace(world.workspace_id) as connection:
            facts.pause(connection, world.workspace_id, enrollment)
        assert world.standing(enrollment) == ("paused", "manual")
        await world.forward(enrollment, 10 * DAY)
        assert len(world.mail.sent()) == 1

        with world.database.workspace(world.workspace_id) as connection:
            facts.resume(connection, world.workspace_id, enrollment)
        await world.forward(enrollment, DAY)
        assert len(world.mail.sent()) == 1
        await world.forward(enrollment, DAY + HOUR)

        assert len(world.mail.sent()) == 2


class TestSlots:
    async def test_of_a_bulk_are_three_seconds_apart(self, world: World) -> None:
        sequence = world.make_sequence(world.make_mailbox())
        people = [world.make_candidate() for _ in range(100)]

        done = world.enroll(sequence, *people)

        slots = sorted(world.row(one.enrollment_id or "")["slot_at"] for one in done)
        gaps = [b - a for a, b in zip(slots, slots[1:], strict=False)]
        assert min(gaps) >= timedelta(seconds=3)
        assert slots[-1] - slots[0] == 99 * timedelta(seconds=3.1)
        codes = {world.standing(one.enrollment_id or "")[1] for one in done[1:]}
        assert codes == {"bulk_stagger"}

    async def test_that_a_full_house_missed_are_given_back_for_the_ones_running_now(
        self, world: World
    ) -> None:
        """Waiting for a new slot would make it late again: nothing would ever be sent."""
        sequence = world.make_sequence(world.make_mailbox())
        done = world.enroll(sequence, *[world.make_candidate() for _ in range(3)])
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(update(slots).values(slot_at=slots.c.slot_at - HOUR))

        for one in done:
            await world.forward(one.enrollment_id or "", HOUR)

        assert len(world.mail.sent()) == 3
        events = [event for one in done for event in world.events(one.enrollment_id or "")]
        assert "step.deferred" not in events
        with world.database.workspace(world.workspace_id) as connection:
            used = sorted(connection.execute(select(slots.c.slot_at)).scalars())
        assert min(b - a for a, b in zip(used, used[1:], strict=False)) >= timedelta(seconds=3)
        assert datetime.now(UTC) - used[0] < timedelta(minutes=5)

    async def test_beyond_the_daily_limit_lie_on_the_next_day(self, world: World) -> None:
        sequence = world.make_sequence(world.make_mailbox(daily_limit=2))
        people = [world.make_candidate() for _ in range(3)]

        done = world.enroll(sequence, *people)

        rows = [world.row(one.enrollment_id or "") for one in done]
        assert rows[2]["code"] == "mailbox_daily_limit"
        assert rows[2]["slot_at"] - rows[0]["slot_at"] >= DAY

    async def test_outside_the_hours_move_to_the_next_opening(self, world: World) -> None:
        closed_now = (datetime.now(UTC) - timedelta(days=1)).strftime("%a").lower()
        window = {"days": [closed_now], "start": "10:00", "end": "11:00"}
        schedule = world.make_schedule(windows=[window])
        sequence = world.make_sequence(world.make_mailbox(), schedule_id=schedule)

        enrollment = world.enroll_one(sequence)

        assert world.standing(enrollment) == ("in_progress", "outside_working_hours")
        await world.forward(enrollment, 8 * DAY)
        assert len(world.mail.sent()) == 1

    async def test_of_a_schedule_that_never_opens_are_an_error_until_it_does(
        self, world: World
    ) -> None:
        schedule = world.make_schedule(windows=[])
        sequence = world.make_sequence(world.make_mailbox(), schedule_id=schedule)
        enrollment = world.enroll_one(sequence)

        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment) == ("error", "schedule_invalid")


def delivery_of(world: World, enrollment: str) -> RowMapping:
    """Read an enrollment's only delivery."""
    with world.database.workspace(world.workspace_id) as connection:
        query = select(deliveries).where(deliveries.c.enrollment_id == enrollment)
        return connection.execute(query).mappings().one()


def slots_of(world: World, enrollment: str) -> list[bool]:
    """Say of each of its slots whether it was used."""
    with world.database.workspace(world.workspace_id) as connection:
        query = select(slots.c.used).where(slots.c.enrollment_id == enrollment)
        return list(connection.execute(query).scalars())
