"""Holds: who waits for which cause to be fixed, and letting exactly those go when it is."""

from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.codes import LogEvent, ReasonCode
from domain.holds import HEALS, ResourceKind
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import log, outbox
from records.facts import lock, log_ids, write_fact
from records.tables import holds, sequences
from records.versioning import migrate_one

_COLUMN = {
    ResourceKind.MAILBOX: holds.c.mailbox_id,
    ResourceKind.CANDIDATE: holds.c.candidate_id,
    ResourceKind.SEQUENCE: holds.c.sequence_id,
}


def release(
    connection: Connection,
    workspace_id: str,
    kind: ResourceKind,
    resource_id: str,
    *,
    new_version: int | None = None,
) -> int:
    """Let go of every enrollment that this resource held; returns how many.

    The caller has raised the resource's `generation` in the same transaction, so that a hold which
    is being written by an attempt that used the old one is not stored (see `records.steps`).
    Released enrollments book a new slot, so a mended mailbox does not burst.
    """
    codes = [code.value for code in HEALS[kind]]
    waiting = connection.execute(
        select(holds.c.enrollment_id)
        .where(_COLUMN[kind] == resource_id, holds.c.code.in_(codes), holds.c.released_at.is_(None))
        .order_by(holds.c.enrollment_id)
    ).scalars()
    return sum(
        _release_one(connection, workspace_id, enrollment_id, codes, kind, new_version)
        for enrollment_id in list(waiting)
    )


def _release_one(
    connection: Connection,
    workspace_id: str,
    enrollment_id: str,
    codes: list[str],
    kind: ResourceKind,
    new_version: int | None,
) -> int:
    row = lock(connection, enrollment_id)
    hold_id = connection.execute(
        update(holds)
        .where(
            holds.c.enrollment_id == enrollment_id,
            holds.c.code.in_(codes),
            holds.c.released_at.is_(None),
        )
        .values(released_at=func.clock_timestamp(), released_by=kind.value)
        .returning(holds.c.id)
    ).scalar()
    if hold_id is None or row["ended_code"] is not None:
        return 0
    values: dict[str, Any] = {
        "hold_id": None,
        "hold_code": None,
        "wait_code": ReasonCode.SCHEDULED.value,
    }
    if kind is ResourceKind.SEQUENCE and row["mailbox_id"] is None:
        values["mailbox_id"] = _sender_of(connection, row["sequence_id"])
    if new_version is not None:
        migrate_one(connection, workspace_id, enrollment_id, new_version)
    changed = write_fact(connection, row, values)
    log.write(
        connection,
        workspace_id=workspace_id,
        event=LogEvent.HOLD_RELEASED,
        code=None,
        at=row["now"],
        **log_ids(row),
        detail={"hold_id": hold_id, "by": kind.value},
    )
    fact = outbox.fact_row(
        workspace_id,
        enrollment_id,
        enrollment_workflow_id(enrollment_id, row["round"]),
        kind=FactKind.RESOURCE_FIXED,
        number=changed["facts"],
        payload={"hold_id": hold_id},
    )
    outbox.put(connection, [fact])
    return 1


def _sender_of(connection: Connection, sequence_id: str) -> str | None:
    return connection.execute(
        select(sequences.c.mailbox_id).where(sequences.c.id == sequence_id)
    ).scalar_one_or_none()
