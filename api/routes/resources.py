"""Reason codes, mailboxes with their consent, schedules, candidates and jobs."""

import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.fields import CandidateIn, EventIn, MailboxIn, ScheduleIn
from api.problems import ApiError, not_found
from api.unit import UnitRoute, Work
from domain.catalog import CATALOG, find
from domain.codes import ReasonCode
from domain.errors import ProviderError
from domain.messages import FactKind
from domain.schedule import Holidays, Schedule, Weekday, Window, problems_of
from domain.timing import is_zone
from records import facts, listing, mailboxes, people
from records.calendar import knows

router = APIRouter(route_class=UnitRoute)
open_router = APIRouter()

_EVENTS = {
    "reply": (ReasonCode.REPLIED, FactKind.REPLY_RECEIVED),
    "interview_session": (ReasonCode.INTERVIEW_SESSION_DETECTED, FactKind.INTERVIEW_BOOKED),
    "calendly": (ReasonCode.CALENDLY_EVENT_SCHEDULED, FactKind.STOP),
    "ats_interview": (ReasonCode.ATS_INTERVIEW_FOUND, FactKind.STOP),
    "unsubscribe": (ReasonCode.UNSUBSCRIBED, FactKind.STOP),
    "bounce": (ReasonCode.BOUNCED, FactKind.STOP),
}


def reason_of(code: str | None) -> dict[str, Any] | None:
    """Say what a code means and who can help."""
    if code is None:
        return None
    spec = CATALOG[ReasonCode(code)]
    return {"cause": spec.cause, "remedy": spec.remedy, "who": spec.who}


@open_router.get("/reason_codes")
def reason_codes(q: str = "") -> dict[str, Any]:
    """Read the catalog; `q` finds by code or by any name of a source document."""
    return {
        "data": [
            {
                "code": spec.code,
                "status": spec.status,
                "label": spec.label,
                "aliases": [{"source": a.source, "name": a.name} for a in spec.aliases],
                "log_event": spec.log_event,
                "cause": spec.cause,
                "remedy": spec.remedy,
                "who": spec.who,
                "resumes": spec.resumes,
            }
            for spec in (find(q) if q else CATALOG.values())
        ]
    }


@router.post("/mailboxes", status_code=201)
def make_mailbox(body: MailboxIn, unit: Work, request: Request) -> dict[str, Any]:
    """Add a mailbox; its owner then opens `authorize_url`."""
    if body.kind != "gmail":
        detail = "Only Gmail mailboxes can be connected so far; give kind gmail."
        raise ApiError(422, "mailbox.kind_not_supported", detail)
    if body.zone is not None and not is_zone(body.zone):
        raise ApiError(422, "zone.unknown", "Name an IANA zone such as Europe/Lisbon.")
    values = {
        "kind": body.kind,
        "address": body.address.strip().lower(),
        "display_name": body.display_name,
        "daily_limit": body.daily_limit,
        "spacing_ms": round(body.spacing_seconds * 1000),
        "zone": body.zone,
    }
    try:
        mailbox_id = mailboxes.make(unit.connection, unit.workspace_id, values)
    except mailboxes.AddressTaken:
        detail = "The workspace has a mailbox with this address; reconnect that one."
        raise ApiError(409, "mailbox.exists", detail) from None
    return {**_mailbox(unit, mailbox_id), "authorize_url": _consent(request, unit, mailbox_id)}


@router.get("/mailboxes")
def list_mailboxes(unit: Work, limit: int = 100, cursor: str = "") -> dict[str, Any]:
    """List the mailboxes."""
    rows = mailboxes.listed(unit.connection, after=cursor, limit=min(max(limit, 1), 100))
    data = [_shown(row) for row in rows]
    return {"data": data, "next_cursor": rows[-1]["id"] if len(rows) == limit else None}


@router.get("/mailboxes/{mailbox_id}")
def read_mailbox(mailbox_id: str, unit: Work) -> dict[str, Any]:
    """Read one mailbox."""
    return _mailbox(unit, mailbox_id)


