"""What enrolling and a step cost Postgres, in statements. A count that grows must be wanted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from domain.holds import ResourceKind
from domain.suppressions import Origin, SuppressionKind, SuppressionReason
from records import holds, suppressions
from records.suppressions import NewEntry
from records.tables import mailboxes
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

PER_ENROLLING = 13  #: However many are enrolled in one call, and whatever they wait for.
PER_HEALING = 6  #: However many enrollments a mended resource lets go.
PER_SUPPRESSING = 10  #: However many entries are added, and however many enrollments end.
PER_STEP = 22  #: From the gate to the next step's slot; five of them name the workspace.
TRANSACTIONS_PER_STEP = 5


class Counted:
    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0


@contextmanager
def counting() -> Iterator[Counted]:
    """Count every statement of every engine."""
    seen = Counted()

    def note_statement(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.statements.append(statement)

    def note_commit(connection: Any) -> None:
        seen.commits += 1

    event.listen(Engine, "before_cursor_execute", note_statement)
    event.listen(Engine, "commit", note_commit)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note_statement)
        event.remove(Engine, "commit", note_commit)


@pytest.mark.parametrize("number", [1, 10, 200])
async def test_enrolling_costs_the_same_for_one_and_for_many(world: World, number: int) -> None:
    sequence = world.make_sequence(world.make_mailbox(daily_limit=1000), LATER)
    people = [world.make_candidate() for _ in range(number)]

    with counting() as seen:
        world.enroll(sequence, *people)

    assert len(seen.statements) == PER_ENROLLING, "\n".join(seen.statements)
    assert seen.commits == 1


@pytest.mark.parametrize("number", [1, 20])
async def test_healing_costs_the_same_for_one_and_for_many(world: World, number: int) -> None:
    mailbox = world.make_mailbox(state="disconnected")
    sequence = world.make_sequence(mailbox)
    ids = [world.enroll_one(sequence) for _ in range(number)]
    await world.relay()
    for one in ids:
        await world.forward(one, timedelta(hours=1))
    world.change(mailboxes, mailbox, state="connected")

    with (
        counting() as seen,
        world.database.workspace(world.workspace_id) as connection,
    ):
        released = holds.release(connection, world.workspace_id, ResourceKind.MAILBOX, mailbox)

    assert released == number
    assert len(seen.statements) == PER_HEALING, "\n".join(seen.statements)


@pytest.mark.parametrize(("number", "entries"), [(1, 1), (200, 1), (20, 20)])
async def test_suppressing_costs_the_same_for_one_and_for_many(
    world: World, number: int, entries: int
) -> None:
    sequence = world.make_sequence(world.make_mailbox(daily_limit=1000), LATER)
    people = [world.make_candidate() for _ in range(number)]
    ids = [one.enrollment_id for one in world.enroll(sequence, *people)]
    new = [
        NewEntry(
            kind=SuppressionKind.PERSON if entries > 1 else SuppressionKind.DOMAIN,
            value=people[n] if entries > 1 else "candidate.example",
            reason=SuppressionReason.BLOCKED,
            origin=Origin.API,
        )
        for n in range(entries)
    ]

    with (
        counting() as seen,
        world.database.workspace(world.workspace_id) as connection,
    ):
        added = suppressions.add_many(connection, world.workspace_id, new)

    assert sorted(e for one in added for e in one.ended) == sorted(str(one) for one in ids)
    assert len(seen.statements) == PER_SUPPRESSING, "\n".join(seen.statements)


async def test_a_step_costs_a_fixed_number_of_statements(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(cursor="0"), INSTANT, LATER, LATER)
    enrollment = world.enroll_one(sequence)
    first = world.row(enrollment)["step_id"]
    await world.relay()
    await world.until(lambda: world.row(enrollment)["step_id"] != first, "the next step's turn")

    handle = world.handle(enrollment)

    with counting() as seen:
        await world.skipper.fast_forward(handle, timedelta(days=4))

    assert len(world.mail.sent()) == 2
    assert len(seen.statements) == PER_STEP, "\n\n".join(seen.statements)
    assert seen.commits == TRANSACTIONS_PER_STEP
