"""Slots: on the grid, inside the hours, never two alike, never over a cap."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.schedule import ALWAYS, Schedule, Weekday, Window, next_open, openings
from domain.slots import Cap, allocate, grid_point
from tests.factories import DAY, NOON

GRID = timedelta(seconds=3.1)
OFFICE = Schedule(
    zone="Europe/Lisbon",
    windows=(Window(days=tuple(Weekday)[:5], start="09:00", end="17:00"),),
)


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
            cap=Cap(per_day=cap, zone="UTC"),
            openings=opening,
        )
    ]

    found = allocate(
        wanted=moments,
        taken=before,
        grid=GRID,
        cap=Cap(per_day=cap, zone="UTC"),
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
        cap=Cap(per_day=400, zone="Europe/Lisbon"),
        openings=hours(OFFICE),
    )

    days = Counter(slot.slot_at.date() for slot in found)
    assert max(days.values()) == 400
    assert all(day.weekday() < 5 for day in days)


def test_the_grid_is_anchored_at_the_epoch() -> None:
    assert grid_point(datetime(1970, 1, 1, tzinfo=UTC), GRID) == datetime(1970, 1, 1, tzinfo=UTC)
