"""What a source told: an interview or a booking, whose, and what must be asked about it first."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.codes import ReasonCode
from domain.messages import FactKind


class HappeningKind(StrEnum):
    """What an event means for the candidate's outreach."""

    BOOKED = "booked"  #: Somebody will talk to the candidate: the outreach ends.
    CANCELED = "canceled"  #: Told to the owner; it resumes nobody.
    CHANGED = "changed"  #: Something changed that only asking the source explains.
    OTHER = "other"  #: Nothing that concerns us; kept, and nothing done.


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whom an event is about, by whatever it names them; any one is enough."""

    addresses: tuple[str, ...] = ()  #: In lower case.
    enrollment_ids: tuple[str, ...] = ()
    candidate_ids: tuple[str, ...] = ()
    external_ids: tuple[str, ...] = ()  #: The customer's own ids of candidates.


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What must be asked of the source before the event can be acted on: ids of its own."""

    interview_id: str = ""
    opportunity_id: str = ""
    candidate_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event, read."""

    kind: HappeningKind
    name: str  #: The source's own word for it.
    event_id: str  #: The same for every delivery of the same event.
    nonce: str | None = None  #: A value that a signature may be used with only once.
    people: People = field(default_factory=People)
    question: Question | None = None
    code: ReasonCode | None = None  #: Another stop than the kind's usual one.
    fact: FactKind = FactKind.STOP
