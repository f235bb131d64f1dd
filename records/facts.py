"""Accepts facts about enrollments: numbered, logged, and on their way, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import booking, log, outbox
from records.projection import projected
from records.starting import start_waiting
from records.tables import deliveries, enrollments, holds, versions


class NotApplicable(Exception):
    """A fact that does not fit the enrollment's present status."""

    def __init__(self, row: RowMapping, detail: str) -> None:
        super().__init__(detail)
        self.status = str(row["status"])
        self.code = str(row["code"])
        self.detail = detail


class UnknownEnrollment(Exception):
    """No such enrollment in this workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What accepting a fact led to."""

    applied: bool  #: False when it was so already.
    status: str
    code: str
    fact_number: int


def pause(
    connection: Connection,
    workspace_id: str,
    enrollment_id: str,
    *,
    until: datetime | None = None,
    reason: str = "",
) -> Outcome:
    """Pause by a person's wish; the remaining delay is kept. Again is fine and changes `until`."""
    row = _open(connection, enrollment_id)
    if row["paused"] and row["paused_until"] == until and row["pause_code"] is None:
        return _unchanged(row)
    booking.free(connection, [enrollment_id])
    log_it = {"event": LogEvent.ENROLLMENT_PAUSED, "code": ReasonCode.MANUAL}
    return accept(
        connection,
        row,
        kind=FactKind.PAUSE,
        values={
            "paused": True,
            "paused_until": until,
            "pause_code": None,
            "slot_at": None,
            "frozen_at": row["frozen_at"] or row["now"],
        },
        payload={} if until is None else {"until": until.isoformat()},
        log_it={**log_it, "detail": {"reason": reason}},
    )


def resume(
    connection: Connection, workspace_id: str, enrollment_id: str, *, reason: str = ""
) -> Outcome:
    """Lift a person's pause; what pauses or holds it besides stays."""
    row = _open(connection, enrollment_id)
    if not row["paused"]:
        detail = "It is not paused by hand; see its code for what it waits for."
        if row["hold_code"] == ReasonCode.MANUAL:
            detail = "Its mailbox is paused: resume the mailbox."
        raise NotApplicable(row, detail)
    values = {
        "paused": False,
        "paused_until": None,
        "pause_code": None,
        "wait_code": ReasonCode.SCHEDULED,
        "frozen_at": row["frozen_at"] if row["deactivated"] else None,
    }
    event = {"event": LogEvent.ENROLLMENT_RESUMED, "code": None, "detail": {"reason": reason}}
    outcome = accept(connection, row, kind=FactKind.RESUME, values=values, payload={}, log_it=event)
    if row["started"]:
        return outcome
    start_waiting(connection, workspace_id, [enrollment_id])
    return _outcome(_open(connection, enrollment_id), applied=True)


def stop(
    connection: Connection,
    workspace_id: str,
    enrollment_id: str,
    *,
    code: ReasonCode,
    reason: str = "",
    kind: FactKind = FactKind.STOP,
    detail: Mapping[str, Any] | None = None,
    undoable: bool = False,
) -> Outcome:
    """End an enrollment; the first committed stop wins.

    A later one is noted, and holds where a person undoes the first; not so one that a person may
    undo itself (`undoable`: a message), since that is known with its message.
    """
    del workspace_id  # The connection is fenced to it already.
    row = lock(connection, enrollment_id)
    if row["ended_code"] is not None:
        if not undoable:
            _note_later(connection, row, code)
        return _unchanged(row)
    booking.free(connection, [enrollment_id])
    close_holds(connection, enrollment_id, by="stop")
    extra = {"reason": reason} if reason else {}
    return accept(
        connection,
        row,
        kind=kind,
        values={
            "ended_code": code.value,
            "ended_at": row["now"],
            "slot_at": None,
            "hold_id": None,
            "hold_code": None,
        },
        payload={"code": code.value},
        log_it={
            "event": end_event(code),
            "code": code,
            "detail": {**extra, **(detail or {})},
        },
    )


