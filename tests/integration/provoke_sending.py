"""How the codes of mailboxes, limits and failing sends come true; see `provoke`."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from activities import email
from domain.codes import ReasonCode
from domain.errors import Exhausted, OutcomeUnknown, Refused, Unavailable
from records import contacts
from tests.integration.world import IN_FLIGHT, Provocation, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def _run(world: World, **values: Any) -> str:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(**values)))
    await world.forward(enrollment, HOUR)
    return enrollment


async def provider_quota_exceeded(world: World) -> None:
    quota = Exhausted("429", retry_after=2 * HOUR)
    world.mail.fail("send_draft", quota)
    enrollment = await _run(world)
    assert world.standing(enrollment) == ("in_progress", "provider_quota_exceeded")
    await world.forward(enrollment, 2 * HOUR)
    assert len(world.mail.sent()) == 1


async def mailbox_blocked(world: World) -> None:
    world.mail.fail("send_draft", Exhausted("550 5.7.1", code=ReasonCode.MAILBOX_BLOCKED))
    await _run(world)
    assert world.mail.sent() == []


async def mailbox_error(world: World) -> None:
    world.mail.fail("create_draft", Refused("403", code=ReasonCode.MAILBOX_ERROR))
    await _run(world)


async def invalid_sender_address(world: World) -> None:
    refused = Refused("553 5.1.7", code=ReasonCode.INVALID_SENDER_ADDRESS)
    world.mail.fail("send_draft", refused)
    await _run(world)


async def auto_paused_send_failure(world: World) -> None:
    world.mail.fail("send_draft", *[Refused("400")] * 5)
    sequence = world.make_sequence(world.make_mailbox())
    ids = [world.enroll_one(sequence) for _ in range(6)]
    for one in ids[:5]:
        await world.forward(one, HOUR)
    await world.forward(ids[5], timedelta(minutes=10))
    assert world.standing(ids[5])[1] == "auto_paused_send_failure"


async def first_step_send_failed(world: World) -> None:
    world.mail.fail("create_draft", *[Unavailable("503")] * 6)
    enrollment = await _run(world)
    assert world.standing(enrollment) == ("error", "first_step_send_failed")


async def sending_failed(world: World) -> None:
    world.mail.fail("create_draft", *[Unavailable("503")] * 5)
    await _run(world, kind="outlook")


async def permanent_fail(world: World) -> None:
    world.mail.fail("send_draft", Refused("400"))
    await _run(world)


async def concurrency_cap(world: World) -> None:
    """Let as many sends as may be hang at the provider, and one more come due."""
    patience, email.QUEUE_FOR = email.QUEUE_FOR, timedelta(milliseconds=100)
    go_on = threading.Event()
    for _ in range(IN_FLIGHT):
        world.mail.do("create_draft", lambda: hang(go_on))
    for _ in range(IN_FLIGHT + 1):
        world.enroll_one(world.make_sequence(world.make_mailbox()))
    try:
        await world.until(lambda: "concurrency_cap" in world.codes(), "one more waits")
        assert world.mail.calls.count("create_draft") == IN_FLIGHT
    finally:
        go_on.set()
        email.QUEUE_FOR = patience
    await world.until(lambda: len(world.mail.sent()) == IN_FLIGHT + 1, "all are sent")


def hang(go_on: threading.Event) -> None:
    assert go_on.wait(30)


async def monthly_contact_limit(world: World) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        contacts.change_limit(connection, world.workspace_id, 1)
    sequence = world.make_sequence(world.make_mailbox())
    first, second = (world.enroll_one(sequence) for _ in range(2))
    await world.forward(first, HOUR)
    await world.forward(second, HOUR)
    assert world.standing(second) == ("in_progress", "monthly_contact_limit")
    assert len(world.mail.sent()) == 1
    await world.forward(second, 32 * DAY)
    assert len(world.mail.sent()) == 2


async def send_outcome_unknown(world: World) -> None:
    def vanish() -> None:
        for box in world.mail.boxes.values():
            box.sent.clear()
        raise OutcomeUnknown("cut")

    world.mail.do("send_draft", vanish, after=True)
    await _run(world)


SENDING: Mapping[ReasonCode, Provocation] = MappingProxyType(
    {
        ReasonCode.CONCURRENCY_CAP: concurrency_cap,
        ReasonCode.PROVIDER_QUOTA_EXCEEDED: provider_quota_exceeded,
        ReasonCode.MONTHLY_CONTACT_LIMIT: monthly_contact_limit,
        ReasonCode.MAILBOX_BLOCKED: mailbox_blocked,
        ReasonCode.AUTO_PAUSED_SEND_FAILURE: auto_paused_send_failure,
        ReasonCode.MAILBOX_ERROR: mailbox_error,
        ReasonCode.INVALID_SENDER_ADDRESS: invalid_sender_address,
        ReasonCode.SENDING_FAILED: sending_failed,
        ReasonCode.FIRST_STEP_SEND_FAILED: first_step_send_failed,
        ReasonCode.PERMANENT_FAIL: permanent_fail,
        ReasonCode.SEND_OUTCOME_UNKNOWN: send_outcome_unknown,
    }
)
