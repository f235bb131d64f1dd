"""Enrollments: one or many, what became of each, and what people may do with them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError

from api.fields import BulkIn, EnrollmentIn, EnrollmentItem, ForwardIn, PauseIn, RetryIn, StopIn
from api.problems import ApiError, errors_of, not_found
from api.routes.resources import reason_of
from api.routes.sequences import visible as visible_sequence
from api.unit import UnitRoute, Work
from domain.catalog import CATALOG
from domain.codes import ReasonCode
from domain.ids import enrollment_workflow_id
from domain.timing import is_zone
from records import facts, listing, people, sequences
from records.enrollments import Enrolled, EnrollResult, NewEnrollment, OnConflict, enroll
from relay.gateway import TemporalAway

router = APIRouter(route_class=UnitRoute)
_ITEM = TypeAdapter(EnrollmentItem)
_STEP_STATES = {"sent": "sent", "failed": "failed"}


@router.post("/enrollments", status_code=201)
def make(body: EnrollmentIn, unit: Work) -> JSONResponse:
    """Enroll one candidate."""
    visible_sequence(unit, body.sequence_id)
    fault = _fault_of(body)
    if fault:
        raise ApiError(422, fault["code"], fault["detail"], errors=[fault])
    done = _enroll(unit, body.sequence_id, [(0, body)])[0]
    if done.result is EnrollResult.REFUSED:
        status = 409 if done.code == "enrollment.exists" else 422
        raise ApiError(
            status,
            done.code or "refused",
            done.detail or "",
            enrollment_id=done.enrollment_id,
        )
    assert done.enrollment_id is not None
    status = 201 if done.result is EnrollResult.CREATED else 200
    return JSONResponse(jsonable_encoder(_shown(unit, done.enrollment_id)), status)


@router.post("/sequences/{sequence_id}/enrollments:bulk", status_code=202)
def make_many(sequence_id: str, body: BulkIn, unit: Work) -> JSONResponse:
    """Enroll up to 10,000 candidates: good items go in, bad ones are named by index and code."""
    visible_sequence(unit, sequence_id)
    good: list[tuple[int, EnrollmentItem]] = []
    results: dict[int, dict[str, Any]] = {}
    for index, raw in enumerate(body.items):
        item, errors = _item(raw)
        if item is None:
            results[index] = _refusal(index, errors)
        else:
            good.append((index, item))
    for done in _enroll(unit, sequence_id, good):
        errors = (
            [] if done.code is None else [{"pointer": "", "code": done.code, "detail": done.detail}]
        )
        results[done.index] = {
            "index": done.index,
            "result": done.result.value,
            "enrollment_id": done.enrollment_id,
            "code": done.code,
            "errors": errors,
        }
    ordered = [results[index] for index in sorted(results)]
    job_id = listing.make_job(unit.connection, unit.workspace_id, "enroll", ordered)
    body_out = {"id": job_id, "state": "finished", "total": len(ordered)}
    return JSONResponse(body_out, 202, {"Location": f"/jobs/{job_id}"})


@router.get("/enrollments")
def list_them(
    unit: Work,
    sequence_id: str | None = None,
    status: str | None = None,
    code: str | None = None,
    mailbox_id: str | None = None,
    candidate_id: str | None = None,
    cursor: str = "",
    limit: int = 100,
) -> dict[str, Any]:
    """List enrollments."""
    size = min(max(limit, 1), 100)
    filters = {
        "sequence_id": sequence_id,
        "status": status,
        "code": code,
        "mailbox_id": mailbox_id,
        "candidate_id": candidate_id,
    }
    rows = listing.enrollments_of(unit.connection, filters, after=cursor, limit=size)
    following = rows[-1]["id"] if len(rows) == size else None
    return {"data": [_brief(row) for row in rows], "next_cursor": following}


@router.get("/enrollments/{enrollment_id}")
def read(enrollment_id: str, unit: Work) -> dict[str, Any]:
    """Read an enrollment with its steps and what was sent."""
    return _shown(unit, enrollment_id)


@router.post("/enrollments/{enrollment_id}/pause")
def pause(enrollment_id: str, body: PauseIn, unit: Work) -> dict[str, Any]:
    """Pause it; from the answer on nothing leaves but what `in_flight` names."""
    _row(unit, enrollment_id)
    until = body.resume_at
    if until is not None and until.tzinfo is None:
        raise ApiError(422, "resume_at.naive", "Give resume_at with an offset, e.g. ...Z.")
    return _act(
        unit,
        enrollment_id,
        lambda: facts.pause(
            unit.connection, unit.workspace_id, enrollment_id, until=until, reason=body.reason
        ),
    )


@router.post("/enrollments/{enrollment_id}/resume")
def resume(enrollment_id: str, unit: Work) -> dict[str, Any]:
    """Lift a person's pause."""
    _row(unit, enrollment_id)
    return _act(
        unit,
        enrollment_id,
        lambda: facts.resume(unit.connection, unit.workspace_id, enrollment_id),
    )


