"""What the activity of a source needs of the outside; `providers` and `records` satisfy it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.errors import ProviderError
from domain.sources.asking import Found, Listing, SourceStanding, StoredEvent, Whose
from domain.sources.happening import Question


class SourceClient(Protocol):
    """One customer's account at a source; every call only reads, so any may be repeated.

    Raises ProviderErrors only: Unavailable, Throttled, NotFound, SourceRefused.
    """

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        """List interviews made since a cursor; without one, those that are still to come."""
        ...

    def whose(self, question: Question) -> Whose:
        """Learn whom an interview is with. Raises NotFound when it is not there any more."""
        ...


class SourceClients(Protocol):
    """Opens the account of a source."""

    def open(self, source_id: str, workspace_id: str) -> SourceClient:
        """Give the client of a source. Raises SourceRefused without an API key."""
        ...


class SourceDesk(Protocol):
    """What is remembered of a source and what follows of its answers, one transaction a call."""

    def standing(self, source_id: str, workspace_id: str) -> SourceStanding:
        """Say what there is to do."""
        ...

    def stored(self, source_id: str, workspace_id: str, limit: int) -> Sequence[StoredEvent]:
        """Give stored events that are due, the oldest first."""
        ...

    def settle(self, event: StoredEvent, workspace_id: str, whose: Whose | None) -> int:
        """Act on a stored event; None: what it names is gone. Returns how many it ended."""
        ...

    def postpone(self, event: StoredEvent, workspace_id: str, error: ProviderError) -> None:
        """Note that a stored event could not be asked about; it is tried again later."""
        ...

    def unseen(self, source_id: str, workspace_id: str, keys: Sequence[str]) -> set[str]:
        """Say which interviews no earlier poll has brought."""
        ...

    def accept(
        self, source_id: str, workspace_id: str, found: Sequence[Found], cursor: str | None
    ) -> int:
        """Store interviews, what follows and the new cursor together; returns how many ended."""
        ...

    def failed(self, source_id: str, workspace_id: str, error: ProviderError) -> int:
        """Note that it could not be asked; returns how often in a row."""
        ...

    def answered(self, source_id: str, workspace_id: str, *, polled: bool) -> None:
        """Note that it answered: an error that it was in is over."""
        ...