def stop_candidate(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    *,
    code: ReasonCode,
    kind: FactKind = FactKind.STOP,
    detail: Mapping[str, Any] | None = None,
) -> list[str]:
    """End all live enrollments of a candidate; returns their ids."""
    ids = connection.execute(
        select(enrollments.c.id)
        .where(enrollments.c.candidate_id == candidate_id)
        .order_by(enrollments.c.id)
    ).scalars()
    return [
        one
        for one in list(ids)
        if stop(connection, workspace_id, one, code=code, kind=kind, detail=detail).applied
    ]


def retry(
    connection: Connection,
    workspace_id: str,
    enrollment_id: str,
    *,
    at_step: str | None = None,
) -> Outcome:
    """Try a held step again, or go on at another that was not sent yet."""
    row = _open(connection, enrollment_id)
    if row["hold_id"] is None:
        raise NotApplicable(row, "Only an enrollment in error can be tried again.")
    if row["hold_code"] == ReasonCode.SEND_OUTCOME_UNKNOWN:
        raise NotApplicable(row, "Say first what became of the delivery: resolve it.")
    step_id = _retry_step(connection, row, at_step)
    close_holds(connection, enrollment_id, by="retry")
    connection.execute(
        update(deliveries)
        .where(deliveries.c.enrollment_id == enrollment_id, deliveries.c.step_id == step_id)
        .values(failures=0)
    )
    return accept(
        connection,
        row,
        kind=FactKind.RETRY,
        values={
            "hold_id": None,
            "hold_code": None,
            "step_id": step_id,
            "not_before": None,
            "wait_code": ReasonCode.SCHEDULED.value,
        },
        payload={"hold_id": row["hold_id"], "step_id": step_id},
        log_it={"event": LogEvent.STEP_RETRY_SCHEDULED, "code": None, "step_id": step_id},
    )


def release(
    connection: Connection, row: RowMapping, *, code: ReasonCode, log_it: Mapping[str, Any]
) -> Outcome:
    """Let a locked enrollment go that is held with a code which only a person can settle."""
    held = row["hold_code"] == code and row["ended_code"] is None
    close_holds(connection, row["id"], by="person")
    if not held:  # It was stopped meanwhile: what is settled changes nothing for it.
        workspace_id = row["workspace_id"]
        log.write(connection, workspace_id=workspace_id, at=row["now"], **log_ids(row), **log_it)
        return _unchanged(row)
    return accept(
        connection,
        row,
        kind=FactKind.RESOURCE_FIXED,
        values={"hold_id": None, "hold_code": None, "wait_code": ReasonCode.SCHEDULED.value},
        payload={"hold_id": row["hold_id"]},
        log_it=log_it,
    )


def accept(
    connection: Connection,
    row: RowMapping,
    *,
    kind: FactKind,
    values: Mapping[str, Any],
    payload: Mapping[str, Any],
    log_it: Mapping[str, Any],
) -> Outcome:
    """Number the fact, change the row, log it and put its signal into the outbox."""
    changed = write_fact(connection, row, values)
    log.write(connection, workspace_id=row["workspace_id"], at=row["now"], **log_ids(row), **log_it)
    if row["started"]:
        fact = outbox.fact_row(
            row["workspace_id"],
            row["id"],
            enrollment_workflow_id(row["id"], row["round"]),
            kind=kind,
            number=changed["facts"],
            payload=payload,
        )
        outbox.put(connection, [fact])
    return _outcome(changed, applied=True)


def write_fact(connection: Connection, row: RowMapping, values: Mapping[str, Any]) -> RowMapping:
    """Change a locked row by one more fact and re-project its status."""
    return (
        connection.execute(
            update(enrollments)
            .where(enrollments.c.id == row["id"])
            .values(
                **projected(**values),
                facts=enrollments.c.facts + 1,
                updated_at=func.clock_timestamp(),
            )
            .returning(enrollments.c.status, enrollments.c.code, enrollments.c.facts)
        )
        .mappings()
        .one()
    )


