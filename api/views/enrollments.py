"""Enrollments as callers see them."""

from typing import Any

from api.problems import not_found
from api.unit import Unit
from api.views.reasons import reason_of
from api.views.sequences import visible_sequence
from domain.catalog import CATALOG
from domain.codes import ReasonCode
from domain.ids import enrollment_workflow_id
from records import listing

_STEP_STATES = {"sent": "sent", "failed": "failed"}


def visible_enrollment(unit: Unit, enrollment_id: str) -> Any:
    """Read an enrollment that the caller may see; raises a 404 otherwise."""
    row = listing.enrollment(unit.connection, enrollment_id)
    if row is None:
        raise not_found("enrollment")
    visible_sequence(unit, row["sequence_id"])
    return row


def brief_enrollment(row: Any) -> dict[str, Any]:
    """Show an enrollment without its steps."""
    code = row["code"]
    waiting = row["status"] == "in_progress"
    return {
        **{n: row[n] for n in ("id", "sequence_id", "version", "candidate_id", "mailbox_id")},
        "status": row["status"],
        "code": code,
        "label": CATALOG[ReasonCode(code)].label,
        "reason": reason_of(code),
        "resume_at": row["paused_until"] if row["status"] == "paused" else row["slot_at"],
        "next_send_at": row["slot_at"] if waiting else None,
        "workflow_id": enrollment_workflow_id(row["id"], row["round"]) if row["started"] else None,
        "run_id": row["run_id"],
        "clock_offset": row["clock_offset_ms"] / 1000,
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }


def shown_enrollment(unit: Unit, enrollment_id: str) -> dict[str, Any]:
    """Show an enrollment with its steps and what was sent."""
    row = visible_enrollment(unit, enrollment_id)
    sent = {
        (one["step_id"], one["round"]): one
        for one in listing.deliveries_of(unit.connection, enrollment_id)
    }
    steps = [
        _step(row, index, step, sent.get((step["id"], row["first_round"])))
        for index, step in enumerate(row["steps"])
    ]
    current = next((step for step in steps if step["step_id"] == row["step_id"]), None)
    if current is not None and row["ended_code"] is None:
        current = {name: current[name] for name in ("index", "step_id", "kind")}
    else:
        current = None
    return {**brief_enrollment(row), "current_step": current, "steps": steps}


def shown_delivery(row: Any) -> dict[str, Any]:
    """Show what was written and sent for a step."""
    return {
        "id": row["id"],
        "state": row["state"],
        "to": row["to_address"],
        "subject": row["subject"],
        "body_html": row["html"],
        "body_text": row["text"],
        "provider_message_id": row["provider_message_id"],
        "thread_id": row["thread_id"],
        "sent_before_stop": row["sent_before_stop"],
    }


def _step(row: Any, index: int, step: Any, delivery: Any) -> dict[str, Any]:
    is_current = step["id"] == row["step_id"] and row["ended_code"] is None
    state = _STEP_STATES.get(delivery["state"], "pending") if delivery else "pending"
    if is_current and state != "sent":
        state = "held" if row["hold_code"] else "scheduled"
    return {
        "index": index,
        "step_id": step["id"],
        "kind": step["kind"],
        "state": state,
        "planned_at": row["slot_at"] if is_current else None,
        "done_at": delivery["sent_at"] if delivery else None,
        "delivery": shown_delivery(delivery) if delivery else None,
    }
