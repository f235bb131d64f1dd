"""Mailboxes that may not send for a while: everybody waits, one probes, the others follow."""

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import update

from domain.codes import ReasonCode
from domain.errors import Exhausted, Refused
from records import blocks, booking, contacts, leases, mailboxes, rebooking
from records.tables import enrollments
from tests.integration.world import World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def blocked() -> Exhausted:
    return Exhausted("550 5.7.1", code=ReasonCode.MAILBOX_BLOCKED)


async def test_a_block_makes_everything_of_the_mailbox_wait_and_the_rest_go_on(
    world: World,
) -> None:
    world.mail.fail("send_draft", blocked())
    sequence = world.make_sequence(world.make_mailbox())
    first, second = world.enroll_one(sequence), world.enroll_one(sequence)
    await world.forward(first, HOUR)
    await world.forward(second, HOUR)

    assert {world.standing(one) for one in (first, second)} == {("in_progress", "mailbox_blocked")}

    elsewhere = world.enroll_one(world.make_sequence(world.make_mailbox()))
    await world.forward(elsewhere, HOUR)
    assert world.standing(elsewhere) == ("finished", "no_response")
    assert len(world.mail.sent()) == 1


async def test_after_a_day_one_probes_and_the_others_follow(world: World) -> None:
    world.mail.fail("send_draft", blocked())
    sequence = world.make_sequence(world.make_mailbox())
    first, second = world.enroll_one(sequence), world.enroll_one(sequence)
    await world.forward(first, HOUR)
    await world.forward(second, HOUR)

    await world.forward(first, DAY)
    assert len(world.mail.sent()) == 1
    assert "probe" in world.mail.calls
    await world.until_code(second, "scheduled")

    await world.forward(second, DAY)
    assert len(world.mail.sent()) == 2


async def test_a_second_block_arms_it_again(world: World) -> None:
    world.mail.fail("send_draft", blocked(), blocked())
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, DAY + HOUR)
    assert world.standing(enrollment) == ("in_progress", "mailbox_blocked")
    assert world.mail.sent() == []

    await world.forward(enrollment, DAY)
    assert len(world.mail.sent()) == 1


async def test_a_quota_waits_as_long_as_the_provider_says(world: World) -> None:
    world.mail.fail("send_draft", Exhausted("429", retry_after=3 * HOUR))
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, 2 * HOUR)
    assert world.mail.sent() == []

    await world.forward(enrollment, 2 * HOUR)
    assert len(world.mail.sent()) == 1


async def test_a_person_may_lift_a_block(world: World) -> None:
    world.mail.fail("send_draft", blocked())
    mailbox = world.make_mailbox()
    enrollment = world.enroll_one(world.make_sequence(mailbox))
    await world.forward(enrollment, HOUR)

    with world.database.workspace(world.workspace_id) as connection:
        mailboxes.resume(connection, world.workspace_id, mailbox)

    await world.forward(enrollment, HOUR)
    assert len(world.mail.sent()) == 1


