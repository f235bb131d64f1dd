"""Schedules: when steps may go."""

from typing import Any

from fastapi import APIRouter, Response

from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.schedules import Schedule as ScheduleOut
from api.shapes.schedules import ScheduleIn
from api.unit import UnitRoute, Work
from domain.schedule import Holidays, Schedule, Weekday, Window, problems_of
from records import schedules
from records.calendar import knows

router = APIRouter(prefix="/schedules", route_class=UnitRoute, tags=["schedules"])


@router.post("", status_code=201, response_model=ScheduleOut)
def make(body: ScheduleIn, unit: Work) -> dict[str, Any]:
    """Add a schedule."""
    schedule_id = schedules.make(unit.connection, unit.workspace_id, _checked(body))
    return _shown(_row(unit, schedule_id))


@router.get("", response_model=Page[ScheduleOut])
def list_them(unit: Work, paging: Paging) -> dict[str, Any]:
    """List the schedules."""
    rows = schedules.listed(unit.connection, after=paging.after, limit=paging.peek)
    return paging.page(rows, _shown)


@router.get("/{schedule_id}", response_model=ScheduleOut)
def read(schedule_id: Id, unit: Work, response: Response) -> dict[str, Any]:
    """Read a schedule."""
    row = _row(unit, schedule_id)
    put_tag(response, row["revision"])
    return _shown(row)


@router.put("/{schedule_id}", response_model=ScheduleOut)
def change(
    schedule_id: Id, body: ScheduleIn, unit: Work, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Write it anew; what an impossible schedule held goes on."""
    check_match(if_match, _row(unit, schedule_id)["revision"])
    schedules.change(unit.connection, unit.workspace_id, schedule_id, _checked(body))
    return read(schedule_id, unit, response)


@router.delete("/{schedule_id}", status_code=204, response_class=Response)
def remove(schedule_id: Id, unit: Work) -> Response:
    """Take out a schedule that no sequence uses."""
    _row(unit, schedule_id)
    if not schedules.remove(unit.connection, schedule_id):
        raise ApiError(409, "schedule.in_use", "Give its sequences another schedule first.")
    return Response(status_code=204)


def _row(unit: Work, schedule_id: str) -> Any:
    row = schedules.one(unit.connection, schedule_id)
    if row is None:
        raise not_found("schedule")
    return row


def _shown(row: Any) -> dict[str, Any]:
    return {n: row[n] for n in ("id", "name", "zone", "zone_source", "windows", "holidays")}


def _checked(body: ScheduleIn) -> dict[str, Any]:
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
