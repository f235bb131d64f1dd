"""What the relay carries from the outbox to Temporal."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from domain.messages import (
    Fact,
    MailboxStart,
    NoticesStart,
    SequenceStart,
    SourceStart,
    WebhookStart,
)
from domain.state import EnrollmentStart


class WorkflowKind(StrEnum):
    """Which workflow a parcel is for; the value is its type name in Temporal."""

    ENROLLMENT = "Enrollment"
    MAILBOX = "Mailbox"
    SEQUENCE = "Sequence"
    SOURCE = "Source"
    WEBHOOK = "WebhookDelivery"
    NOTICES = "Notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One row of the outbox, with the start input that every delivery needs."""

    id: int
    workflow_id: str
    kind: WorkflowKind
    start: (
        EnrollmentStart | MailboxStart | SequenceStart | SourceStart | WebhookStart | NoticesStart
    )
    signal: str | None = None  #: None: only a start.
    fact: Fact | None = None  #: What the signal says; those of watchers say nothing.
    delay: timedelta = timedelta()  #: How long the first task waits (start_delay).
    summary: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])  #: Search attributes.
    pointless: bool = False  #: A start whose enrollment has ended meanwhile: deliver nothing.


class Outcome(StrEnum):
    """What became of a parcel."""

    DELIVERED = "delivered"
    ENDED = "ended"  #: The workflow has closed already; nothing to tell.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A parcel that needs no further try."""

    id: int
    outcome: Outcome
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A parcel to be tried again; after too many tries it is parked and shown."""

    id: int
    fault: str
    away: bool = False  #: Temporal could not be reached: says nothing against the parcel.


class OutboxPort(Protocol):
    """The outbox as the relay needs it."""

    def take(self, limit: int) -> Sequence[Parcel]:
        """Claim undelivered rows for a short while: per workflow only the lowest number."""
        ...

    def settle(self, done: Sequence[Delivered], failed: Sequence[Undelivered]) -> None:
        """Write down what became of claimed rows."""
        ...