@router.post("/enrollments/{enrollment_id}/stop")
def stop(enrollment_id: str, body: StopIn, unit: Work) -> dict[str, Any]:
    """End it; its history stays."""
    return _end(unit, enrollment_id, ReasonCode.UNENROLLED_BY_USER, body.reason)


@router.delete("/enrollments/{enrollment_id}")
def remove(enrollment_id: str, unit: Work) -> dict[str, Any]:
    """End it because it was removed."""
    return _end(unit, enrollment_id, ReasonCode.DELETED, "")


@router.post("/enrollments/{enrollment_id}/retry")
def retry(enrollment_id: str, body: RetryIn, unit: Work) -> dict[str, Any]:
    """Try a failed step again, or go on at another that was not sent."""
    _row(unit, enrollment_id)
    return _act(
        unit,
        enrollment_id,
        lambda: facts.retry(
            unit.connection, unit.workspace_id, enrollment_id, at_step=body.at_step
        ),
    )


@router.get("/enrollments/{enrollment_id}/timeline")
async def timeline(enrollment_id: str, unit: Work, request: Request) -> dict[str, Any]:
    """Read what happened and what will, from the workflow's own history."""
    row = await asyncio.to_thread(_row, unit, enrollment_id)
    lines: list[dict[str, Any]] = []
    source = "history"
    try:
        for round_ in range(1, row["round"] + 1):
            workflow_id = enrollment_workflow_id(enrollment_id, round_)
            lines += [
                _line(row, one) for one in await request.app.state.gateway.history(workflow_id)
            ]
    except TemporalAway:
        lines = []
    if not lines:
        source = "log"
        lines = await asyncio.to_thread(_log_lines, unit, enrollment_id)
    return {"data": lines + _planned(row), "source": source}


@router.get("/enrollments/{enrollment_id}/messages")
def received(enrollment_id: str, unit: Work) -> dict[str, Any]:
    """Read what came in."""
    _row(unit, enrollment_id)
    rows = listing.messages_of(unit.connection, enrollment_id)
    names = ("id", "kind", "from_address", "subject", "received_at", "message_id")
    return {"data": [{n: row[n] for n in names} for row in rows], "next_cursor": None}


@router.get("/deliveries/{delivery_id}")
def read_delivery(delivery_id: str, unit: Work) -> dict[str, Any]:
    """Read one delivery, exactly as it was sent."""
    row = listing.delivery(unit.connection, delivery_id)
    if row is None:
        raise not_found("delivery")
    names = ("id", "enrollment_id", "step_id", "state", "failures", "detail", "message_id")
    mime = row["mime"]
    return {
        **{name: row[name] for name in names},
        **(_delivery(row) or {}),
        "mime": None if mime is None else bytes(mime).decode("utf-8", "replace"),
    }


