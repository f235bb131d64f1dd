"""The rule by which slots are given out: a grid, windows, and caps that are never exceeded."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.codes import ReasonCode
from domain.limits import Limit, Period, next_start, start_of
from domain.schedule import Opening

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(hours=24)

Openings = Callable[[datetime], Iterator[Opening]]


class NoOpening(Exception):
    """The hours never open as far as we look ahead."""


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
    limits: Sequence[Limit],
    zone: str,
    openings: Openings,
) -> list[Slot]:
    """Give each wanted moment the first free point at or after it, in their order.

    No two slots are alike, all lie inside the openings, and no local day, week or month of `zone`
    (nor, for a daily limit, any 24 hours) holds more than its limit, whatever the order in which
    slots were given out. `taken` must reach back to the start of the longest period. Raises
    NoOpening.
    """
    book = _Book(taken, grid, limits, ZoneInfo(zone), openings)
    return [book.give(moment) for moment in wanted]


class _Book:
    """The taken slots of one account, and the search for the next free one."""

    def __init__(
        self,
        taken: Iterable[datetime],
        grid: timedelta,
        limits: Sequence[Limit],
        zone: ZoneInfo,
        openings: Openings,
    ) -> None:
        self._taken = sorted(taken)
        self._known = set(self._taken)
        self._grid = grid
        self._limits = limits
        self._zone = zone
        self._openings = openings
        self._counts = {
            limit: Counter(self._bucket(limit, at) for at in self._taken) for limit in limits
        }
        self._full_until: dict[datetime, tuple[datetime, ReasonCode]] = {}

    def give(self, wanted: datetime) -> Slot:
        """Find, reserve and explain the first free point at or after a moment."""
        at, code = self._search(wanted)
        insort(self._taken, at)
        self._known.add(at)
        for limit, counts in self._counts.items():
            counts[self._bucket(limit, at)] += 1
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
        for limit in self._limits:
            later = self._later_for(limit, at)
            if later is not None:
                return grid_point(later, self._grid), limit.code
        return at, None

    def _later_for(self, limit: Limit, at: datetime) -> datetime | None:
        """Say when a limit lets a slot through that it does not let through now."""
        if self._counts[limit][self._bucket(limit, at)] >= limit.most:
            day = next_start(limit.period, self._day(at))
            return datetime(day.year, day.month, day.day, tzinfo=self._zone).astimezone(UTC)
        if limit.period is Period.DAY:
            return self._crowded_until(at, limit.most)
        return None

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

    def _bucket(self, limit: Limit, at: datetime) -> date:
        return start_of(limit.period, self._day(at))

    def _day(self, at: datetime) -> date:
        return at.astimezone(self._zone).date()


_SCHEDULED = ReasonCode.SCHEDULED
_STAGGER = ReasonCode.BULK_STAGGER
_OUTSIDE = ReasonCode.OUTSIDE_WORKING_HOURS
_STRENGTH = {_SCHEDULED: 0, _STAGGER: 1, _OUTSIDE: 2}
_LIMIT = 3


def _stronger(one: ReasonCode, other: ReasonCode) -> ReasonCode:
    return max(one, other, key=lambda code: _STRENGTH.get(code, _LIMIT))
