"""Reads the schedule that a step obeys, and when the step is due in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.schedule import (
    ALWAYS,
    Holidays,
    Opening,
    Schedule,
    Weekday,
    Window,
    ZoneSource,
    next_open,
    zone_of,
)
from domain.schedule import openings as find_openings
from domain.timing import ClosedDays, Timing, due_at
from records.calendar import closed_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A schedule in force for one candidate: its windows, its zone, its closed days."""

    schedule: Schedule
    zone: str
    closed: ClosedDays

    def due_at(self, timing: Timing, base_at: datetime) -> datetime:
        """Say when a step with this timing is due after `base_at` (UTC)."""
        return due_at(timing, base_at=base_at, zone=self.zone, closed=self.closed)

    def is_open(self, at: datetime) -> bool:
        """Say whether a moment lies inside a window."""
        return next_open(self.schedule, zone=self.zone, at=at, closed=self.closed) == at

    def openings(self, from_at: datetime) -> Iterator[Opening]:
        """Walk the windows from a moment on."""
        return find_openings(self.schedule, zone=self.zone, from_at=from_at, closed=self.closed)


def hours_of(
    row: Mapping[str, Any] | None, *, candidate_zone: str | None, identity_zone: str | None
) -> Hours:
    """Read a row of `schedules`; None is open at all times."""
    schedule = ALWAYS if row is None else schedule_of(row)
    holidays = schedule.holidays
    return Hours(
        schedule=schedule,
        zone=zone_of(schedule, candidate_zone, identity_zone),
        closed=closed_days(holidays),
    )


def schedule_of(row: Mapping[str, Any]) -> Schedule:
    """Read a row of `schedules` as the domain's schedule."""
    holidays = row["holidays"]
    return Schedule(
        zone=row["zone"],
        zone_source=ZoneSource(row["zone_source"]),
        windows=tuple(_window(window) for window in row["windows"]),
        holidays=None
        if holidays is None
        else Holidays(country=holidays["country"], region=holidays.get("region")),
    )


def _window(raw: Mapping[str, Any]) -> Window:
    return Window(
        days=tuple(Weekday(day) for day in raw["days"]), start=raw["start"], end=raw["end"]
    )
