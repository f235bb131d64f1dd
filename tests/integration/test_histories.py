"""Histories hold ids only: never a name, an address, a subject or a body."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory

from relay.codec import Codec
from tests.integration.world import INSTANT, LATER, World
from tests.temporal_server import KEYS

pytestmark = pytest.mark.integration

CANARY = "Quetzalcoatl"


def readable(history: WorkflowHistory) -> str:
    """Give everything that a history says once its payloads are opened."""
    codec = Codec(KEYS)
    opened: list[str] = [str(history.to_json())]
    for event in history.events:
        for payload in _payloads(event):
            plain = codec.decode_now([payload])[0]
            opened.append(plain.data.decode("utf-8", "replace"))
    return "\n".join(opened)


def _payloads(message):
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if not hasattr(value, "__len__"):
            items = [value]
        elif hasattr(value, "values"):
            items = [v for v in value.values() if hasattr(v, "ListFields")]
        else:
            items = list(value)
        for item in items:
            if field.message_type.full_name == "temporal.api.common.v1.Payload":
                yield item
            else:
                yield from _payloads(item)


async def test_a_history_never_names_a_person(world: World) -> None:
    mailbox = world.make_mailbox(display_name=CANARY, address=f"{CANARY.lower()}@x.example")
    address = {"id": "adr_1", "address": f"{CANARY}@candidate.example", "type": "work"}
    candidate = world.make_candidate(first_name=CANARY, last_name=CANARY, emails=[address])
    enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER), candidate)
    await world.forward(enrollment, timedelta(days=5))

    said = readable(await world.handle(enrollment).fetch_history())

    assert enrollment in said  # The payloads were opened.
    assert "Send e-mail, step 1 of 2" in said
    assert CANARY.lower() not in said.lower()
    assert "A role for" not in said


async def test_the_search_finds_a_canary_that_was_planted(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    await world.relay()
    fact = {"number": 1, "name": CANARY}
    await world.handle(enrollment).signal("happened", fact)

    assert CANARY in readable(await world.handle(enrollment).fetch_history())


async def test_payloads_stay_small(world: World) -> None:
    enrollment = world.enroll_one(
        world.make_sequence(world.make_mailbox(), INSTANT, LATER, LATER, LATER)
    )
    await world.forward(enrollment, timedelta(days=15))

    history = await world.handle(enrollment).fetch_history()

    start, *others = [
        (event.event_id, len(payload.SerializeToString()))
        for event in history.events
        for payload in _payloads(event)
    ]
    assert start[1] <= 250 + 150 * 4
    assert max(size for _, size in others) <= 350
