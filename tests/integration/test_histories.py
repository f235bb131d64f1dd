"""Histories hold ids only: never a name, an address, a subject or a body."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowHistory

from benchmarks.cost import payload_sizes, payloads_of
from relay.codec import Codec
from tests.integration.world import INSTANT, LATER, World
from tests.temporal_server import KEYS

pytestmark = pytest.mark.integration

CANARY = "Quetzalcoatl"


def readable(history: WorkflowHistory) -> str:
    """Give everything that a history says once its payloads are opened."""
    codec = Codec(KEYS)
    opened: list[str] = [str(history.to_json())]
    for plain in codec.decode_now(payloads_of(history)):
        opened.append(plain.data.decode("utf-8", "replace"))
    return "\n".join(opened)


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

    start, *others = payload_sizes(history)
    assert start <= 250 + 150 * 4
    assert max(others) <= 350
