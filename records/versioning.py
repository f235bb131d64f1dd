"""Moves running enrollments to another version of their sequence."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import booking, outbox
from records.facts import lock, write_fact
from records.tables import deliveries, enrollments, versions


def migrate_enrollments(
    connection: Connection, workspace_id: str, sequence_id: str, number: int
) -> int:
    """Move every live enrollment of the sequence to version `number`; returns how many.

    One whose next step survives keeps its time; another goes on at the first step of the new
    version that it has not sent, as soon as a slot is free.
    """
    steps = _steps(connection, sequence_id, number)
    ids = connection.execute(
        select(enrollments.c.id)
        .where(
            enrollments.c.sequence_id == sequence_id,
            enrollments.c.ended_code.is_(None),
            enrollments.c.version != number,
        )
        .order_by(enrollments.c.id)
    ).scalars()
    return sum(_migrate(connection, workspace_id, one, number, steps) for one in list(ids))


def migrate_one(connection: Connection, workspace_id: str, enrollment_id: str, number: int) -> None:
    """Move one live enrollment to version `number`."""
    row = lock(connection, enrollment_id)
    steps = _steps(connection, row["sequence_id"], number)
    _migrate(connection, workspace_id, enrollment_id, number, steps)


def _migrate(
    connection: Connection,
    workspace_id: str,
    enrollment_id: str,
    number: int,
    steps: Sequence[Mapping[str, Any]],
) -> int:
    row = lock(connection, enrollment_id)
    if row["ended_code"] is not None:
        return 0
    step_id = _next_step(connection, row, steps)
    values: dict[str, Any] = {"version": number, "step_id": step_id}
    if step_id != row["step_id"]:
        booking.free(connection, [enrollment_id])
        values |= {"slot_at": None, "not_before": None}
    changed = write_fact(connection, row, values)
    if row["started"]:
        fact = outbox.fact_row(
            workspace_id,
            enrollment_id,
            enrollment_workflow_id(enrollment_id, row["round"]),
            kind=FactKind.MIGRATE,
            number=changed["facts"],
            payload={"version": number, "step_id": step_id},
        )
        outbox.put(connection, [fact])
    return 1


def _next_step(
    connection: Connection, row: RowMapping, steps: Sequence[Mapping[str, Any]]
) -> str | None:
    ids = [step["id"] for step in steps]
    if row["step_id"] in ids:
        return str(row["step_id"])
    done = set(
        connection.execute(
            select(deliveries.c.step_id).where(
                deliveries.c.enrollment_id == row["id"],
                deliveries.c.round == row["first_round"],
                deliveries.c.state.in_(("sent", "submitting", "unknown")),
            )
        ).scalars()
    )
    last = max((n for n, step_id in enumerate(ids) if step_id in done), default=-1)
    return ids[last + 1] if last + 1 < len(ids) else None


def _steps(connection: Connection, sequence_id: str, number: int) -> Sequence[Mapping[str, Any]]:
    return connection.execute(
        select(versions.c.steps).where(
            versions.c.sequence_id == sequence_id, versions.c.number == number
        )
    ).scalar_one()