@router.post("/mailboxes/{mailbox_id}/reconnect")
def reconnect(mailbox_id: str, unit: Work, request: Request) -> dict[str, Any]:
    """Begin a new consent."""
    shown = _mailbox(unit, mailbox_id)
    return {**shown, "authorize_url": _consent(request, unit, mailbox_id)}


@router.delete("/mailboxes/{mailbox_id}", status_code=204, response_class=Response)
def remove_mailbox(mailbox_id: str, unit: Work) -> Response:
    """Take a mailbox out of the workspace."""
    _mailbox(unit, mailbox_id)
    mailboxes.remove(unit.connection, unit.workspace_id, mailbox_id)
    return Response(status_code=204)


@open_router.get("/oauth/google/callback")
def finish_consent(
    request: Request, state: str = "", code: str = "", error: str = ""
) -> JSONResponse:
    """Finish a consent: the mailbox is connected and what it held goes on."""
    app = request.app.state
    consent = mailboxes.take_consent(app.database, state)
    if consent is None:
        detail = "This link was used or has expired; begin again with reconnect."
        raise ApiError(422, "oauth.state_unknown", detail)
    if error or not code:
        raise ApiError(422, "oauth.refused", "The owner did not consent; begin again.")
    try:
        grant, address = app.oauth.exchange(
            code=code, verifier=consent["verifier"], redirect_uri=app.redirect_uri
        )
    except ProviderError as fault:
        raise ApiError(422, "oauth.failed", f"{fault} Begin again with reconnect.") from None
    workspace_id, mailbox_id = consent["workspace_id"], consent["mailbox_id"]
    with app.database.workspace(workspace_id) as connection:
        row = mailboxes.one(connection, mailbox_id)
        if row is None or row["address"] != address.lower():
            detail = "Another account consented than the mailbox's; sign in with that one."
            raise ApiError(422, "oauth.other_account", detail)
        released = mailboxes.connected(connection, workspace_id, mailbox_id, app.grants, grant)
    app.nudge()
    return JSONResponse({"mailbox_id": mailbox_id, "state": "connected", "released": released})


@router.post("/schedules", status_code=201)
def make_schedule(body: ScheduleIn, unit: Work) -> dict[str, Any]:
    """Add a schedule."""
    values = _checked_schedule(body)
    schedule_id = people.make_schedule(unit.connection, unit.workspace_id, values)
    return {"id": schedule_id, **body.model_dump()}


@router.get("/schedules/{schedule_id}")
def read_schedule(schedule_id: str, unit: Work) -> dict[str, Any]:
    """Read a schedule."""
    row = people.schedule(unit.connection, schedule_id)
    if row is None:
        raise not_found("schedule")
    names = ("id", "name", "zone", "zone_source", "windows", "holidays")
    return {name: row[name] for name in names}


@router.post("/candidates", status_code=201)
def make_candidate(body: CandidateIn, unit: Work) -> dict[str, Any]:
    """Add a candidate."""
    known = body.external_id and people.candidate_by_external_id(unit.connection, body.external_id)
    if known:
        detail = f"The candidate {known} has this external_id; change that one."
        raise ApiError(409, "candidate.exists", detail)
    check_zone(body.zone)
    ids = people.make_candidates(unit.connection, unit.workspace_id, [body.model_dump()])
    return _candidate(unit, ids[0])


@router.get("/candidates/{candidate_id}")
def read_candidate(candidate_id: str, unit: Work) -> dict[str, Any]:
    """Read a candidate."""
    return _candidate(unit, candidate_id)


@router.patch("/candidates/{candidate_id}")
def change_candidate(candidate_id: str, body: CandidateIn, unit: Work) -> dict[str, Any]:
    """Change the fields that are given; what the candidate's data held goes on."""
    _candidate(unit, candidate_id)
    check_zone(body.zone)
    changes = body.model_dump(exclude_unset=True)
    people.change_candidate(unit.connection, unit.workspace_id, candidate_id, changes)
    return _candidate(unit, candidate_id)


@router.delete("/candidates/{candidate_id}", status_code=204, response_class=Response)
def remove_candidate(candidate_id: str, unit: Work) -> Response:
    """Take a candidate out; live enrollments end."""
    _candidate(unit, candidate_id)
    people.remove_candidate(unit.connection, unit.workspace_id, candidate_id)
    return Response(status_code=204)


