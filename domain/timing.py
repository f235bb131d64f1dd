"""The four ways to say when a step is due, and the local times behind them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.problems import Problem

ClosedDays = Callable[[date], bool]
"""Says whether a local date is a holiday."""

MAX_SECONDS = 366 * 86_400  #: The longest delay of a step: a leap year.
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_SATURDAY = 5


class TimingKind(StrEnum):
    """How a step's due time is said."""

    INSTANT = "instant"  #: As soon as the step before is done.
    AT = "at"  #: At a local date and time.
    NEXT_BUSINESS_DAY = "next_business_day"  #: On the next working day, at a local time.
    LATER = "later"  #: A number of seconds after the step before.


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When a step is due. One class for all kinds, so that it survives a JSON round trip."""

    kind: TimingKind
    seconds: int | None = None  #: later
    at: str | None = None  #: at: local date and time, ISO 8601 without an offset
    zone: str | None = None  #: at: IANA zone
    time: str | None = None  #: next_business_day: "HH:MM", local

    @property
    def moves_with_pause(self) -> bool:
        """Only a delay keeps what is left of it; the rest is fixed to a date."""
        return self.kind is TimingKind.LATER


def due_at(timing: Timing, *, base_at: datetime, zone: str, closed: ClosedDays) -> datetime:
    """Say when a step is due after `base_at` (UTC), for somebody in `zone`.

    A local time inside the hour that a clock change skips moves forward by the skip; one that
    happens twice means its first time. The result may lie before `base_at` for a date that has
    passed: such a step goes next.
    """
    match timing.kind:
        case TimingKind.INSTANT:
            return base_at
        case TimingKind.LATER:
            return base_at + timedelta(seconds=timing.seconds or 0)
        case TimingKind.AT:
            local = datetime.fromisoformat(timing.at or "")
            return instant_of(local, timing.zone or zone)
        case TimingKind.NEXT_BUSINESS_DAY:
            day = _next_business_day(base_at.astimezone(ZoneInfo(zone)).date(), closed)
            return instant_of(datetime.combine(day, time.fromisoformat(timing.time or "")), zone)


def instant_of(local: datetime, zone: str) -> datetime:
    """Turn a local wall time (without zone) into an instant (UTC)."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def is_zone(name: str) -> bool:
    """Say whether a name is an IANA zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, UnicodeError):
        return False
    return True


def check_timing(timing: Timing, pointer: str = "") -> list[Problem]:
    """Name every fault of a timing, with its place."""
    return _CHECKS[timing.kind](timing, pointer)


def _check_instant(timing: Timing, pointer: str) -> list[Problem]:
    del timing, pointer  # Nothing can be wrong with it.
    return []


def _check_later(timing: Timing, pointer: str) -> list[Problem]:
    if timing.seconds is not None and 0 <= timing.seconds <= MAX_SECONDS:
        return []
    detail = f"Give the delay in seconds, from 0 to {MAX_SECONDS} (366 days)."
    return [Problem("timing.seconds_out_of_range", f"{pointer}/seconds", detail)]


def _check_at(timing: Timing, pointer: str) -> list[Problem]:
    found: list[Problem] = []
    if timing.zone is None or not is_zone(timing.zone):
        detail = "Name an IANA zone such as Europe/Lisbon."
        found.append(Problem("zone.unknown", f"{pointer}/zone", detail))
    if not _is_local_moment(timing.at):
        detail = f"Give a local date and time without an offset, {_FIRST_YEAR} to {_LAST_YEAR}."
        found.append(Problem("timing.at_invalid", f"{pointer}/at", detail))
    return found


def _check_business_day(timing: Timing, pointer: str) -> list[Problem]:
    if is_local_time(timing.time):
        return []
    detail = "Give a local time as HH:MM, from 00:00 to 23:59."
    return [Problem("timing.time_invalid", f"{pointer}/time", detail)]


def is_local_time(text: str | None) -> bool:
    """Say whether a text is "HH:MM" of a day."""
    if text is None or len(text) != len("HH:MM") or text[2] != ":":
        return False
    hours, minutes = text[:2], text[3:]
    if not (hours.isdecimal() and minutes.isdecimal() and text.isascii()):
        return False
    return int(hours) < 24 and int(minutes) < 60


def _is_local_moment(text: str | None) -> bool:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return False
    return moment.tzinfo is None and _FIRST_YEAR <= moment.year <= _LAST_YEAR


def _next_business_day(day: date, closed: ClosedDays) -> date:
    following = day + timedelta(days=1)
    while following.weekday() >= _SATURDAY or closed(following):
        following += timedelta(days=1)
    return following


_CHECKS = {
    TimingKind.INSTANT: _check_instant,
    TimingKind.LATER: _check_later,
    TimingKind.AT: _check_at,
    TimingKind.NEXT_BUSINESS_DAY: _check_business_day,
}
