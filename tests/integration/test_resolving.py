"""A person settles a send whose outcome nothing could prove."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.codes import ReasonCode
from domain.delivery import Resolution
from domain.errors import OutcomeUnknown
from records import facts, resolving
from records.tables import deliveries, slots
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def lose_a_send(world: World) -> str:
    """Let the provider take a message, lose its answer, and hide the sent copy."""

    def vanish() -> None:
        for box in world.mail.boxes.values():
            box.sent.clear()
        raise OutcomeUnknown("cut")

    world.mail.do("send_draft", vanish, after=True)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))
    await world.forward(enrollment, HOUR)
    assert world.standing(enrollment) == ("error", "send_outcome_unknown")
    return enrollment


def resolve(world: World, enrollment: str, resolution: Resolution) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(deliveries).where(deliveries.c.enrollment_id == enrollment)
        row = connection.execute(query.order_by(deliveries.c.created_at)).mappings().first()
        assert row is not None
        resolving.resolve(connection, row, resolution, reason="I looked.")


async def test_it_was_sent_goes_on_with_the_next_step(world: World) -> None:
    enrollment = await lose_a_send(world)

    resolve(world, enrollment, Resolution.SENT)
    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("in_progress", "scheduled")
    assert world.mail.calls.count("send_draft") == 1
    await world.forward(enrollment, 4 * DAY)
    assert world.mail.calls.count("send_draft") == 2
    assert world.standing(enrollment) == ("finished", "no_response")


async def test_send_it_sends_the_same_message_once(world: World) -> None:
    enrollment = await lose_a_send(world)

    resolve(world, enrollment, Resolution.SEND_AGAIN)
    await world.forward(enrollment, HOUR)

    assert len(world.mail.sent()) == 1
    assert world.mail.calls.count("send_draft") == 2
    assert world.standing(enrollment) == ("in_progress", "scheduled")


async def test_nothing_else_can_be_resolved(world: World) -> None:
    enrollment = await lose_a_send(world)
    resolve(world, enrollment, Resolution.SENT)

    with pytest.raises(facts.NotApplicable, match="it is sent"):
        resolve(world, enrollment, Resolution.SEND_AGAIN)


async def test_a_stop_in_between_is_kept(world: World) -> None:
    enrollment = await lose_a_send(world)
    with world.database.workspace(world.workspace_id) as connection:
        stop = ReasonCode.UNENROLLED_BY_USER
        facts.stop(connection, world.workspace_id, enrollment, code=stop)

    resolve(world, enrollment, Resolution.SEND_AGAIN)
    await world.relay()

    assert world.standing(enrollment) == ("finished", "unenrolled_by_user")
    assert world.mail.sent() == []


async def test_the_slot_counts_as_long_as_nobody_knows(world: World) -> None:
    await lose_a_send(world)

    with world.database.workspace(world.workspace_id) as connection:
        assert connection.execute(select(slots.c.used)).scalars().all() == [True]
