"""Sequences: written, checked, switched, and what became of them."""

from typing import Any, Literal

from fastapi import APIRouter, Request

from api.fields import SequenceIn, StepIn
from api.problems import ApiError, not_found
from api.unit import UnitRoute, Work
from domain import preflight
from domain.ids import Prefix
from domain.timing import check_timing
from providers.addresses import fault_of
from providers.templates import problems_of
from records import checks, facts, mailboxes, people, sequences
from records.ids import fresh
from records.outbox import signal_sequence
from records.plans import timing_of
from records.switchboard import switch

router = APIRouter(prefix="/sequences", route_class=UnitRoute)
HINT = "results in about 30 minutes"


@router.post("", status_code=201)
def make(body: SequenceIn, unit: Work) -> dict[str, Any]:
    """Write a sequence; it may be incomplete."""
    steps = _steps(body.steps, known=frozenset())
    values = _values(unit, body)
    sequence_id = sequences.make(
        unit.connection, unit.workspace_id, unit.principal.user_id, values, steps
    )
    return shown(unit, sequence_id)


@router.put("/{sequence_id}")
def change(
    sequence_id: str,
    body: SequenceIn,
    unit: Work,
    migrate: Literal["finish_old", "move_at_next_step"] = "finish_old",
) -> dict[str, Any]:
    """Write it anew; new steps make a new version."""
    row = visible(unit, sequence_id, lock=True)
    steps = _steps(body.steps, known=frozenset(step["id"] for step in row["steps"]))
    sequences.change(
        unit.connection,
        unit.workspace_id,
        row,
        _values(unit, body),
        steps,
        migrate=migrate == "move_at_next_step",
    )
    return shown(unit, sequence_id)


