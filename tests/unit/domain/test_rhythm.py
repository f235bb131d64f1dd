"""Digests: one per period, over midnight and whatever clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rhythm import Mode, Rhythm, next_digest

LISBON = "Europe/Lisbon"
NEW_YORK = "America/New_York"


def daily(at: str, zone: str = LISBON) -> Rhythm:
    return Rhythm(mode=Mode.DAILY, daily_at=at, zone=zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "after", "due"),
    [
        (Rhythm(mode=Mode.HOURLY), "2026-03-02T12:00:01", "2026-03-02T13:00:00"),
        (Rhythm(mode=Mode.HOURLY), "2026-03-02T12:00:00", "2026-03-02T13:00:00"),
        (Rhythm(mode=Mode.HOURLY), "2026-12-31T23:59:59", "2027-01-01T00:00:00"),
        (daily("08:00"), "2026-01-15T07:59:59", "2026-01-15T08:00:00"),
        (daily("08:00"), "2026-01-15T08:00:00", "2026-01-16T08:00:00"),
        (daily("00:00"), "2026-01-15T23:30:00", "2026-01-16T00:00:00"),
        (daily("23:59"), "2026-01-15T23:59:30", "2026-01-16T23:59:00"),
        # Summer time: the same local hour is another instant.
        (daily("08:00"), "2026-03-28T09:00:00", "2026-03-29T07:00:00"),
        (daily("08:00"), "2026-10-24T09:00:00", "2026-10-25T08:00:00"),
        # The hour that is skipped (01:00 to 02:00 on 29 March): it moves forward by the skip.
        (daily("01:30"), "2026-03-28T12:00:00", "2026-03-29T01:30:00"),
        # The hour that happens twice (01:00 to 02:00 on 25 October): its first time, and once.
        (daily("01:30"), "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
        (daily("01:30"), "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        # A zone whose day is another than that of UTC.
        (daily("20:00", "Pacific/Auckland"), "2026-06-01T09:00:00", "2026-06-02T08:00:00"),
        (daily("20:00", "Pacific/Honolulu"), "2026-06-01T05:00:00", "2026-06-01T06:00:00"),
    ],
)
def test_the_end_of_a_period(rhythm: Rhythm, after: str, due: str) -> None:
    assert next_digest(rhythm, utc(after)) == utc(due)


@pytest.mark.parametrize("mode", [Mode.IMMEDIATELY, Mode.OFF])
def test_without_a_digest_there_is_none(mode: Mode) -> None:
    assert next_digest(Rhythm(mode=mode), utc("2026-03-02T12:00:00")) is None


@given(
    ahead=st.timedeltas(timedelta(), timedelta(days=730)),
    at=st.times(),
    zone=st.sampled_from([LISBON, NEW_YORK, "UTC", "Pacific/Apia", "Australia/Lord_Howe"]),
)
def test_every_local_day_has_exactly_one(ahead: timedelta, at: object, zone: str) -> None:
    rhythm = daily(f"{at:%H:%M}", zone)
    moment, days = utc("2026-01-01T00:00:00") + ahead, []
    for _ in range(5):
        moment = next_digest(rhythm, moment)
        assert moment is not None
        days.append(moment.astimezone(ZoneInfo(zone)).date())

    assert all(b - a == timedelta(days=1) for a, b in zip(days, days[1:], strict=False))