class TestACauseThatIsMendedWhileAStepDecidesToWait:
    """What is mended brings forward who waits by then; a later wait must not miss it."""

    async def test_a_lifted_block(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.mail.fail("send_draft", blocked())
        mailbox = world.make_mailbox()
        sequence = world.make_sequence(mailbox)
        await world.forward(world.enroll_one(sequence), HOUR)
        between(monkeypatch, blocks, "check_unmended", lambda: lift(world, mailbox))

        second = world.enroll_one(sequence)
        await world.forward(second, HOUR)

        assert world.standing(second)[1] == "no_response"

    async def test_a_block_that_is_lifted_before_its_own_step_waits(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.mail.fail("send_draft", blocked())
        mailbox = world.make_mailbox()
        between(monkeypatch, leases, "give_back", lambda: lift(world, mailbox))

        enrollment = world.enroll_one(world.make_sequence(mailbox))
        await world.forward(enrollment, HOUR)

        assert world.standing(enrollment)[1] == "no_response"

    async def test_a_raised_daily_limit(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mailbox = world.make_mailbox(daily_limit=1)
        sequence = world.make_sequence(mailbox)
        await world.forward(world.enroll_one(sequence), HOUR)
        second = world.enroll_one(sequence)
        give_up_slot(world, second)
        between(monkeypatch, blocks, "check_unmended", lambda: raise_limit(world, mailbox, to=10))
        await world.forward(second, HOUR)

        assert world.standing(second)[1] == "no_response"


def between(
    monkeypatch: pytest.MonkeyPatch, room: ModuleType, name: str, happens: Callable[[], None]
) -> None:
    """Let something happen in another transaction right before the first call of a function."""
    real, pending = getattr(room, name), [happens]

    def call(*given: Any, **named: Any) -> Any:
        if pending:
            pending.pop()()
        return real(*given, **named)

    monkeypatch.setattr(room, name, call)


def lift(world: World, mailbox: str) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        mailboxes.resume(connection, world.workspace_id, mailbox)


def raise_limit(world: World, mailbox: str, *, to: int) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        mailboxes.change_daily_limit(connection, world.workspace_id, mailbox, to)


def give_up_slot(world: World, enrollment: str) -> None:
    """Let it come due without a slot, as after a pause."""
    with world.database.workspace(world.workspace_id) as connection:
        booking.free(connection, [enrollment])
        change = {"slot_at": None, "not_before": None, "wait_code": "scheduled"}
        connection.execute(
            update(enrollments).where(enrollments.c.id == enrollment).values(**change)
        )


class TestTheCircuit:
    async def test_opens_after_five_refusals_and_touches_no_other_mailbox(
        self, world: World
    ) -> None:
        world.mail.fail("send_draft", *[Refused("400")] * 5)
        sequence = world.make_sequence(world.make_mailbox())
        ids = [world.enroll_one(sequence) for _ in range(6)]
        for one in ids:
            await world.forward(one, timedelta(minutes=5))

        assert [world.standing(one)[1] for one in ids] == [
            *["permanent_fail"] * 5,
            "auto_paused_send_failure",
        ]
        assert world.standing(ids[5])[0] == "paused"
        other = world.enroll_one(world.make_sequence(world.make_mailbox()))
        await world.forward(other, HOUR)
        assert len(world.mail.sent()) == 1

    async def test_is_half_open_for_one_and_closes_when_it_succeeds(self, world: World) -> None:
        world.mail.fail("send_draft", *[Refused("400")] * 5)
        sequence = world.make_sequence(world.make_mailbox())
        ids = [world.enroll_one(sequence) for _ in range(7)]
        for one in ids:
            await world.forward(one, timedelta(minutes=5))

        await world.forward(ids[5], HOUR)
        await world.forward(ids[6], HOUR)

        assert len(world.mail.sent()) == 2

    async def test_opens_again_when_the_probe_fails(self, world: World) -> None:
        world.mail.fail("send_draft", *[Refused("400")] * 6)
        sequence = world.make_sequence(world.make_mailbox())
        ids = [world.enroll_one(sequence) for _ in range(7)]
        for one in ids:
            await world.forward(one, timedelta(minutes=5))

        await world.forward(ids[5], timedelta(minutes=20))
        assert world.standing(ids[5])[1] == "permanent_fail"
        await world.forward(ids[6], timedelta(minutes=20))
        assert world.standing(ids[6])[1] == "auto_paused_send_failure"
        assert world.mail.sent() == []


class TestRaisedLimits:
    async def test_of_a_day_bring_forward_exactly_who_waits_for_them(self, world: World) -> None:
        mailbox = world.make_mailbox(daily_limit=1)
        sequence = world.make_sequence(mailbox)
        first, second, third = (world.enroll_one(sequence) for _ in range(3))
        await world.forward(first, HOUR)
        assert world.standing(third)[1] == "mailbox_daily_limit"

        with world.database.workspace(world.workspace_id) as connection:
            brought = mailboxes.change_daily_limit(connection, world.workspace_id, mailbox, 10)

        assert brought == 2
        await world.forward(second, HOUR)
        await world.forward(third, HOUR)
        assert len(world.mail.sent()) == 3

    async def test_of_a_month_bring_forward_exactly_who_waits_for_them(self, world: World) -> None:
        with world.database.workspace(world.workspace_id) as connection:
            contacts.change_limit(connection, world.workspace_id, 1)
        sequence = world.make_sequence(world.make_mailbox())
        first, second = world.enroll_one(sequence), world.enroll_one(sequence)
        await world.forward(first, HOUR)
        await world.forward(second, HOUR)
        assert world.standing(second)[1] == "monthly_contact_limit"

        with world.database.workspace(world.workspace_id) as connection:
            contacts.change_limit(connection, world.workspace_id, 2)
            full = (ReasonCode.MONTHLY_CONTACT_LIMIT,)
            assert rebooking.of_workspace(connection, world.workspace_id, full) == 1

        await world.forward(second, HOUR)
        assert len(world.mail.sent()) == 2

    async def test_a_month_counts_people_not_messages(self, world: World) -> None:
        with world.database.workspace(world.workspace_id) as connection:
            contacts.change_limit(connection, world.workspace_id, 1)
        candidate = world.make_candidate()
        for _ in range(2):
            sequence = world.make_sequence(world.make_mailbox())
            await world.forward(world.enroll_one(sequence, candidate), HOUR)

        assert len(world.mail.sent()) == 2