def lock(connection: Connection, enrollment_id: str) -> RowMapping:
    """Lock an enrollment's row; `now` is its own business time. Raises UnknownEnrollment."""
    row = connection.execute(_LOCK, {"id": enrollment_id}).mappings().first()
    if row is None:
        raise UnknownEnrollment(enrollment_id)
    return row


def log_ids(row: RowMapping) -> dict[str, str | None]:
    """Name an enrollment's row for the log."""
    return {
        "enrollment_id": row["id"],
        "sequence_id": row["sequence_id"],
        "candidate_id": row["candidate_id"],
        "mailbox_id": row["mailbox_id"],
        "workflow_id": enrollment_workflow_id(row["id"], row["round"]),
        "run_id": row["run_id"],
    }


def _open(connection: Connection, enrollment_id: str) -> RowMapping:
    row = lock(connection, enrollment_id)
    if row["ended_code"] is not None:
        raise NotApplicable(row, "It has ended; enroll the candidate again with restart.")
    return row


def _retry_step(connection: Connection, row: RowMapping, at_step: str | None) -> str:
    step_id = at_step or row["step_id"]
    steps = connection.execute(
        select(versions.c.steps).where(
            versions.c.sequence_id == row["sequence_id"], versions.c.number == row["version"]
        )
    ).scalar_one()
    if step_id not in {step["id"] for step in steps}:
        raise NotApplicable(row, "The step is not one of this enrollment's version.")
    sent = connection.execute(
        select(deliveries.c.id).where(
            deliveries.c.enrollment_id == row["id"],
            deliveries.c.step_id == step_id,
            deliveries.c.round == row["first_round"],
            deliveries.c.state.in_(("sent", "submitting", "unknown")),
        )
    ).first()
    if sent is not None:
        raise NotApplicable(row, "The step was sent already, or may have been: name a later one.")
    return str(step_id)


def close_holds(connection: Connection, enrollment_id: str, *, by: str) -> None:
    """Close the open holds of an enrollment without telling its workflow."""
    connection.execute(
        update(holds)
        .where(holds.c.enrollment_id == enrollment_id, holds.c.released_at.is_(None))
        .values(released_at=func.clock_timestamp(), released_by=by)
    )


def _note_later(connection: Connection, row: RowMapping, code: ReasonCode) -> None:
    if row["ended_too"] is None:
        connection.execute(
            update(enrollments).where(enrollments.c.id == row["id"]).values(ended_too=code.value)
        )


def end_event(code: ReasonCode) -> LogEvent:
    """Name the log's event of an enrollment that ends with a code, as the catalog does."""
    return _END_EVENTS.get(code, LogEvent.ENROLLMENT_FINISHED)


def _unchanged(row: RowMapping) -> Outcome:
    return _outcome(row, applied=False)


def _outcome(row: RowMapping, *, applied: bool) -> Outcome:
    return Outcome(
        applied=applied, status=row["status"], code=row["code"], fact_number=row["facts"]
    )


_LOCK = text(
    "SELECT *, clock_timestamp() + clock_offset_ms * interval '1 millisecond' AS now"
    " FROM enrollments WHERE id = :id FOR UPDATE"
)

_END_EVENTS = {
    ReasonCode.REPLIED: LogEvent.ENROLLMENT_REPLIED,
    ReasonCode.BOUNCED: LogEvent.MESSAGE_BOUNCED,
    ReasonCode.UNSUBSCRIBED: LogEvent.SUPPRESSION_ADDED,
    ReasonCode.BLOCKED: LogEvent.SUPPRESSION_HIT,
    ReasonCode.DELETED: LogEvent.ENROLLMENT_REMOVED,
    ReasonCode.UNENROLLED_BY_USER: LogEvent.ENROLLMENT_REMOVED,
}