@router.post("/candidates/{candidate_id}/events")
def note_event(candidate_id: str, body: EventIn, unit: Work) -> dict[str, Any]:
    """Accept what happened elsewhere; a repeat of the same external_id changes nothing."""
    _candidate(unit, candidate_id)
    code, fact = _EVENTS[body.type]
    ended = people.note_event(
        unit.connection,
        unit.workspace_id,
        candidate_id,
        kind=body.type,
        external_id=body.external_id,
        code=code,
        fact=fact,
    )
    in_flight = facts.name_crossing(unit.connection, enrollment_ids=ended or [])
    return {"duplicate": ended is None, "ended": ended or [], "in_flight": in_flight}


@router.get("/jobs/{job_id}")
def read_job(job_id: str, unit: Work, cursor: int = -1, limit: int = 100) -> dict[str, Any]:
    """Read a job and a page of its results."""
    row = listing.job(unit.connection, job_id)
    if row is None:
        raise not_found("job")
    size = min(max(limit, 1), 1000)
    page = listing.job_results(unit.connection, job_id, after=cursor, limit=size)
    names = ("index", "result", "enrollment_id", "code", "errors")
    data = [{name: one[name] for name in names} for one in page]
    following = str(page[-1]["index"]) if len(page) == size else None
    return {
        **{name: row[name] for name in ("id", "state", "done", "total", "refused")},
        "results": {"data": data, "next_cursor": following},
    }


def check_zone(zone: str | None) -> None:
    """Refuse a zone that nobody knows."""
    if zone is not None and not is_zone(zone):
        errors = [{"pointer": "/zone", "code": "zone.unknown", "detail": "Not an IANA zone."}]
        detail = "Name an IANA zone such as Europe/Lisbon."
        raise ApiError(422, "zone.unknown", detail, errors=errors)


def _consent(request: Request, unit: Work, mailbox_id: str) -> str:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    mailboxes.await_consent(
        unit.connection, unit.workspace_id, mailbox_id, state=state, verifier=verifier
    )
    row = mailboxes.one(unit.connection, mailbox_id)
    assert row is not None
    app = request.app.state
    return app.oauth.authorize_url(
        redirect_uri=app.redirect_uri, state=state, verifier=verifier, address=row["address"]
    )


def _mailbox(unit: Work, mailbox_id: str) -> dict[str, Any]:
    row = mailboxes.one(unit.connection, mailbox_id)
    if row is None:
        raise not_found("mailbox")
    return _shown(row)


def _shown(row: Any) -> dict[str, Any]:
    age = row["cursor_age_seconds"]
    return {
        **{name: row[name] for name in ("id", "kind", "address", "display_name", "state", "code")},
        "reason": reason_of(row["code"]),
        "resume_at": None,
        "cursor_age_seconds": None if age is None else round(float(age), 1),
        "sent_today": row["sent_today"],
        "booked": row["booked"],
        "daily_limit": row["daily_limit"],
        "spacing_seconds": row["spacing_ms"] / 1000,
    }


def _checked_schedule(body: ScheduleIn) -> dict[str, Any]:
    windows = tuple(
        Window(days=tuple(Weekday(d) for d in w.days), start=w.start, end=w.end)
        for w in body.windows
    )
    faults = problems_of(Schedule(zone=body.zone, windows=windows))
    errors = [
        {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
        for fault in faults
        if fault.code != "schedule.no_windows"  # A draft may have none yet.
    ]
    if errors:
        raise ApiError(422, errors[0]["code"], errors[0]["detail"], errors=errors)
    chosen = body.holidays
    if chosen and not knows(Holidays(country=chosen.country, region=chosen.region)):
        raise ApiError(422, "holidays.unknown", "Give an ISO 3166 country, and a region of it.")
    return body.model_dump()


def _candidate(unit: Work, candidate_id: str) -> dict[str, Any]:
    row = people.candidate(unit.connection, candidate_id)
    if row is None:
        raise not_found("candidate")
    hidden = {"workspace_id", "generation", "removed_at", "revision"}
    return {name: value for name, value in row.items() if name not in hidden}
