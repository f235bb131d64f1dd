"""Brings forward what waits for a moment that need not be waited for any more.

A step that waits for a cause with an end (a full day, a blocked mailbox, a monthly limit) sleeps
until its slot. When the cause is mended before, exactly those that wait for it are told, once
each; they book a new slot, so nothing bursts.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, text, update

from domain.codes import ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import booking, outbox
from records.projection import projected
from records.tables import enrollments, sequences


def of_mailbox(
    connection: Connection, workspace_id: str, mailbox_id: str, codes: Iterable[ReasonCode]
) -> int:
    """Bring forward what waits for this mailbox with one of these codes; returns how many."""
    sender = select(sequences.c.mailbox_id).where(sequences.c.id == enrollments.c.sequence_id)
    whose = func.coalesce(enrollments.c.mailbox_id, sender.scalar_subquery()) == mailbox_id
    return _bring_forward(connection, workspace_id, whose, codes)


def of_workspace(connection: Connection, workspace_id: str, codes: Iterable[ReasonCode]) -> int:
    """Bring forward whatever waits in the workspace with one of these codes."""
    return _bring_forward(
        connection, workspace_id, enrollments.c.workspace_id == workspace_id, codes
    )


def _bring_forward(
    connection: Connection,
    workspace_id: str,
    whose: ColumnElement[bool],
    codes: Iterable[ReasonCode],
) -> int:
    waiting = (
        select(enrollments.c.id)
        .where(whose, enrollments.c.wait_code.in_([code.value for code in codes]), _WAITS)
        .order_by(enrollments.c.id)
        .with_for_update()
    )
    ids = list(connection.execute(waiting).scalars())
    if not ids:
        return 0
    booking.free(connection, ids)
    changed = connection.execute(
        update(enrollments)
        .where(enrollments.c.id.in_(ids))
        .values(
            **projected(wait_code=ReasonCode.SCHEDULED.value, slot_at=None),
            facts=enrollments.c.facts + 1,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments.c.id, enrollments.c.round, enrollments.c.facts)
    )
    outbox.put(connection, [_fact(workspace_id, row) for row in changed.mappings()])
    return len(ids)


def _fact(workspace_id: str, row: RowMapping) -> outbox.Row:
    return outbox.fact_row(
        workspace_id,
        row["id"],
        enrollment_workflow_id(row["id"], row["round"]),
        kind=FactKind.RESOURCE_FIXED,
        number=row["facts"],
        payload={},
    )


_WAITS = text(
    "enrollments.started AND enrollments.ended_code IS NULL AND enrollments.hold_id IS NULL"
    " AND NOT enrollments.paused AND NOT enrollments.deactivated"
)
