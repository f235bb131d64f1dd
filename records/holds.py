"""Holds: who waits for which cause to be fixed, and letting exactly those go when it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.holds import HEALS, ResourceKind
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import log, outbox
from records.facts import log_ids
from records.projection import projected
from records.tables import enrollments, holds, sequences
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
    return release_many(
        connection, workspace_id, kind, [resource_id], codes=HEALS[kind], new_version=new_version
    )


def release_many(
    connection: Connection,
    workspace_id: str,
    kind: ResourceKind,
    resource_ids: Sequence[str],
    *,
    codes: Iterable[ReasonCode],
    new_version: int | None = None,
) -> int:
    """Let go of every enrollment that these resources of one kind held with one of `codes`."""
    let_go = (
        _COLUMN[kind].in_(list(resource_ids))
        & holds.c.code.in_([code.value for code in codes])
        & holds.c.released_at.is_(None)
    )
    rows = _lock_held(connection, let_go)
    closed = connection.execute(
        update(holds)
        .where(let_go, holds.c.enrollment_id.in_(list(rows)))
        .values(released_at=func.clock_timestamp(), released_by=kind.value)
        .returning(holds.c.enrollment_id, holds.c.id)
    )
    released = {one.enrollment_id: one.id for one in closed}
    live = [one for one in released if rows[one]["ended_code"] is None]
    if not live:
        return 0
    if new_version is not None:
        for enrollment_id in live:
            migrate_one(connection, workspace_id, enrollment_id, new_version)
    numbers = _set_free(connection, live, kind)
    _log(connection, workspace_id, [rows[one] for one in live], released, kind)
    facts = [_fact(workspace_id, rows[one], released[one], numbers[one]) for one in live]
    outbox.put(connection, facts)
    return len(live)


def _lock_held(connection: Connection, let_go: ColumnElement[bool]) -> dict[str, RowMapping]:
    """Lock the enrollments concerned, in the order of their ids; `now` is their business time."""
    held = select(holds.c.enrollment_id).where(let_go)
    now = func.clock_timestamp() + enrollments.c.clock_offset_ms * text("interval '1 millisecond'")
    query = (
        select(enrollments, now.label("now"))
        .where(enrollments.c.id.in_(held))
        .order_by(enrollments.c.id)
        .with_for_update()
    )
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _set_free(connection: Connection, ids: list[str], kind: ResourceKind) -> dict[str, int]:
    """Let the rows go, each by one more fact; gives the number of each one's."""
    values: dict[str, Any] = {
        "hold_id": None,
        "hold_code": None,
        "wait_code": ReasonCode.SCHEDULED.value,
    }
    if kind is ResourceKind.SEQUENCE:
        sender = select(sequences.c.mailbox_id).where(sequences.c.id == enrollments.c.sequence_id)
        values["mailbox_id"] = func.coalesce(enrollments.c.mailbox_id, sender.scalar_subquery())
    changed = connection.execute(
        update(enrollments)
        .where(enrollments.c.id.in_(ids))
        .values(
            **projected(**values),
            facts=enrollments.c.facts + 1,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments.c.id, enrollments.c.facts)
    )
    return {row.id: row.facts for row in changed}


def _log(
    connection: Connection,
    workspace_id: str,
    rows: Sequence[RowMapping],
    released: Mapping[str, str],
    kind: ResourceKind,
) -> None:
    log.write_many(
        connection,
        [
            {
                "workspace_id": workspace_id,
                "event": LogEvent.HOLD_RELEASED,
                "code": None,
                "at": row["now"],
                **log_ids(row),
                "detail": {"hold_id": released[row["id"]], "by": kind.value},
            }
            for row in rows
        ],
    )


def _fact(workspace_id: str, row: RowMapping, hold_id: str, number: int) -> outbox.Row:
    return outbox.fact_row(
        workspace_id,
        row["id"],
        enrollment_workflow_id(row["id"], row["round"]),
        kind=FactKind.RESOURCE_FIXED,
        number=number,
        payload={"hold_id": hold_id},
    )
