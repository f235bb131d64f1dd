"""Sends and suppressions that meet: the gates see every entry that is committed before them."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text

from domain.errors import Unavailable
from domain.ids import Prefix
from records import suppressions
from records.candidates import change
from records.database import enter
from records.ids import fresh
from records.tables import deliveries, holds, log_events
from records.tables import suppressions as entries
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
JO = "jo@acme.example"


def suppress(world: World, kind: str, value: str, reason: str) -> suppressions.Added:
    """Add an entry on a connection of its own, committed at once."""
    with world.database.workspace(world.workspace_id) as connection:
        return suppressions.add(
            connection, world.workspace_id, kind=kind, value=value, reason=reason, origin="api"
        )


def person(world: World, *addresses: str) -> str:
    emails = [
        {"id": f"adr_{n}", "address": one, "type": "work"}
        for n, one in enumerate(addresses or (JO,))
    ]
    return world.make_candidate(emails=emails)


def enrolled(world: World, candidate: str | None = None) -> str:
    sequence = world.make_sequence(world.make_mailbox(cursor="0"), INSTANT, LATER)
    return world.enroll_one(sequence, candidate or person(world))


def hit(world: World, enrollment: str) -> dict[str, object]:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(log_events.c.code, log_events.c.detail, log_events.c.candidate_id).where(
            log_events.c.event == "suppression.hit", log_events.c.enrollment_id == enrollment
        )
        return dict(connection.execute(query).mappings().one())


def codes_of(world: World, enrollment: str) -> set[str]:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(holds.c.code).where(
            holds.c.enrollment_id == enrollment, holds.c.released_at.is_(None)
        )
        return set(connection.execute(query).scalars())


@pytest.mark.parametrize("reason", ["blocked", "unsubscribed", "complained"])
@pytest.mark.parametrize("place", ["create_draft", "arrivals"])
async def test_an_entry_between_the_two_gates_wins(world: World, place: str, reason: str) -> None:
    enrollment = enrolled(world)
    world.mail.do(place, lambda: suppress(world, "domain", "acme.example", reason) and None)

    await world.forward(enrollment, HOUR)

    code = "blocked" if reason == "blocked" else "unsubscribed"
    assert world.standing(enrollment) == ("finished", code)
    assert world.mail.sent() == []
    assert all(not box.drafts for box in world.mail.boxes.values())
    assert (await world.ended(enrollment))["code"] == code


async def test_who_is_enrolled_while_an_entry_is_added_is_ended_at_the_gate(world: World) -> None:
    blocking = world.database.connect()
    with blocking, blocking.begin():
        enter(blocking, world.workspace_id)
        added = suppressions.add(
            blocking,
            world.workspace_id,
            kind="domain",
            value="acme.example",
            reason="blocked",
            origin="api",
        )
        enrollment = enrolled(world)  # On another connection, committed before the entry is.
        assert added.ended == []

    assert world.standing(enrollment)[0] == "in_progress"
    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("finished", "blocked")
    assert world.mail.sent() == []
    said = hit(world, enrollment)
    assert said["detail"] == {
        "suppression": added.id,
        "kind": "domain",
        "reason": "blocked",
        "origin": "api",
    }


async def test_the_second_look_ends_who_was_enrolled_meanwhile(world: World) -> None:
    blocking = world.database.connect()
    with blocking, blocking.begin():
        enter(blocking, world.workspace_id)
        added = suppressions.add(
            blocking,
            world.workspace_id,
            kind="address",
            value=JO,
            reason="blocked",
            origin="api",
        )
        enrollment = enrolled(world)
    with world.database.workspace(world.workspace_id) as connection:
        ended = suppressions.end_covered(connection, world.workspace_id, [added.id])

    assert ended == [enrollment]


async def test_an_entry_waits_for_a_send_that_is_being_announced(world: World) -> None:
    """The gate's transaction holds the enrollment: the entry is stored behind it, and sees it."""
    enrollment = enrolled(world)
    gate = world.database.connect()
    done = threading.Event()
    added: list[suppressions.Added] = []

    def block() -> None:
        added.append(suppress(world, "domain", "acme.example", "blocked"))
        done.set()

    with gate, gate.begin():
        enter(gate, world.workspace_id)
        gate.execute(
            text("SELECT 1 FROM enrollments WHERE id = :id FOR UPDATE"), {"id": enrollment}
        )
        thread = threading.Thread(target=block, daemon=True)
        thread.start()
        wait_until_somebody_waits(world)
        assert not done.is_set()
    thread.join(10)

    assert added[0].ended == [enrollment]


