"""What crosses into and out of Temporal: ids, numbers, codes and times; never content.

One class per message, every new field with a default, so that old histories still decode. Unions
do not survive a JSON round trip, so a result is one class with a `kind` that says which fields
count.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.codes import ReasonCode
from domain.plan import Plan


class FactKind(StrEnum):
    """What can become true about an enrollment; each is the name of a signal."""

    PAUSE = "pause"
    RESUME = "resume"
    DEACTIVATE = "deactivate"
    ACTIVATE = "activate"
    REPLY_RECEIVED = "reply_received"
    INTERVIEW_BOOKED = "interview_booked"
    STOP = "stop"
    RETRY = "retry"
    RESOURCE_FIXED = "resource_fixed"
    MIGRATE = "migrate"
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One numbered fact about one enrollment; the signal's name says its kind.

    Numbers rise per enrollment in the order in which facts were accepted, so a fact that arrives
    late, twice or in the wrong order is told apart.
    """

    number: int
    code: ReasonCode | None = None  #: Why it ends (the ending kinds), or pauses.
    until: datetime | None = None  #: When a pause lifts itself.
    hold_id: str | None = None
    """Which hold is released (resource_fixed, retry); None: what it waits for was mended."""
    step_id: str | None = None  #: Where to go on (retry, migrate).
    plan: Plan | None = None  #: The new version's plan (migrate).
    name: str | None = None  #: What happened (happened), e.g. an accepted invitation.


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """When a step is due, and the slot reserved for it, if one is."""

    not_before: datetime
    slot_at: datetime | None = None
    code: ReasonCode = ReasonCode.SCHEDULED  #: What put the slot where it is.


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformStep:
    """The request of one attempt-independent try at a step."""

    enrollment_id: str
    workspace_id: str
    step_id: str
    round: int = 1
    next_step_id: str | None = None
    not_before: datetime | None = None  #: The step's own due time; None means now.
    slot_at: datetime | None = None  #: The booked slot; None asks for one.


class ResultKind(StrEnum):
    """How a try at a step ended; which fields of `StepResult` count."""

    SENT = "sent"  #: next
    SKIPPED = "skipped"  #: code
    DEFERRED = "deferred"  #: booking
    HELD = "held"  #: hold_id, code, resource
    AWAITING = "awaiting"  #: awaiting, code
    ENDED = "ended"  #: code


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """Waiting for a fact with a deadline, and what follows either way."""

    fact: str  #: A FactKind, or the name of something that happens.
    until: datetime
    on_fact: str | None = None  #: The step after the fact; None ends the sequence.
    on_timeout: str | None = None  #: The step after the deadline; None ends the sequence.


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a try at a step led to."""

    kind: ResultKind
    code: ReasonCode | None = None
    booking: Booking | None = None  #: Of this step (deferred) or of the next one (sent).
    hold_id: str | None = None
    resource: str | None = None  #: The id of what must be fixed (held).
    awaiting: Awaiting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentEnd:
    """Why an enrollment's workflow ended."""

    code: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentView:
    """The workflow's own answer to "what is it waiting for, and until when?"."""

    status: str
    code: ReasonCode
    until: datetime | None = None
    step_id: str | None = None
    step_index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxStart:
    """The input of a mailbox's workflow."""

    mailbox_id: str
    workspace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What a poll of an inbox changed."""

    found: int = 0  #: New messages read.
    stopped: int = 0  #: Enrollments that they ended.
    closed: bool = False  #: The mailbox is gone: stop watching.


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStart:
    """The input of a source's workflow."""

    source_id: str
    workspace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What asking a source led to; returned only when there is something to report."""

    found: int = 0  #: Events that were new.
    stopped: int = 0  #: Enrollments that they ended.
    idle: bool = False  #: Nothing is left to do until somebody knocks.


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceStart:
    """The input of a sequence's workflow."""

    sequence_id: str
    workspace_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutPage:
    """One page of telling enrollments that their sequence was switched."""

    sequence_id: str
    workspace_id: str
    after: str = ""  #: The last enrollment id of the page before.


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutReport:
    """How far a page came."""

    told: int
    after: str | None = None  #: Where the next page starts; None when all are told.


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What a pre-flight check found out; returned only when the sequence is archived."""

    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStart:
    """The input of the workflow that brings one notice to one endpoint."""

    notice_id: str
    workspace_id: str
    round: int = 1  #: Redelivery is the next round; a try of an older one does nothing.


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReport:
    """What became of a delivery to an endpoint."""

    state: str  #: A domain.webhooks.NoticeState.


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesStart:
    """The input of the workflow that tells one owner over one channel."""

    user_id: str
    workspace_id: str
    channel: str  #: A domain.notices.NoticeChannel.


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticesReport:
    """What a look at an owner's notices led to."""

    until: datetime | None = None  #: When the next digest is due; None: nothing waits.
