"""Many enrollments at once."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.enrolling import enroll_items, judge
from api.shapes.common import Id
from api.shapes.enrollments import BulkIn, EnrollmentItem
from api.shapes.jobs import JobAccepted
from api.unit import UnitRoute, Work
from api.views.sequences import visible_sequence
from records import jobs
from records.enrollments import Enrolled

router = APIRouter(route_class=UnitRoute, tags=["enrollments"])


@router.post(
    "/sequences/{sequence_id}/enrollments:bulk", status_code=202, response_model=JobAccepted
)
def make_many(sequence_id: Id, body: BulkIn, unit: Work) -> JSONResponse:
    """Enroll up to 10,000 candidates: good items go in, bad ones are named by index and code."""
    visible_sequence(unit, sequence_id)
    good: list[tuple[int, EnrollmentItem]] = []
    results: dict[int, dict[str, Any]] = {}
    for index, raw in enumerate(body.items):
        item, errors = judge(raw)
        if item is None:
            results[index] = _refusal(index, errors)
        else:
            good.append((index, item))
    if good:
        done = enroll_items(unit, sequence_id, good)
        results.update((one.index, _result(one)) for one in done)
    ordered = [results[index] for index in sorted(results)]
    job_id = jobs.make(
        unit.connection, unit.workspace_id, unit.principal.user_id, "enroll", ordered
    )
    shown = {"id": job_id, "state": "finished", "total": len(ordered)}
    return JSONResponse(shown, 202, {"Location": f"/jobs/{job_id}"})


def _refusal(index: int, errors: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "index": index,
        "result": "refused",
        "enrollment_id": None,
        "code": errors[0]["code"],
        "errors": errors,
    }


def _result(done: Enrolled) -> dict[str, Any]:
    fault = {"pointer": "", "code": done.code, "detail": done.detail}
    return {
        "index": done.index,
        "result": done.result.value,
        "enrollment_id": done.enrollment_id,
        "code": done.code,
        "errors": [] if done.code is None else [fault],
    }