@router.post("/sandbox/fast_forward")
async def fast_forward(body: ForwardIn, unit: Work, request: Request) -> dict[str, Any]:
    """Move the clocks of running enrollments on; only with the sandbox on."""
    if not request.app.state.has_sandbox:
        raise ApiError(404, "sandbox.off", "Fast-forwarding needs the sandbox.")
    names, boxes = await asyncio.to_thread(_forwarded, unit, body)
    await request.app.state.poll_inboxes(unit.workspace_id, boxes)
    span = timedelta(seconds=body.seconds)
    try:
        moved = await request.app.state.gateway.fast_forward(list(names), span)
    except TemporalAway as error:
        raise ApiError(503, "temporal.away", str(error), headers={"Retry-After": "2"}) from None
    done = [names[workflow_id] for workflow_id in moved]
    await asyncio.to_thread(_note_moved, request, unit.workspace_id, done, span)
    await request.app.state.poll_inboxes(unit.workspace_id, boxes)
    return {
        "data": [
            {"enrollment_id": names[workflow_id], "now": at.isoformat()}
            for workflow_id, at in moved.items()
        ]
    }


def _forwarded(unit: Work, body: ForwardIn) -> tuple[dict[str, str], list[str]]:
    """Name the workflows to move, each with its enrollment, and the mailboxes concerned."""
    if body.enrollment_id:
        rows = [_row(unit, body.enrollment_id)]
    elif body.sequence_id:
        visible_sequence(unit, body.sequence_id)
        rows = listing.running(unit.connection, body.sequence_id)
    else:
        raise ApiError(422, "request.invalid", "Give an enrollment_id or a sequence_id.")
    names = {enrollment_workflow_id(row["id"], row["round"]): row["id"] for row in rows}
    return names, sorted({row["mailbox_id"] for row in rows if row["mailbox_id"]})


def _note_moved(request: Request, workspace_id: str, ids: list[str], span: timedelta) -> None:
    """Commit at once: the poll that follows must not wait for this request's locks."""
    with request.app.state.database.workspace(workspace_id) as connection:
        listing.move_clocks(connection, ids, span)


def _item(raw: Any) -> tuple[EnrollmentItem | None, list[dict[str, str]]]:
    try:
        item = _ITEM.validate_python(raw)
    except ValidationError as error:
        return None, errors_of(
            dict(fault) for fault in error.errors(include_url=False, include_input=False)
        )
    fault = _fault_of(item)
    return (item, []) if fault is None else (None, [fault])


def _fault_of(item: EnrollmentItem) -> dict[str, str] | None:
    if (item.candidate_id is None) == (item.candidate is None):
        detail = "Give either candidate_id or candidate."
        return {"pointer": "/candidate_id", "code": "candidate.one_of", "detail": detail}
    if item.candidate and item.candidate.zone and not is_zone(item.candidate.zone):
        return {"pointer": "/candidate/zone", "code": "zone.unknown", "detail": "Not an IANA zone."}
    return None


def _refusal(index: int, errors: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "index": index,
        "result": "refused",
        "enrollment_id": None,
        "code": errors[0]["code"],
        "errors": errors,
    }


def _enroll(
    unit: Work, sequence_id: str, items: Sequence[tuple[int, EnrollmentItem]]
) -> list[Enrolled]:
    inline = [item.candidate.model_dump() for _, item in items if item.candidate is not None]
    made = iter(people.make_candidates(unit.connection, unit.workspace_id, inline))
    return enroll(
        unit.connection,
        unit.workspace_id,
        sequence_id,
        [
            NewEnrollment(
                index=index,
                candidate_id=item.candidate_id or next(made),
                mailbox_id=None if item.sender is None else item.sender.mailbox_id,
                email_address_id=item.email_address_id,
                paused=item.start == "paused",
                at_step=item.at_step,
                on_conflict=OnConflict(item.on_conflict),
            )
            for index, item in items
        ],
    )


