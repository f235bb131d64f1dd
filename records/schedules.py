"""Schedules: made, changed, read, taken out."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from domain.holds import ResourceKind
from domain.ids import Prefix
from records import holds
from records.ids import fresh
from records.tables import schedules, sequences

Values = Mapping[str, Any]


def make(connection: Connection, workspace_id: str, values: Values) -> str:
    """Make a schedule."""
    schedule_id = fresh(Prefix.SCHEDULE)
    connection.execute(
        insert(schedules).values(id=schedule_id, workspace_id=workspace_id, **values)
    )
    return schedule_id


def one(connection: Connection, schedule_id: str) -> RowMapping | None:
    """Read a schedule."""
    query = select(schedules).where(schedules.c.id == schedule_id)
    return connection.execute(query).mappings().first()


def listed(connection: Connection, *, after: str, limit: int) -> list[RowMapping]:
    """Read a page of schedules."""
    query = select(schedules).where(schedules.c.id > after).order_by("id").limit(limit)
    return list(connection.execute(query).mappings())


def change(connection: Connection, workspace_id: str, schedule_id: str, values: Values) -> None:
    """Write a schedule anew, and let go what its sequences were held for.

    Slots that are booked stay; one outside the new hours is given back when it comes due.
    """
    users = connection.execute(
        update(sequences)
        .where(_uses(schedule_id))
        .values(generation=sequences.c.generation + 1)
        .returning(sequences.c.id)
    ).scalars()
    sequence_ids = sorted(users)
    connection.execute(
        update(schedules)
        .where(schedules.c.id == schedule_id)
        .values(**values, revision=schedules.c.revision + 1, updated_at=func.clock_timestamp())
    )
    for sequence_id in sequence_ids:
        holds.release(connection, workspace_id, ResourceKind.SEQUENCE, sequence_id)


def remove(connection: Connection, schedule_id: str) -> bool:
    """Take a schedule out; False when a sequence uses it."""
    used = select(sequences.c.id).where(_uses(schedule_id)).exists()
    gone = connection.execute(delete(schedules).where(schedules.c.id == schedule_id, ~used))
    return gone.rowcount > 0


def _uses(schedule_id: str) -> Any:
    return or_(
        sequences.c.schedule_id == schedule_id,
        sequences.c.follow_up_schedule_id == schedule_id,
    )
