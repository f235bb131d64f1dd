"""Slots: on the grid, inside the hours, never two alike, never over a cap."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codes import ReasonCode
from domain.limits import ActionKind, Limit, Period, next_start, start_of
from domain.schedule import ALWAYS, Schedule, Weekday, Window, next_open, openings
from domain.slots import allocate, grid_point
from tests.factories import DAY, NOON

GRID = timedelta(seconds=3.1)
OFFICE = Schedule(
    zone="Europe/Lisbon",
    windows=(Window(days=tuple(Weekday)[:5], start="09:00", end="17:00"),),
)


def daily(most: int) -> tuple[Limit, ...]:
    return (Limit(action=ActionKind.EMAIL, period=Period.DAY, most=most),)


def hours(schedule: Schedule):
    def walk(from_at: datetime):
        return openings(schedule, zone=schedule.zone, from_at=from_at, closed=lambda day: False)

    return walk


@settings(max_examples=60, deadline=None)
@given(
    wanted=st.lists(st.integers(0, 40), min_size=1, max_size=60),
    taken=st.lists(st.integers(0, 400), max_size=30, unique=True),
    cap=st.integers(1, 12),
    schedule=st.sampled_from([ALWAYS, OFFICE]),
)
def test_allocation_keeps_every_promise(
    wanted: list[int], taken: list[int], cap: int, schedule: Schedule
) -> None:
    moments = [NOON + n * timedelta(hours=1) for n in wanted]
    opening = hours(schedule)
    before = [
        slot.slot_at
        for slot in allocate(
            wanted=[NOON + n * timedelta(minutes=7) for n in taken],
            taken=[],
            grid=GRID,
            limits=daily(cap),
            zone="UTC",
            openings=opening,
        )
    ]

    found = allocate(
        wanted=moments,
        taken=before,
        grid=GRID,
        limits=daily(cap),
        zone="UTC",
        openings=opening,
    )

    got = [slot.slot_at for slot in found]
    together = sorted([*before, *got])
    assert len(set(together)) == len(together)
    assert all(at >= moment for at, moment in zip(got, moments, strict=True))
    assert all(at == grid_point(at, GRID) for at in got)
    assert all(
        next_open(schedule, zone=schedule.zone, at=at, closed=lambda day: False) == at for at in got
    )
    assert max(Counter(at.date() for at in together).values()) <= cap
    crowded = zip(together, together[cap:], strict=False)
    assert all(later - earlier >= DAY for earlier, later in crowded)


def test_ten_thousand_at_once_are_spread_over_working_days() -> None:
    found = allocate(
        wanted=[NOON] * 10_000,
        taken=[],
        grid=GRID,
        limits=daily(400),
        zone="Europe/Lisbon",
        openings=hours(OFFICE),
    )

    days = Counter(slot.slot_at.date() for slot in found)
    assert max(days.values()) == 400
    assert all(day.weekday() < 5 for day in days)


def test_the_grid_is_anchored_at_the_epoch() -> None:
    assert grid_point(datetime(1970, 1, 1, tzinfo=UTC), GRID) == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "most", "buckets"),
    [
        (Period.WEEK, 5, ["2026-03-02", "2026-03-09"]),
        (Period.MONTH, 7, ["2026-03-01", "2026-04-01"]),
    ],
)
def test_a_week_and_a_month_have_limits_of_their_own(
    period: Period, most: int, buckets: list[str]
) -> None:
    limit = Limit(action=ActionKind.EMAIL, period=period, most=most)

    found = allocate(
        wanted=[NOON] * (most + 1),
        taken=[],
        grid=GRID,
        limits=(*daily(3), limit),
        zone="Europe/Lisbon",
        openings=hours(OFFICE),
    )

    counts = Counter(start_of(period, slot.slot_at.date()).isoformat() for slot in found)
    assert counts == {buckets[0]: most, buckets[1]: 1}
    assert found[-1].code is ReasonCode.MAILBOX_DAILY_LIMIT


@given(day=st.dates(date(2020, 1, 1), date(2040, 1, 1)), period=st.sampled_from(Period))
def test_a_period_begins_when_the_one_before_ends(day: date, period: Period) -> None:
    following = next_start(period, day)

    assert start_of(period, day) <= day < following
    assert start_of(period, following) == following
    assert start_of(period, following - timedelta(days=1)) == start_of(period, day)
