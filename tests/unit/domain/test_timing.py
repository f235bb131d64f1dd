"""Due times: the four kinds, weekends, holidays and the two nights when clocks change."""

from datetime import UTC, date, datetime

import pytest

from domain.timing import Timing, TimingKind, check_timing, due_at

AT = TimingKind.AT
NEXT = TimingKind.NEXT_BUSINESS_DAY
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


def closed(day: date) -> bool:
    return day == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("timing", "zone", "expected"),
    [
        pytest.param(Timing(kind=TimingKind.INSTANT), "UTC", FRIDAY, id="instant"),
        pytest.param(
            Timing(kind=TimingKind.LATER, seconds=3600),
            "UTC",
            datetime(2026, 3, 6, 16, 0, tzinfo=UTC),
            id="later",
        ),
        pytest.param(
            Timing(kind=NEXT, time="09:00"),
            "Europe/Lisbon",
            datetime(2026, 3, 10, 9, 0, tzinfo=UTC),
            id="Friday goes over the weekend and Monday's holiday to Tuesday",
        ),
        pytest.param(
            Timing(kind=AT, at="2026-03-29T01:30:00", zone="Europe/Lisbon"),
            "UTC",
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            id="a time in the spring gap moves forward to 02:30 summer time",
        ),
        pytest.param(
            Timing(kind=AT, at="2026-10-25T01:30:00", zone="Europe/Lisbon"),
            "UTC",
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            id="a time that happens twice means its first",
        ),
    ],
)
def test_due_at(timing: Timing, zone: str, expected: datetime) -> None:
    assert due_at(timing, base_at=FRIDAY, zone=zone, closed=closed) == expected


@pytest.mark.parametrize(
    ("timing", "pointer"),
    [
        (Timing(kind=TimingKind.LATER, seconds=-1), "/seconds"),
        (Timing(kind=TimingKind.LATER, seconds=10**9), "/seconds"),
        (Timing(kind=AT, at="yesterday", zone="UTC"), "/at"),
        (Timing(kind=AT, at="2026-01-01T09:00:00+01:00", zone="UTC"), "/at"),
        (Timing(kind=AT, at="2026-01-01T09:00:00", zone="Mars/Olympus"), "/zone"),
        (Timing(kind=NEXT, time="25:00"), "/time"),
    ],
)
def test_a_faulty_timing_names_its_field(timing: Timing, pointer: str) -> None:
    assert [problem.pointer for problem in check_timing(timing)] == [pointer]
