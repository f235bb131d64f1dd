"""Who races in which way and when, decided by a seed.

Most races run in streams: mailboxes with 3 s between two messages, so that one send is open at a
time and its check is known. What stops many at once, and sends at which the provider takes longer
than a stop waits, run in batches: candidates of a sequence of their own, due together, in mailboxes
without spacing.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count

from tools.drill.race.ways import Way

Span = tuple[float, float]  #: Seconds.

BATCH = 4  #: Candidates whom one stop of many concerns.
FEWEST = 6  #: Races of each way, however few are asked for.
SLOW_SHARE = 60  #: One of so many races of a way meets a slow provider, and at least one.
AROUND_SLOT: Span = (-1.5, 2.0)
AFTER_DRAFT: Span = (0.0, 0.5)  #: Check and send lie there.
AFTER_CHECK: Span = (0.0, 0.25)  #: The send lies there: what comes before it crosses.
AROUND_BATCH: Span = (-0.7, 1.0)
DURING: Span = (0.8, 2.0)  #: After the draft, while a slow provider takes its time.


class Start(StrEnum):
    """What gives the start to a stop."""

    CLOCK = "clock"  #: The moment for which the message is booked.
    DRAFT = "draft"  #: The provider has the draft: the check and the send are about to come.
    CHECK = "check"  #: The inbox was read after the draft: only the send is about to come.


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """One race: who, how, and when the stop comes."""

    number: int
    kind: str
    way: str
    start: Start
    after: float  #: Seconds after what gives the start.
    slow: bool = False  #: The provider takes longer for this send than a stop waits.


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All races."""

    streams: tuple[Heat, ...]
    batches: tuple[tuple[Heat, ...], ...]

    @property
    def heats(self) -> tuple[Heat, ...]:
        """Every race, by its number."""
        return tuple(sorted((*self.streams, *sum(self.batches, ())), key=lambda it: it.number))


def plan(seed: str, races: int, kinds: Sequence[str], ways: Sequence[Way]) -> Plan:
    """Deal the races out to ways and kinds of mailbox, and draw the moments."""
    shares = sum(way.share for way in ways)
    dealer = _Dealer(seed, kinds)
    for way in ways:
        wanted = round(races * way.share / shares)
        if way.many:
            dealer.deal_batches(way, wanted)
        else:
            dealer.deal_stream(way, wanted)
    return dealer.dealt()


_TURNS = (
    ((0, 3), Start.CLOCK, AROUND_SLOT),
    ((1,), Start.DRAFT, AFTER_DRAFT),
    ((2, 4), Start.CHECK, AFTER_CHECK),
)
_BATCH_TURNS = (((0,), Start.CLOCK, AROUND_BATCH), ((1, 2), Start.CHECK, AFTER_CHECK))


class _Dealer:
    """Hands out numbers, kinds of mailbox and moments."""

    def __init__(self, seed: str, kinds: Sequence[str]) -> None:
        self._seed = seed
        self._kinds = kinds
        self._numbers = count()
        self._streams: list[Heat] = []
        self._batches: list[tuple[Heat, ...]] = []

    def dealt(self) -> Plan:
        """Give everything, in an order that the seed decides."""
        self._streams.sort(key=lambda heat: self._draw("order", heat.number))
        self._batches.sort(key=lambda batch: self._draw("order", batch[0].number))
        return Plan(streams=tuple(self._streams), batches=tuple(self._batches))

    def deal_stream(self, way: Way, wanted: int) -> None:
        """Let the clock give two starts of five, the draft one, and the check two."""
        slow = max(1, wanted // SLOW_SHARE) if way.answers else 0
        for place in range(slow):  # The stop comes while the provider takes its time.
            self._batches.append((self._heat(way, place, Start.DRAFT, DURING, slow=True),))
        for turn, start, span in _TURNS:
            places = [place for place in range(max(FEWEST, wanted - slow)) if place % 5 in turn]
            for order, place in enumerate(places):
                part = _part(span, order, len(places))
                self._streams.append(self._heat(way, place, start, part))

    def deal_batches(self, way: Way, wanted: int) -> None:
        """One stop for each batch; its first candidate gives the start: slot, check or draft."""
        fast = max(FEWEST // 2, round(wanted / BATCH))
        slow = max(1, fast // (SLOW_SHARE // BATCH))
        for turn, start, span in _BATCH_TURNS:
            places = [place for place in range(fast) if place % 3 in turn]
            for order, place in enumerate(places):
                part = _part(span, order, len(places))
                self._batches.append(self._batch(way, place, start, part))
        for place in range(slow):
            self._batches.append(self._batch(way, place, Start.DRAFT, DURING, slow=True))

    def _batch(
        self, way: Way, place: int, start: Start, span: Span, *, slow: bool = False
    ) -> tuple[Heat, ...]:
        first = self._heat(way, place, start, span, slow=slow)
        others = (replace(first, number=next(self._numbers), slow=False) for _ in range(BATCH - 1))
        return (first, *others)

    def _heat(self, way: Way, place: int, start: Start, span: Span, *, slow: bool = False) -> Heat:
        number, (begin, end) = next(self._numbers), span
        return Heat(
            number=number,
            kind=self._kinds[place % len(self._kinds)],
            way=way.name,
            start=start,
            after=begin + self._draw("moment", number) * (end - begin),
            slow=slow,
        )

    def _draw(self, what: str, number: int) -> float:
        """Draw from 0 to 1, the same for the same seed."""
        drawn = hmac.new(self._seed.encode(), f"{what}:{number}".encode(), hashlib.sha256)
        return int.from_bytes(drawn.digest()[:7], "big") / 2**56


def _part(span: Span, place: int, places: int) -> Span:
    """Cut a span into equal parts, so that few races cover all of it, too."""
    begin, end = span
    return begin + (end - begin) * place / places, begin + (end - begin) * (place + 1) / places
