"""Enrollments: made one by one, listed, read."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from api.enrolling import enroll_items, fault_of
from api.paging import Paging
from api.problems import ApiError
from api.shapes.common import Id, Page
from api.shapes.enrollments import Enrollment, EnrollmentBrief, EnrollmentIn
from api.shapes.messages import Message
from api.unit import UnitRoute, Work
from api.views.enrollments import brief_enrollment, shown_enrollment, visible_enrollment
from api.views.messages import shown_message
from api.views.reasons import reason_of
from api.views.sequences import owner_of, visible_sequence
from domain.codes import ReasonCode, Status
from records import listing
from records.enrollments import EnrollResult

router = APIRouter(prefix="/enrollments", route_class=UnitRoute, tags=["enrollments"])

_SUPPRESSED = frozenset({ReasonCode.UNSUBSCRIBED.value, ReasonCode.BLOCKED.value})
_CONFLICTS = _SUPPRESSED | {"enrollment.exists", "sequence.archived"}

Before = Annotated[datetime | None, Query(description="Goes on by itself before (RFC 3339).")]
Since = Annotated[datetime | None, Query(description="Changed at or after (RFC 3339).")]


@router.post(
    "",
    status_code=201,
    response_model=Enrollment,
    responses={200: {"model": Enrollment, "description": "The one that exists"}},
)
def make(body: EnrollmentIn, unit: Work) -> JSONResponse:
    """Enroll one candidate."""
    visible_sequence(unit, body.sequence_id)
    fault = fault_of(body)
    if fault:
        raise ApiError(422, fault["code"], fault["detail"], errors=[fault])
    done = enroll_items(unit, body.sequence_id, [(0, body)])[0]
    if done.enrollment_id is None or done.result is EnrollResult.REFUSED:
        status = 409 if done.code in _CONFLICTS else 422
        code, detail = done.code or "refused", done.detail or ""
        reason = reason_of(code) if code in _SUPPRESSED else None
        raise ApiError(status, code, detail, enrollment_id=done.enrollment_id, reason=reason)
    status = 201 if done.result is EnrollResult.CREATED else 200
    return JSONResponse(jsonable_encoder(shown_enrollment(unit, done.enrollment_id)), status)


@router.get("", response_model=Page[EnrollmentBrief])
def list_them(
    unit: Work,
    paging: Paging,
    sequence_id: Id | None = None,
    status: Status | None = None,
    code: ReasonCode | None = None,
    mailbox_id: Id | None = None,
    candidate_id: Id | None = None,
    resume_before: Before = None,
    updated_since: Since = None,
) -> dict[str, Any]:
    """List the enrollments that the caller may see; all filters must hold."""
    rows = listing.enrollments_of(
        unit.connection,
        {
            "sequence_id": sequence_id,
            "status": status,
            "code": code,
            "mailbox_id": mailbox_id,
            "candidate_id": candidate_id,
        },
        owner=owner_of(unit),
        resume_before=resume_before,
        updated_since=updated_since,
        after=paging.after,
        limit=paging.peek,
    )
    return paging.page(rows, brief_enrollment)


@router.get("/{enrollment_id}", response_model=Enrollment)
def read(enrollment_id: Id, unit: Work) -> dict[str, Any]:
    """Read an enrollment with its steps and what was sent."""
    return shown_enrollment(unit, enrollment_id)


@router.get("/{enrollment_id}/messages", response_model=Page[Message])
def received(enrollment_id: Id, unit: Work, paging: Paging) -> dict[str, Any]:
    """Read what came in for it, each with its class, the evidence, and what followed."""
    visible_enrollment(unit, enrollment_id)
    rows = listing.messages_of(
        unit.connection, enrollment_id, after=paging.after, limit=paging.peek
    )
    return paging.page(rows, shown_message)
