"""Candidates: added, changed, taken out; and what happens to them elsewhere."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from api.crossing import settle
from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.candidates import Candidate, CandidateIn, EventAccepted, EventIn
from api.shapes.common import Id, Page
from api.unit import UnitRoute, Work
from api.zones import check_zone
from domain.codes import ReasonCode
from domain.messages import FactKind
from records import candidates

router = APIRouter(prefix="/candidates", route_class=UnitRoute, tags=["candidates"])

_EVENTS = {
    "reply": (ReasonCode.REPLIED, FactKind.REPLY_RECEIVED),
    "interview_session": (ReasonCode.INTERVIEW_SESSION_DETECTED, FactKind.INTERVIEW_BOOKED),
    "calendly": (ReasonCode.CALENDLY_EVENT_SCHEDULED, FactKind.STOP),
    "ats_interview": (ReasonCode.ATS_INTERVIEW_FOUND, FactKind.STOP),
    "unsubscribe": (ReasonCode.UNSUBSCRIBED, FactKind.STOP),
    "bounce": (ReasonCode.BOUNCED, FactKind.STOP),
}
_HIDDEN = frozenset({"workspace_id", "generation", "removed_at", "revision"})


@router.post("", status_code=201, response_model=Candidate)
def make(body: CandidateIn, unit: Work) -> dict[str, Any]:
    """Add a candidate."""
    check_zone(body.zone)
    _check_external_id(unit, body.external_id)
    ids = candidates.make(unit.connection, unit.workspace_id, [body.model_dump()])
    return _shown(_row(unit, ids[0]))


@router.get("", response_model=Page[Candidate])
def list_them(unit: Work, paging: Paging, external_id: str | None = None) -> dict[str, Any]:
    """List candidates; `external_id` finds the one that has yours."""
    rows = candidates.listed(
        unit.connection,
        after=paging.after,
        limit=paging.peek,
        external_id=None if external_id is None else external_id.replace("\0", ""),
    )
    return paging.page(rows, _shown)


@router.get("/{candidate_id}", response_model=Candidate)
def read(candidate_id: Id, unit: Work, response: Response) -> dict[str, Any]:
    """Read a candidate."""
    row = _row(unit, candidate_id)
    put_tag(response, row["revision"])
    return _shown(row)


@router.patch("/{candidate_id}", response_model=Candidate)
def change(
    candidate_id: Id, body: CandidateIn, unit: Work, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Change the fields that are given; what the candidate's data held goes on."""
    row = _row(unit, candidate_id)
    check_match(if_match, row["revision"])
    check_zone(body.zone)
    changes = body.model_dump(exclude_unset=True)
    if changes.get("external_id") != row["external_id"]:
        _check_external_id(unit, changes.get("external_id"))
    candidates.change(unit.connection, unit.workspace_id, candidate_id, changes)
    return read(candidate_id, unit, response)


@router.delete("/{candidate_id}", status_code=204, response_class=Response)
async def remove(candidate_id: Id, unit: Work, request: Request) -> Response:
    """Take a candidate out; live enrollments end."""
    await asyncio.to_thread(_row, unit, candidate_id)
    ended = await asyncio.to_thread(
        candidates.remove, unit.connection, unit.workspace_id, candidate_id
    )
    await settle(request, unit, enrollment_ids=ended)
    return Response(status_code=204)


@router.post("/{candidate_id}/events", response_model=EventAccepted)
async def note_event(
    candidate_id: Id, body: EventIn, unit: Work, request: Request
) -> dict[str, Any]:
    """Accept what happened elsewhere; a repeat of the same external_id changes nothing."""
    await asyncio.to_thread(_row, unit, candidate_id)
    code, fact = _EVENTS[body.type]
    ended = await asyncio.to_thread(
        candidates.note_event,
        unit.connection,
        unit.workspace_id,
        candidate_id,
        kind=body.type,
        external_id=body.external_id,
        occurred_at=body.occurred_at,
        code=code,
        fact=fact,
        address=body.address,
        actor=unit.principal.user_id,
    )
    in_flight = await settle(request, unit, enrollment_ids=ended or [])
    return {"duplicate": ended is None, "ended": ended or [], "in_flight": in_flight}


def _check_external_id(unit: Work, external_id: str | None) -> None:
    if external_id is None:
        return
    known = candidates.ids_by_external_id(unit.connection, [external_id]).get(external_id)
    if known:
        detail = f"The candidate {known} has this external_id; change that one."
        raise ApiError(409, "candidate.exists", detail)


def _row(unit: Work, candidate_id: str) -> Any:
    row = candidates.one(unit.connection, candidate_id)
    if row is None:
        raise not_found("candidate")
    return row


def _shown(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _HIDDEN}
