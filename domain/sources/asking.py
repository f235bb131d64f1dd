"""What we ask a source, and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.errors import ProviderError
from domain.sources.happening import Question
from domain.sources.kinds import SourceFault, SourceKind


class SourceRefused(ProviderError):
    """It will say no again until somebody changes the source: a key, a right, a name."""

    def __init__(self, message: str, *, fault: SourceFault) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The customer's account at a source. Secret: stored encrypted, never logged."""

    kind: SourceKind
    api_key: str = field(repr=False)
    subdomain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An interview that a source lists."""

    key: str  #: The source's id of it.
    question: Question  #: What must be asked to learn whose it is.


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a source lists since a cursor."""

    interviews: tuple[Listed, ...]
    cursor: str  #: Where the next reading begins; by the source's own clock.


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whom an interview is with, and whether it is still to be."""

    addresses: tuple[str, ...]
    is_canceled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An interview that a poll found."""

    key: str
    whose: Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """A webhook that was stored, and must be asked about before it can be acted on."""

    id: str
    question: Question


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """What there is to do for a source."""

    is_open: bool  #: False: it was removed, or cannot be asked.
    is_polled: bool = False
    cursor: str | None = None
    now: datetime | None = None  #: Machine time; only for the first poll.
    next_event_in: timedelta | None = None  #: Until a stored event is due; None: none is stored.
