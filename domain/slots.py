"""The rule by which slots are given out: a grid, windows, and caps that are never exceeded."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.codes import ReasonCode
from domain.schedule import Opening

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(hours=24)

Openings = Callable[[datetime], Iterator[Opening]]


class NoOpening(Exception):
    """The hours never open as far as we look ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """How many slots a local day may have, and any 24 hours."""

    per_day: int | None
    zone: str  #: Whose days are counted.


@dataclass(frozen=True, slots=True)
class Slot:
    """A reserved moment, and what put it where it is."""

    slot_at: datetime
    code: ReasonCode


def grid_point(at: datetime, grid: timedelta) -> datetime:
    """Give the first point of the grid at or after a moment; the grid is anchored at 1970."""
    ticks = -((_EPOCH - at) // grid)
    return _EPOCH + ticks * grid


def allocate(
    *,
    wanted: Sequence[datetime],
    taken: Iterable[datetime],
    grid: timedelta,
    cap: Cap,
    openings: Openings,
) -> list[Slot]:
    """Give each wanted moment the first free point at or after it, in their order.

    No two slots are alike, all lie inside the openings, and neither a local day nor any 24 hours
    holds more than the cap, whatever the order in which slots were given out. Raises NoOpening.
    """
    book = _Book(taken, grid, cap, openings)
    return [book.give(moment) for moment in wanted]


class _Book:
    """The taken slots of one account, and the search for the next free one."""

    def __init__(
        self, taken: Iterable[datetime], grid: timedelta, cap: Cap, openings: Openings
    ) -> None:
        self._taken = sorted(taken)
        self._known = set(self._taken)
        self._grid = grid
        self._per_day = cap.per_day
        self._zone = ZoneInfo(cap.zone)
        self._openings = openings
        self._days = Counter(self._day(at) for at in self._taken)
        self._full_until: dict[datetime, tuple[datetime, ReasonCode]] = {}

    def give(self, wanted: datetime) -> Slot:
        """Find, reserve and explain the first free point at or after a moment."""
        at, code = self._search(wanted)
        insort(self._taken, at)
        self._known.add(at)
        self._days[self._day(at)] += 1
        return Slot(at, code)

    def _search(self, wanted: datetime) -> tuple[datetime, ReasonCode]:
        code = ReasonCode.SCHEDULED
        at = grid_point(wanted, self._grid)
        remembered = self._full_until.get(wanted)
        if remembered is not None:  # A bulk asks for the same moment again and again.
            at, code = remembered
        walk = self._openings(at)
        opening = next(walk, None)
        while opening is not None:
            if at < opening.start_at:
                at, code = grid_point(opening.start_at, self._grid), _stronger(code, _OUTSIDE)
            if at >= opening.end_at:
                opening = next(walk, None)
                continue
            later, why = self._next_candidate(at)
            if why is None:
                self._full_until[wanted] = (at, code if code is not _SCHEDULED else _STAGGER)
                return at, code
            at, code = later, _stronger(code, why)
        raise NoOpening

    def _next_candidate(self, at: datetime) -> tuple[datetime, ReasonCode | None]:
        """Give `at` itself when it is free, else the next point worth trying and why."""
        if at in self._known:
            return at + self._grid, _STAGGER
        if self._per_day is None:
            return at, None
        if self._days[self._day(at)] >= self._per_day:
            return self._next_day(at), _LIMIT
        crowded = self._crowded_until(at, self._per_day)
        if crowded is not None:
            return grid_point(crowded, self._grid), _LIMIT
        return at, None

    def _next_day(self, at: datetime) -> datetime:
        day = self._day(at) + timedelta(days=1)
        start = datetime(day.year, day.month, day.day, tzinfo=self._zone)
        return grid_point(start.astimezone(UTC), self._grid)

    def _crowded_until(self, at: datetime, cap: int) -> datetime | None:
        """Say when a slot would fit, if with it some 24 hours would hold more than the cap."""
        low = bisect_right(self._taken, at - _DAY)
        high = bisect_left(self._taken, at + _DAY)
        if high - low < cap:
            return None
        near = self._taken[low:high]
        place = bisect_left(near, at)
        near.insert(place, at)
        for first in range(max(0, place - cap), place + 1):
            last = first + cap
            if last < len(near) and near[last] - near[first] < _DAY:
                return self._after_crowd(near, first, at)
        return None

    def _after_crowd(self, near: list[datetime], first: int, at: datetime) -> datetime:
        """Step past the crowd: when its first slot is a day old, or past its next slot."""
        if near[first] < at:
            return near[first] + _DAY
        return at + self._grid

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


_SCHEDULED = ReasonCode.SCHEDULED
_STAGGER = ReasonCode.BULK_STAGGER
_OUTSIDE = ReasonCode.OUTSIDE_WORKING_HOURS
_LIMIT = ReasonCode.MAILBOX_DAILY_LIMIT
_STRENGTH = (_SCHEDULED, _STAGGER, _OUTSIDE, _LIMIT)


def _stronger(one: ReasonCode, other: ReasonCode) -> ReasonCode:
    return max(one, other, key=_STRENGTH.index)