def _end(unit: Work, enrollment_id: str, code: ReasonCode, reason: str) -> dict[str, Any]:
    _row(unit, enrollment_id)
    return _act(
        unit,
        enrollment_id,
        lambda: facts.stop(
            unit.connection, unit.workspace_id, enrollment_id, code=code, reason=reason
        ),
    )


def _act(unit: Work, enrollment_id: str, do: Any) -> dict[str, Any]:
    """Accept a fact under the enrollment's lock; name what may be on its way already."""
    try:
        do()
    except facts.NotApplicable as error:
        raise ApiError(409, error.code, error.detail, enrollment_status=error.status) from None
    in_flight = facts.name_crossing(unit.connection, enrollment_ids=[enrollment_id])
    return {**_shown(unit, enrollment_id), "in_flight": in_flight}


def _row(unit: Work, enrollment_id: str) -> Any:
    row = listing.enrollment(unit.connection, enrollment_id)
    if row is None:
        raise not_found("enrollment")
    visible_sequence(unit, row["sequence_id"])
    return row


def _brief(row: Any) -> dict[str, Any]:
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


def _shown(unit: Work, enrollment_id: str) -> dict[str, Any]:
    row = _row(unit, enrollment_id)
    sent = {
        (one["step_id"], one["round"]): one
        for one in listing.deliveries_of(unit.connection, enrollment_id)
    }
    steps = [
        _step(row, index, step, sent.get((step["id"], row["round"])))
        for index, step in enumerate(row["steps"])
    ]
    current = next((step for step in steps if step["step_id"] == row["step_id"]), None)
    ended = row["ended_code"] is not None
    picked = (
        None if current is None or ended else {k: current[k] for k in ("index", "step_id", "kind")}
    )
    return {**_brief(row), "current_step": picked, "steps": steps}


def _step(row: Any, index: int, step: Any, delivery: Any) -> dict[str, Any]:
    is_current = step["id"] == row["step_id"] and row["ended_code"] is None
    state = _STEP_STATES.get(delivery["state"], "pending") if delivery else "pending"
    if is_current and state == "pending":
        state = "held" if row["hold_code"] else "scheduled"
    return {
        "index": index,
        "step_id": step["id"],
        "kind": step["kind"],
        "state": state,
        "planned_at": row["slot_at"] if is_current else None,
        "done_at": delivery["sent_at"] if delivery else None,
        "delivery": _delivery(delivery) if delivery else None,
    }


def _delivery(row: Any) -> dict[str, Any]:
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


def _line(row: Any, line: Any) -> dict[str, Any]:
    places = {step["id"]: n for n, step in enumerate(row["steps"])}
    return {
        "at": line.at,
        "kind": line.kind,
        "title": line.title,
        "detail": line.detail,
        "code": line.code,
        "step_index": places.get(line.step_id),
        "event_id": line.event_id,
        "planned": False,
    }


def _log_lines(unit: Work, enrollment_id: str) -> list[dict[str, Any]]:
    rows = sequences.events(unit.connection, enrollment_id=enrollment_id)
    return [
        {
            "at": row["at"],
            "kind": "log",
            "title": row["event"],
            "detail": "",
            "code": row["code"],
            "step_index": None,
            "event_id": None,
            "planned": False,
        }
        for row in rows
    ]


def _planned(row: Any) -> list[dict[str, Any]]:
    if row["ended_code"] is not None or row["slot_at"] is None:
        return []
    index = next((n for n, s in enumerate(row["steps"]) if s["id"] == row["step_id"]), None)
    return [
        {
            "at": row["slot_at"],
            "kind": "planned",
            "title": f"Send e-mail, step {(index or 0) + 1} of {len(row['steps'])}",
            "detail": "",
            "code": row["code"],
            "step_index": index,
            "event_id": None,
            "planned": True,
        }
    ]