@pytest.mark.parametrize("place", ["create_draft", "arrivals", None])
async def test_a_bounced_address_holds_and_its_correction_lets_go_once(
    world: World, place: str | None
) -> None:
    candidate = person(world)
    enrollment = enrolled(world, candidate)
    if place is None:
        bounce(world)
    else:
        world.mail.do(place, lambda: bounce(world))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("error", "previously_bounced")
    assert codes_of(world, enrollment) == {"previously_bounced"}
    assert hit(world, enrollment)["code"] == "previously_bounced"
    assert all(not box.drafts for box in world.mail.boxes.values())
    with world.database.workspace(world.workspace_id) as connection:
        new = [{"id": "adr_0", "address": "jo@new.example", "type": "work"}]
        change(connection, world.workspace_id, candidate, {"emails": new})
    await world.forward(enrollment, HOUR)

    assert [letter.mime.count(b"jo@new.example") > 0 for letter in world.mail.sent()] == [True]
    assert world.events(enrollment).count("hold.released") == 1


def bounce(world: World) -> None:
    """Add a bounce that ends nothing: as if it came before the candidate was enrolled."""
    row = {
        "id": fresh(Prefix.SUPPRESSION),
        "workspace_id": world.workspace_id,
        "kind": "address",
        "value": JO,
        "key": f"address:{JO}",
        "reason": "bounced",
        "origin": "message",
    }
    with world.database.workspace(world.workspace_id) as connection:
        connection.execute(insert(entries).values(**row))


async def test_lifting_a_bounce_releases_what_it_held_exactly_once(world: World) -> None:
    added = suppress(world, "address", JO, "bounced")
    enrollment = enrolled(world)
    await world.forward(enrollment, HOUR)
    assert world.standing(enrollment) == ("error", "previously_bounced")

    with world.database.workspace(world.workspace_id) as connection:
        lifted = suppressions.lift(connection, world.workspace_id, added.id, actor=None)
    assert lifted is not None
    assert lifted.released == 1
    await world.forward(enrollment, HOUR)

    assert len(world.mail.sent()) == 1
    assert world.events(enrollment).count("hold.released") == 1


async def test_another_address_is_never_taken_by_itself(world: World) -> None:
    suppress(world, "address", JO, "bounced")
    enrollment = enrolled(world, person(world, JO, "jo@home.example"))

    await world.forward(enrollment, HOUR)

    assert world.standing(enrollment) == ("error", "previously_bounced")
    assert world.mail.sent() == []
    with world.database.workspace(world.workspace_id) as connection:
        why = connection.execute(select(holds.c.detail)).scalar_one()
    assert "another of the candidate's addresses" in why
    assert JO not in why


async def test_a_letter_that_was_written_before_a_correction_goes_to_the_new_address(
    world: World,
) -> None:
    candidate = person(world)
    enrollment = enrolled(world, candidate)

    def correct_and_break_down() -> None:
        """The letter is stored by now, and the next try would use it as it is."""
        assert written_to(world) == [JO]
        with world.database.workspace(world.workspace_id) as connection:
            new = [{"id": "adr_0", "address": "jo@new.example", "type": "work"}]
            change(connection, world.workspace_id, candidate, {"emails": new})
        raise Unavailable("503")

    world.mail.do("create_draft", correct_and_break_down)

    await world.forward(enrollment, HOUR)

    assert written_to(world)[:1] == ["jo@new.example"]
    assert JO.encode() not in world.mail.sent()[0].mime


def written_to(world: World) -> list[str | None]:
    with world.database.workspace(world.workspace_id) as connection:
        return list(connection.execute(select(deliveries.c.to_address)).scalars())


def wait_until_somebody_waits(world: World) -> None:
    """Poll Postgres until a transaction waits for another one's lock."""
    deadline = time.monotonic() + 10
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while time.monotonic() < deadline:
        with world.database.system() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits.")
