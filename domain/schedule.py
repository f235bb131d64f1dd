"""When messages may leave: weekly windows in a zone, and closed days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.problems import Problem
from domain.timing import ClosedDays, instant_of, is_local_time, is_zone

SEARCH_DAYS = 400  #: How far ahead an opening is looked for.
_MIDNIGHT_END = "24:00"


class Weekday(StrEnum):
    """The days, in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_DAYS = tuple(Weekday)


class ZoneSource(StrEnum):
    """Whose zone the windows are in; each falls back to the next: candidate, identity, schedule."""

    CANDIDATE = "candidate"
    IDENTITY = "identity"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` up to, not including, `end` on each of the days; local "HH:MM"."""

    days: tuple[Weekday, ...]
    start: str
    end: str  #: "24:00" is the end of the day.


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """Whose public holidays are closed days: ISO 3166 codes."""

    country: str
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A weekly timetable. Windows may overlap; together they count once."""

    zone: str
    zone_source: ZoneSource = ZoneSource.SCHEDULE
    windows: tuple[Window, ...] = ()
    holidays: Holidays | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A stretch of time in which messages may leave: [start_at, end_at), UTC."""

    start_at: datetime
    end_at: datetime


ALWAYS = Schedule(zone="UTC", windows=(Window(days=_DAYS, start="00:00", end=_MIDNIGHT_END),))
"""Open at all times, for what has no schedule of its own."""


def zone_of(schedule: Schedule, candidate_zone: str | None, identity_zone: str | None) -> str:
    """Choose the zone in which the windows are read."""
    wanted = {
        ZoneSource.CANDIDATE: (candidate_zone, identity_zone),
        ZoneSource.IDENTITY: (identity_zone,),
        ZoneSource.SCHEDULE: (),
    }[schedule.zone_source]
    return next((zone for zone in wanted if zone and is_zone(zone)), schedule.zone)


def openings(
    schedule: Schedule, *, zone: str, from_at: datetime, closed: ClosedDays
) -> Iterator[Opening]:
    """Walk the openings that end after `from_at` (UTC), in order, for `SEARCH_DAYS` days."""
    first = from_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    for offset in range(SEARCH_DAYS):
        day = first + timedelta(days=offset)
        for opening in _openings_on(schedule, day, zone, closed):
            if opening.end_at > from_at:
                yield opening


def next_open(
    schedule: Schedule, *, zone: str, at: datetime, closed: ClosedDays
) -> datetime | None:
    """Give the first open moment at or after `at` (UTC); None when there is none in sight."""
    opening = next(openings(schedule, zone=zone, from_at=at, closed=closed), None)
    return None if opening is None else max(at, opening.start_at)


def problems_of(schedule: Schedule) -> tuple[Problem, ...]:
    """Name every fault of a schedule, with its place."""
    found: list[Problem] = []
    if not is_zone(schedule.zone):
        found.append(Problem("zone.unknown", "/zone", "Name an IANA zone such as Europe/Lisbon."))
    if not any(window.days for window in schedule.windows):
        detail = "Give at least one window with at least one day, else nothing is ever sent."
        found.append(Problem("schedule.no_windows", "/windows", detail))
    for n, window in enumerate(schedule.windows):
        found.extend(_window_problems(window, f"/windows/{n}"))
    return tuple(found)


def _openings_on(schedule: Schedule, day: date, zone: str, closed: ClosedDays) -> list[Opening]:
    name = _DAYS[day.weekday()]
    spans = sorted((w.start, w.end) for w in schedule.windows if name in w.days)
    if not spans or closed(day):
        return []
    merged: list[tuple[str, str]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    found = (_opening(day, start, end, zone) for start, end in merged)
    return [one for one in found if one.start_at < one.end_at]


def _opening(day: date, start: str, end: str, zone: str) -> Opening:
    return Opening(start_at=_instant(day, start, zone), end_at=_instant(day, end, zone))


def _instant(day: date, text: str, zone: str) -> datetime:
    if text == _MIDNIGHT_END:
        return instant_of(datetime.combine(day + timedelta(days=1), time()), zone)
    return instant_of(datetime.combine(day, time.fromisoformat(text)), zone)


def _window_problems(window: Window, pointer: str) -> list[Problem]:
    found: list[Problem] = []
    if not is_local_time(window.start):
        detail = "Give a local time as HH:MM, from 00:00 to 23:59."
        found.append(Problem("schedule.time_invalid", f"{pointer}/start", detail))
    if not (is_local_time(window.end) or window.end == _MIDNIGHT_END):
        detail = "Give a local time as HH:MM, up to 24:00."
        found.append(Problem("schedule.time_invalid", f"{pointer}/end", detail))
    if not found and window.end <= window.start:
        detail = "A window must end after it starts; split one that crosses midnight in two."
        found.append(Problem("schedule.window_empty", f"{pointer}/end", detail))
    return found