@router.get("/{sequence_id}")
def read(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Read a sequence."""
    return shown(unit, sequence_id)


@router.get("/{sequence_id}/versions")
def versions(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Read every version."""
    visible(unit, sequence_id)
    rows = sequences.versions_of(unit.connection, sequence_id)
    names = ("id", "number", "steps", "created_at")
    return {"data": [{name: row[name] for name in names} for row in rows], "next_cursor": None}


@router.get("/{sequence_id}/log")
def read_log(sequence_id: str, unit: Work, cursor: str = "", limit: int = 100) -> dict[str, Any]:
    """Read what happened, oldest first."""
    visible(unit, sequence_id)
    size = min(max(limit, 1), 100)
    rows = sequences.events(unit.connection, sequence_id=sequence_id, after=cursor, limit=size)
    data = [{k: v for k, v in row.items() if k != "workspace_id"} for row in rows]
    return {"data": data, "next_cursor": rows[-1]["id"] if len(rows) == size else None}


@router.get("/{sequence_id}/counts")
def counts(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Count enrollments by status and code."""
    visible(unit, sequence_id)
    return {"data": [dict(row) for row in sequences.counts(unit.connection, sequence_id)]}


@router.post("/{sequence_id}/check")
def check(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Run the pre-flight check without starting anything."""
    visible(unit, sequence_id)
    return _report(checks.check_and_log(unit.connection, unit.workspace_id, sequence_id))


@router.post("/{sequence_id}/activate")
def activate(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Switch it on, if the check passes; on again is fine."""
    row = visible(unit, sequence_id, lock=True)
    report = _report(checks.check_and_log(unit.connection, unit.workspace_id, sequence_id))
    if not report["ok"]:
        failed = next(one for one in report["results"] if not one["ok"])
        raise ApiError(
            409, failed["code"], f"Not started: {failed['detail']}", results=report["results"]
        )
    if row["archived_at"] is not None:
        raise ApiError(409, "sequence.archived", "An archived sequence cannot be started.")
    if not row["active"]:
        switch(unit.connection, unit.workspace_id, sequence_id, active=True, trigger="manual")
    return {**shown(unit, sequence_id), "hint": HINT, "results": report["results"]}


@router.post("/{sequence_id}/deactivate")
def deactivate(sequence_id: str, unit: Work, request: Request) -> dict[str, Any]:
    """Switch it off; from the answer on nothing leaves but what `in_flight` names."""
    row = visible(unit, sequence_id, lock=True)
    if row["active"]:
        switch(unit.connection, unit.workspace_id, sequence_id, active=False, trigger="manual")
    in_flight = facts.name_crossing(unit.connection, sequence_id=sequence_id)
    return {**shown(unit, sequence_id), "in_flight": in_flight}


@router.post("/{sequence_id}/archive")
def archive(sequence_id: str, unit: Work) -> dict[str, Any]:
    """Put an inactive sequence away."""
    if visible(unit, sequence_id, lock=True)["active"]:
        raise ApiError(409, "sequence.active", "Deactivate it first.")
    sequences.archive(unit.connection, sequence_id)
    signal_sequence(unit.connection, unit.workspace_id, sequence_id, "archived")
    return shown(unit, sequence_id)


def shown(unit: Work, sequence_id: str) -> dict[str, Any]:
    """Show a sequence as callers see it."""
    row = visible(unit, sequence_id)
    found = preflight.problems(
        preflight.SequenceFacts(
            name=row["name"], steps=tuple(row["steps"]), has_sender=row["mailbox_id"] is not None
        )
    )
    state = _state(row, complete=not found)
    return {
        "id": row["id"],
        "name": row["name"],
        "state": state,
        "problems": [{"code": p.code, "pointer": p.pointer, "detail": p.detail} for p in found],
        "version": row["version"],
        "banner": _BANNERS.get(state),
        "sender": None if row["mailbox_id"] is None else {"mailbox_id": row["mailbox_id"]},
        "schedule_id": row["schedule_id"],
        "follow_up_schedule_id": row["follow_up_schedule_id"],
        "steps": [{k: v for k, v in step.items() if k != "next"} for step in row["steps"]],
    }


_BANNERS = {
    "incomplete": "The sequence is incomplete: nothing is sent until it is complete and active.",
    "ready": "The sequence is not active: candidates are recorded and nothing is sent yet.",
    "inactive": "The sequence is switched off: everybody waits until it is switched on again.",
    "archived": "The sequence is archived: nobody can be added.",
}


def _state(row: Any, *, complete: bool) -> str:
    if row["archived_at"] is not None:
        return "archived"
    if row["active"]:
        return "active"
    if row["first_activated_at"] is not None:
        return "inactive"
    return "ready" if complete else "incomplete"


def visible(unit: Work, sequence_id: str, *, lock: bool = False) -> Any:
    """Read a sequence that the caller may see; raises a 404 otherwise."""
    row = sequences.one(unit.connection, sequence_id, lock=lock)
    if row is None or not (
        unit.principal.role == "admin" or row["owner_id"] == unit.principal.user_id
    ):
        raise not_found("sequence")
    return row


def _report(results: Any) -> dict[str, Any]:
    listed = [
        {
            "check": one.check,
            "ok": one.ok,
            "skipped": one.skipped,
            "code": one.code,
            "detail": one.detail,
        }
        for one in results
    ]
    return {"ok": all(one.ok for one in results), "results": listed}


def _values(unit: Work, body: SequenceIn) -> dict[str, Any]:
    mailbox_id = None if body.sender is None else body.sender.mailbox_id
    if mailbox_id is not None and mailboxes.one(unit.connection, mailbox_id) is None:
        raise not_found("mailbox")
    for schedule_id in (body.schedule_id, body.follow_up_schedule_id):
        if schedule_id is not None and people.schedule(unit.connection, schedule_id) is None:
            raise not_found("schedule")
    return {
        "name": body.name,
        "mailbox_id": mailbox_id,
        "schedule_id": body.schedule_id,
        "follow_up_schedule_id": body.follow_up_schedule_id,
    }


def _steps(given: list[StepIn], *, known: frozenset[str]) -> list[dict[str, Any]]:
    """Check the steps, name new ones and chain them."""
    errors = [fault for n, step in enumerate(given) for fault in _faults(step, n, known)]
    ids = [step.id for step in given if step.id]
    if len(set(ids)) != len(ids):
        errors.append(_fault("/steps", "step.twice", "A step id stands there twice."))
    if errors:
        raise ApiError(422, errors[0]["code"], errors[0]["detail"], errors=errors)
    steps = [_stored(step) for step in given]
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        step["next"] = None if following is None else following["id"]
    return steps


def _stored(step: StepIn) -> dict[str, Any]:
    row = step.model_dump()
    row["id"] = step.id or fresh(Prefix.STEP)
    row["timing"] = step.timing.model_dump(exclude_none=True)
    return row


def _faults(step: StepIn, n: int, known: frozenset[str]) -> list[dict[str, str]]:
    at = f"/steps/{n}"
    found = [
        _fault(p.pointer, p.code, p.detail)
        for p in check_timing(timing_of(step.timing.model_dump()), f"{at}/timing")
    ]
    if step.id is not None and step.id not in known:
        found.append(_fault(f"{at}/id", "step.unknown", "Leave the id away for a new step."))
    for name in ("subject", "body"):
        found.extend(
            _fault(f"{at}/{name}", p.code, p.detail) for p in problems_of(getattr(step, name))
        )
    for name in ("cc", "bcc"):
        found.extend(
            _fault(f"{at}/{name}/{m}", "address.invalid", "Not an e-mail address.")
            for m, address in enumerate(getattr(step, name))
            if fault_of(address) is not None
        )
    return found


def _fault(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": str(code), "detail": detail}
