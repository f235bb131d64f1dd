"""What people may do with an enrollment. Each answer says what may still cross it."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request

from api.crossing import settle
from api.problems import ApiError
from api.shapes.common import Id
from api.shapes.enrollments import PauseIn, RetryIn, StopIn, StoppedEnrollment
from api.unit import UnitRoute, Work
from api.views.enrollments import shown_enrollment, visible_enrollment
from domain.codes import ReasonCode
from records import facts

router = APIRouter(
    prefix="/enrollments/{enrollment_id}", route_class=UnitRoute, tags=["enrollments"]
)


@router.post("/pause", response_model=StoppedEnrollment)
async def pause(enrollment_id: Id, body: PauseIn, unit: Work, request: Request) -> dict[str, Any]:
    """Pause it; from the answer on nothing leaves but what `in_flight` names."""
    until = body.resume_at
    if until is not None and until.tzinfo is None:
        raise ApiError(422, "resume_at.naive", "Give resume_at with an offset, e.g. ...Z.")

    def do() -> object:
        return facts.pause(
            unit.connection, unit.workspace_id, enrollment_id, until=until, reason=body.reason
        )

    return await _act(request, unit, enrollment_id, do)


@router.post("/resume", response_model=StoppedEnrollment)
async def resume(enrollment_id: Id, unit: Work, request: Request) -> dict[str, Any]:
    """Lift a person's pause."""

    def do() -> object:
        return facts.resume(unit.connection, unit.workspace_id, enrollment_id)

    return await _act(request, unit, enrollment_id, do, settled=False)


@router.post("/stop", response_model=StoppedEnrollment)
async def stop(enrollment_id: Id, body: StopIn, unit: Work, request: Request) -> dict[str, Any]:
    """End it; its history stays. Again is fine."""
    return await _end(
        request, unit, enrollment_id, ReasonCode.UNENROLLED_BY_USER, reason=body.reason
    )


@router.delete("", response_model=StoppedEnrollment)
async def remove(enrollment_id: Id, unit: Work, request: Request) -> dict[str, Any]:
    """End it because it was removed."""
    return await _end(request, unit, enrollment_id, ReasonCode.DELETED)


@router.post("/retry", response_model=StoppedEnrollment)
async def retry(enrollment_id: Id, body: RetryIn, unit: Work, request: Request) -> dict[str, Any]:
    """Try a failed step again, or go on at another that was not sent."""

    def do() -> object:
        return facts.retry(unit.connection, unit.workspace_id, enrollment_id, at_step=body.at_step)

    return await _act(request, unit, enrollment_id, do, settled=False)


async def _end(
    request: Request, unit: Work, enrollment_id: str, code: ReasonCode, *, reason: str = ""
) -> dict[str, Any]:
    def do() -> object:
        return facts.stop(
            unit.connection, unit.workspace_id, enrollment_id, code=code, reason=reason
        )

    return await _act(request, unit, enrollment_id, do)


async def _act(
    request: Request,
    unit: Work,
    enrollment_id: str,
    do: Callable[[], object],
    *,
    settled: bool = True,
) -> dict[str, Any]:
    """Accept a fact; where it stops something, wait for what is on its way already."""

    def accept() -> None:
        visible_enrollment(unit, enrollment_id)
        try:
            do()
        except facts.NotApplicable as error:
            raise ApiError(409, error.code, error.detail, enrollment_status=error.status) from None

    await asyncio.to_thread(accept)
    crossing: list[str] = []
    if settled:
        crossing = await settle(request, unit, enrollment_ids=[enrollment_id])
    shown = await asyncio.to_thread(shown_enrollment, unit, enrollment_id)
    return {**shown, "in_flight": crossing}
