"""Stores a hold, unless its cause was mended since the attempt looked."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select, update

from domain.codes import LogEvent, ReasonCode
from domain.holds import ResourceKind, healers
from domain.ids import Prefix
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports.steps import Attempt
from records import booking, log
from records.bulk import insert_rows
from records.gate import GateRow
from records.ids import fresh
from records.projection import projected
from records.tables import candidates, enrollments, holds, mailboxes, sequences

_TABLE = {
    ResourceKind.MAILBOX: mailboxes,
    ResourceKind.CANDIDATE: candidates,
    ResourceKind.SEQUENCE: sequences,
}


def generations_of(row: GateRow) -> dict[ResourceKind, int]:
    """Read which generation of each resource an attempt relies on."""
    return {kind: row[f"{kind.value}_generation"] or 0 for kind in ResourceKind}


def resource_of(row: GateRow, code: ReasonCode) -> str | None:
    """Name the resource that people mend first for this code."""
    ids = _ids(row)
    for kind in (ResourceKind.MAILBOX, ResourceKind.CANDIDATE, ResourceKind.SEQUENCE):
        if kind in healers(code):
            return ids[kind]
    return None


def store_hold(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    attempt: Attempt,
    *,
    code: ReasonCode,
    detail: str,
    relied_on: Mapping[ResourceKind, int],
) -> StepResult | None:
    """Hold the enrollment at its step; None when what would heal it has changed already.

    The resource's row is locked without waiting: a repair that is just being committed counts as
    a change, and two transactions never wait for each other here.
    """
    if not _unmended(connection, row, code, relied_on):
        return None
    hold_id = fresh(Prefix.HOLD)
    booking.free(connection, [request.enrollment_id])
    insert_rows(connection, holds, [_hold_row(row, request, hold_id, code, detail)])
    connection.execute(
        update(enrollments)
        .where(enrollments.c.id == request.enrollment_id)
        .values(
            **projected(hold_code=code.value),
            hold_id=hold_id,
            surprises=0,
            step_id=request.step_id,
            slot_at=None,
            updated_at=func.clock_timestamp(),
        )
    )
    log_held(connection, row, request, attempt, code, {"hold_id": hold_id, "why": detail})
    return StepResult(
        kind=ResultKind.HELD, code=code, hold_id=hold_id, resource=resource_of(row, code)
    )


def log_held(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    attempt: Attempt,
    code: ReasonCode,
    detail: Mapping[str, object],
) -> None:
    """Write the line that support reads first."""
    log.write(
        connection,
        workspace_id=request.workspace_id,
        event=_EVENTS.get(code, LogEvent.ENROLLMENT_ERRORED),
        code=code,
        at=attempt.at,
        **step_ids(row, request, attempt),
        detail=dict(detail),
    )


def step_ids(row: GateRow, request: PerformStep, attempt: Attempt) -> dict[str, str | None]:
    """Name a step's attempt for the log."""
    return {
        "enrollment_id": request.enrollment_id,
        "sequence_id": row["sequence_id"],
        "candidate_id": row["candidate_id"],
        "mailbox_id": row["sender_id"],
        "step_id": request.step_id,
        "workflow_id": attempt.workflow_id,
        "run_id": attempt.run_id,
        "activity_id": attempt.activity_id,
    }


def _unmended(
    connection: Connection,
    row: GateRow,
    code: ReasonCode,
    relied_on: Mapping[ResourceKind, int],
) -> bool:
    ids = _ids(row)
    for kind in sorted(healers(code)):
        table, resource_id = _TABLE[kind], ids[kind]
        if resource_id is None:
            continue
        present = connection.execute(
            select(table.c.generation)
            .where(table.c.id == resource_id)
            .with_for_update(read=True, nowait=True)
        ).scalar_one_or_none()
        if present != relied_on.get(kind):
            return False
    return True


def _ids(row: GateRow) -> dict[ResourceKind, str | None]:
    return {
        ResourceKind.MAILBOX: row["sender_id"],
        ResourceKind.CANDIDATE: row["candidate_id"],
        ResourceKind.SEQUENCE: row["sequence_id"],
    }


def _hold_row(
    row: GateRow, request: PerformStep, hold_id: str, code: ReasonCode, detail: str
) -> dict[str, object]:
    return {
        "id": hold_id,
        "workspace_id": request.workspace_id,
        "enrollment_id": request.enrollment_id,
        "step_id": request.step_id,
        "code": code.value,
        "detail": detail,
        "mailbox_id": row["sender_id"],
        "candidate_id": row["candidate_id"],
        "sequence_id": row["sequence_id"],
    }


_EVENTS = {
    ReasonCode.SENDING_FAILED: LogEvent.MESSAGE_FAILED,
    ReasonCode.PERMANENT_FAIL: LogEvent.MESSAGE_FAILED,
    ReasonCode.SEND_OUTCOME_UNKNOWN: LogEvent.MESSAGE_UNKNOWN,
    ReasonCode.PREVIOUSLY_BOUNCED: LogEvent.SUPPRESSION_HIT,
}
