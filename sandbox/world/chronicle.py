"""What happened around inboxes and in which order: letters that came, readers, letters that left.

The ledger says what was accepted. This says besides what a mailbox held at that moment, and how far
somebody had read it. A reading leaves no change behind, so nothing of this is in the journal: a
sandbox that starts again begins a new chronicle.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST = 1_000_000  #: Lines that are kept at least; the oldest go first.


class Kind(StrEnum):
    """What a line says."""

    ARRIVED = "arrived"  #: A letter lies in the inbox.
    READ = "read"  #: Somebody read the inbox up to a position.
    PREPARED = "prepared"  #: A draft was stored, or an SMTP session named its recipient.
    ACCEPTED = "accepted"  #: A letter was taken for sending.


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One happening. On one event loop the numbers are the order in which things were true."""

    number: int
    at_us: int  #: Microseconds since 1970 by the sandbox's own clock.
    kind: Kind
    account: str
    position: int  #: The mailbox's history id: what a reader of that position or a later one saw.
    people: tuple[str, ...]  #: From whom it came, or to whom it goes.


class Chronicle:
    """Append-only, numbered from 1 without gaps."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lines: list[Line] = []
        self._gone = 0  #: How many of the oldest were let go.

    @property
    def last(self) -> int:
        """Return the newest number, 0 before the first."""
        return self._gone + len(self._lines)

    def now_us(self) -> int:
        """Return the time in microseconds."""
        return int(self._clock() * 1_000_000)

    def note(
        self,
        kind: Kind,
        account: str,
        position: int,
        people: Iterable[str] = (),
        *,
        at_us: int | None = None,
    ) -> None:
        """Write the next line; `at_us` where what is told was true a little earlier."""
        if len(self._lines) >= 2 * MOST:
            del self._lines[:MOST]
            self._gone += MOST
        line = Line(
            number=self.last + 1,
            at_us=self.now_us() if at_us is None else at_us,
            kind=kind,
            account=account,
            position=position,
            people=tuple(people),
        )
        self._lines.append(line)

    def after(self, number: int) -> Sequence[Line]:
        """Return the lines after a number, as far as they are kept."""
        return self._lines[max(number - self._gone, 0) :]

    def clear(self) -> None:
        """Begin again with number 1."""
        self._lines.clear()
        self._gone = 0
