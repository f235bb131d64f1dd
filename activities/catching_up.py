"""Brings a mailbox's inbox cursor up to now: the five-minute poll and the barrier before a send.

Heads first; only what can concern us is read whole, classified and handed to the records, which
store it together with the cursor.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from domain.concern import concerns_us
from domain.errors import Exhausted, NotFound, ProviderError, Refused, Unreadable
from domain.holds import ResourceKind, healers
from domain.mail import Arrival, Arrivals, Received
from domain.ports.inbox import Inbox, Span
from domain.ports.mail import MailClient
from domain.reading import MOST_BYTES, read

AT_ONCE = 50  #: Messages that one transaction stores, at most.

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """How far an inbox was read, and what that led to."""

    cursor: str
    came: int = 0  #: Messages that came, whoever they concern.
    found: int = 0  #: Those that concern us.
    stopped: int = 0  #: Enrollments that they ended.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one mailbox into its records."""

    client: MailClient
    inbox: Inbox
    mailbox_id: str
    workspace_id: str

    def catch_up(self, cursor: str | None) -> Caught:
        """Read what arrived since `cursor` and commit it with the facts that follow.

        A quiet inbox costs one request and no transaction. Raises NotFound for a cursor that the
        provider does not know any more, Unreadable where the inbox cannot be read, and what says
        that the mailbox itself cannot be used.
        """
        if cursor is None:
            return self._begin()
        caught = Caught(cursor=cursor)
        while True:
            arrivals = _reading(lambda at=caught.cursor: self.client.arrivals(at))
            assert arrivals.cursor is not None
            found, stopped = self._take_in(arrivals, start=caught.cursor)
            caught = Caught(
                cursor=arrivals.cursor,
                came=caught.came + len(arrivals.messages),
                found=caught.found + found,
                stopped=caught.stopped + stopped,
            )
            if arrivals.is_last:
                return caught

    def read_again(self, cursor: str, since: datetime) -> Caught:
        """Read a gap again whose cursor has expired; how far it came is kept on the way."""
        parts = _reading(lambda: self.client.recent(since))
        caught = Caught(cursor=cursor)
        while True:
            arrivals = _reading(lambda: next(parts, None))
            if arrivals is None:
                return caught
            found, stopped = self._take_in(arrivals, start=cursor)
            if arrivals.is_last and not arrivals.messages:
                self._commit(Span(start=cursor, end=arrivals.cursor), ())
            caught = Caught(
                cursor=arrivals.cursor or cursor,
                came=caught.came + len(arrivals.messages),
                found=caught.found + found,
                stopped=caught.stopped + stopped,
            )

    def look_aside(self, since: datetime) -> tuple[int, int]:
        """Read where filters put mail; gives how much concerned us, and what it ended."""
        aside = _reading(lambda: self.client.aside(since))
        return self._take_in(Arrivals(cursor=None, messages=tuple(aside)), start=None)

    def _begin(self) -> Caught:
        """Begin at this moment: what came before is no answer to anything that we send."""
        cursor = _reading(self.client.cursor)
        self._commit(Span(start=None, end=cursor), ())
        return Caught(cursor=cursor)

    def _take_in(self, arrivals: Arrivals, *, start: str | None) -> tuple[int, int]:
        found = stopped = 0
        parts = list(_parts(arrivals.messages))
        for number, part in enumerate(parts, start=1):
            known = self.inbox.known(self.mailbox_id, self.workspace_id, part)
            ours = [self._read(one) for one in part if concerns_us(one, known)]
            is_last = number == len(parts)
            span = Span(
                start=start,
                end=arrivals.cursor if is_last else None,
                read_up_to=arrivals.read_up_to if is_last else None,
            )
            if ours or is_last:
                stopped += self._commit(span, ours)
            found += len(ours)
        return found, stopped

    def _read(self, arrival: Arrival) -> Received:
        """Read a message whole; one that is gone counts by its head."""
        try:
            raw = _reading(lambda: self.client.raw(arrival, most=MOST_BYTES))
        except NotFound:
            raw = None
        return read(arrival, raw)

    def _commit(self, span: Span, messages: Sequence[Received]) -> int:
        return self.inbox.accept(self.mailbox_id, self.workspace_id, span, messages)


def _parts(messages: Sequence[Arrival]) -> Iterator[Sequence[Arrival]]:
    for start in range(0, len(messages), AT_ONCE):
        yield messages[start : start + AT_ONCE]


def _reading(ask: Callable[[], T]) -> T:
    """Ask the provider. Whatever fails in an unknown way means that the inbox cannot be read."""
    try:
        return ask()
    except Exhausted as pause:
        raise Unreadable(str(pause), retry_after=pause.retry_after) from None
    except Refused as refusal:
        if ResourceKind.MAILBOX in healers(refusal.code):
            raise
        raise NotFound(str(refusal)) from None  # What it refuses for good is not there for us.
    except (NotFound, Unreadable):
        raise
    except ProviderError as error:
        raise Unreadable(str(error), retry_after=error.retry_after) from None
    except Exception as error:
        raise Unreadable(f"Its answer could not be read: {type(error).__name__}") from error
