"""A draft that will not be sent, at least not now, stays in nobody's Drafts folder."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.codes import ReasonCode
from domain.errors import Exhausted, ProviderError, Refused, Throttled, Unavailable
from records import facts, outbox
from tests.integration.world import World

pytestmark = pytest.mark.integration

SOON = timedelta(minutes=1)


def drafts(world: World) -> list[str]:
    return [one for box in world.mail.boxes.values() for one in box.drafts]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Exhausted("429"), "provider_quota_exceeded"),
        (Refused("400"), "permanent_fail"),
        (Refused("403", code=ReasonCode.MAILBOX_ERROR), "mailbox_error"),
    ],
)
async def test_of_a_step_that_is_refused_is_removed(
    world: World, error: ProviderError, code: str
) -> None:
    world.mail.fail("send_draft", error)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, SOON)

    assert world.standing(enrollment)[1] == code
    assert (world.mail.sent(), drafts(world)) == ([], [])


async def test_of_a_try_that_died_is_removed_once_somebody_stops(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    def stop_and_die() -> None:
        with world.database.workspace(world.workspace_id) as connection:
            code = ReasonCode.UNENROLLED_BY_USER
            facts.stop(connection, world.workspace_id, enrollment, code=code)
        raise RuntimeError("The worker is gone.")

    world.mail.do("cursor", stop_and_die)

    await world.forward(enrollment, SOON)

    assert world.standing(enrollment) == ("finished", "unenrolled_by_user")
    assert (world.mail.sent(), drafts(world)) == ([], [])


async def test_that_cannot_be_removed_now_is_left_to_the_sweep(world: World) -> None:
    world.mail.fail("send_draft", Refused("400"))
    world.mail.fail("delete_draft", Unavailable("503"))
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, SOON)

    assert world.standing(enrollment)[1] == "permanent_fail"
    assert len(drafts(world)) == 1


async def test_whose_answer_was_lost_is_removed_by_the_next_poll(world: World) -> None:
    mailbox = world.make_mailbox(cursor="0", swept_at=datetime.now(UTC))
    world.mail.fail("create_draft", Unavailable("no answer"), after=True)
    enrollment = world.enroll_one(world.make_sequence(mailbox))

    await world.forward(enrollment, timedelta(hours=1))
    assert world.standing(enrollment)[1] == "no_response"
    assert len(drafts(world)) == 1
    with world.database.workspace(world.workspace_id) as connection:
        outbox.signal_mailbox(connection, world.workspace_id, mailbox, "poll_now")

    await world.until(lambda: not drafts(world), "no draft is left")


async def test_of_a_step_that_is_tried_again_is_the_one_that_is_sent(world: World) -> None:
    world.mail.fail("send_draft", Throttled("429"))
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

    await world.forward(enrollment, timedelta(hours=1))

    assert world.mail.calls.count("create_draft") == 1
    assert (len(world.mail.sent()), drafts(world)) == (1, [])
