"""Begins the next round of an enrollment: the same pass through the steps, in a new workflow.

What was sent, or may have been, stays known (`first_round` names the pass), so nothing is sent
twice. A run that was lost begins so, and one whose stop turned out to be a mistake.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, text, update

from domain.codes import LogEvent, ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from domain.timing import TimingKind
from records import booking, log, outbox
from records.facts import close_holds
from records.projection import projected
from records.tables import enrollments

_LOCK = text(
    "SELECT e.*, clock_timestamp() AS now, s.active AS sequence_active,"
    " s.switched AS sequence_switched, s.archived_at, v.steps,"
    " (SELECT one -> 'timing' ->> 'kind' FROM jsonb_array_elements(v.steps) one"
    "  WHERE one ->> 'id' = e.step_id) AS timing"
    " FROM enrollments e JOIN sequences s ON s.id = e.sequence_id"
    " JOIN versions v ON v.sequence_id = e.sequence_id AND v.number = e.version"
    " WHERE e.id = :id AND e.round = :round FOR UPDATE OF e"
)  # `now` is the machine's: that is the new run's clock.


def lock(connection: Connection, enrollment_id: str, round_: int) -> RowMapping | None:
    """Lock an enrollment for its next round; None when it is not in that round any more."""
    values = {"id": enrollment_id, "round": round_}
    return connection.execute(_LOCK, values).mappings().first()


def begin(connection: Connection, before: RowMapping, *, why: str, **changes: Any) -> RowMapping:
    """Write the next round of a locked enrollment and ask for its workflow.

    `changes` are what becomes true with it, such as the step at which it goes on. It holds nothing
    yet: its first try finds what still holds it. What pauses it is told with its start.
    """
    row = _write(connection, before, changes)
    workflow_id = enrollment_workflow_id(row["id"], row["round"])
    booking.free(connection, [row["id"]])
    close_holds(connection, row["id"], by="restart")
    outbox.put(connection, _parcels(row, workflow_id))
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.ENROLLMENT_RESTARTED,
        code=None,
        at=None,
        enrollment_id=row["id"],
        sequence_id=row["sequence_id"],
        candidate_id=row["candidate_id"],
        mailbox_id=row["mailbox_id"],
        workflow_id=workflow_id,
        detail={"why": why, "round": row["round"]},
    )
    return row


def _write(connection: Connection, before: RowMapping, changes: dict[str, Any]) -> RowMapping:
    now = before["now"]
    frozen = before["frozen_at"] is not None
    values: dict[str, Any] = {
        "hold_id": None,
        "hold_code": None,
        "wait_code": ReasonCode.SCHEDULED.value,
        "slot_at": None,
        "not_before": _due(before, now),
        "frozen_at": now if frozen else None,
        "clock_offset_ms": 0,
        "run_id": None,
        "ended_too": None,
        **changes,
    }
    changed = connection.execute(
        update(enrollments)
        .where(enrollments.c.id == before["id"])
        .values(
            **projected(**values),
            round=enrollments.c.round + 1,
            facts=enrollments.c.facts + 2,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments)
    )
    return changed.mappings().one()


def _due(before: RowMapping, now: datetime) -> datetime | None:
    """Say when the step is due on the new run's clock: a delay keeps what was left of it."""
    due, frozen_at = before["not_before"], before["frozen_at"]
    if due is None or before["timing"] != TimingKind.LATER:
        return due
    ahead = timedelta(milliseconds=before["clock_offset_ms"])
    if frozen_at is None:
        return due - ahead
    return now + max(due - frozen_at, timedelta())


def _parcels(row: RowMapping, workflow_id: str) -> list[outbox.Row]:
    """Ask for the new run, and tell it right away what pauses it: it knows of nothing."""
    pauses = (
        (FactKind.PAUSE, row["paused"], _pause_payload(row)),
        (FactKind.DEACTIVATE, row["deactivated"], {}),
    )
    start = outbox.start_row(row["workspace_id"], row["id"], workflow_id, {})
    return [start] + [
        outbox.fact_row(
            row["workspace_id"], row["id"], workflow_id, kind=kind, number=number, payload=payload
        )
        for number, (kind, is_on, payload) in enumerate(pauses, row["facts"] - 1)
        if is_on
    ]


def _pause_payload(row: RowMapping) -> dict[str, str]:
    until, code = row["paused_until"], row["pause_code"]
    payload = {} if until is None else {"until": until.isoformat()}
    return payload if code is None else {**payload, "code": code}
