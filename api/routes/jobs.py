"""Jobs: what became of each item of a bulk."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.paging import Asked
from api.problems import not_found
from api.shapes.common import Id
from api.shapes.jobs import Job
from api.unit import UnitRoute, Work
from api.views.sequences import owner_of
from records import jobs

router = APIRouter(prefix="/jobs", route_class=UnitRoute, tags=["enrollments"])


@router.get("/{job_id}", response_model=Job)
def read(
    job_id: Id,
    unit: Work,
    cursor: Annotated[int, Query(ge=-1, le=10_000, description="`next_cursor` of before.")] = -1,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most results of a page.")] = 100,
) -> dict[str, Any]:
    """Read a job and a page of its results."""
    row = jobs.one(unit.connection, job_id)
    if row is None or owner_of(unit) not in (None, row["user_id"]):
        raise not_found("job")
    paging = Asked(after=str(cursor), limit=limit)
    rows = jobs.results(unit.connection, job_id, after=cursor, limit=paging.peek)
    names = ("index", "result", "enrollment_id", "code", "errors")
    page = paging.page(rows, lambda one: {name: one[name] for name in names}, key="index")
    shown = {name: row[name] for name in ("id", "state", "done", "total", "refused")}
    return {**shown, "results": page}
