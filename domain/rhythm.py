"""When an owner is told over a channel: at once, or in a digest at the end of a period."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.timing import instant_of


class Mode(StrEnum):
    """How often."""

    IMMEDIATELY = "immediately"
    HOURLY = "hourly"  #: At the full hour (UTC).
    DAILY = "daily"  #: At a local time.
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A channel's choice."""

    mode: Mode = Mode.IMMEDIATELY
    daily_at: str = "08:00"  #: "HH:MM", local (daily).
    zone: str = "UTC"  #: IANA zone of `daily_at`.


def next_digest(rhythm: Rhythm, after: datetime) -> datetime | None:
    """Give the next end of a period strictly after a moment (UTC); None where there is none.

    A local time that a clock change skips moves forward by the skip; one that happens twice means
    its first time: so a day has one digest, whatever its clocks do.
    """
    if rhythm.mode is Mode.HOURLY:
        hour = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        return hour + timedelta(hours=1)
    if rhythm.mode is not Mode.DAILY:
        return None
    day = after.astimezone(ZoneInfo(rhythm.zone)).date() - timedelta(days=1)
    while True:
        due = instant_of(datetime.combine(day, time.fromisoformat(rhythm.daily_at)), rhythm.zone)
        if due > after:
            return due
        day += timedelta(days=1)
