"""What activities need of the outside, as Protocols; `providers` and `records` satisfy them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.access import Access, Account
from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import ProviderError
from domain.fate import Fate, StoredDraft, Submission
from domain.holds import ResourceKind
from domain.inbound.verdict import Sorted
from domain.mail import Arrival, Arrivals, Draft, Grant, Known, Letter, Receipt, Received
from domain.messages import FanOutPage, FanOutReport, PerformStep, StepResult

Leave = Callable[[], None]
"""The last check before the byte that makes a send take effect: raises StaleAttempt when this
attempt came too late (its time is up; another may own the delivery)."""


class MailClient(Protocol):
    """One connected mailbox. No call repeats a request by itself.

    All methods raise `domain.errors.ProviderError` classes and nothing else: `Disconnected` for a
    dead grant, `Throttled`, `Unavailable` when nothing was accepted, `OutcomeUnknown` when the
    answer was lost after the request left.
    """

    def create_draft(self, letter: Letter) -> str:
        """Store the message as a draft and return its id. Harmless when repeated.

        A provider that keeps no drafts gives back an id of its own making.
        """
        ...

    def standing_by(self, submission: Submission) -> AbstractContextManager[None]:
        """Do all that a send needs besides its last request, before the inbox is read.

        Inside the block `send_draft` of the same submission asks only that one, so that as little
        time as can be lies between the reading and the send. Nothing leaves by standing by.
        """
        ...

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft once and return the sent message's id, for `read_back`.

        Calls `leave` right before the request that sends. Raises NotFound when the draft is gone
        (it was sent, or somebody removed it).
        """
        ...

    def fate(self, submission: Submission) -> Fate:
        """Find out what became of a send, by reading only."""
        ...

    def delete_draft(self, draft_id: str) -> None:
        """Remove a draft that will not be sent; one that is gone already is fine."""
        ...

    def our_drafts(self) -> Sequence[StoredDraft]:
        """List the drafts that carry a delivery key: what a sweep may have to remove."""
        ...

    def read_back(self, sent_id: str) -> Receipt:
        """Read the ids of a message that was accepted."""
        ...

    def probe(self) -> None:
        """Ask something harmless that fails when the mailbox cannot be used."""
        ...

    def cursor(self) -> str:
        """Give the inbox cursor of this moment."""
        ...

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor; raises NotFound for an expired one.

        Heads only, in the order of arrival; a quiet mailbox costs one request. Of a long span a
        part is given, with the cursor to go on from.
        """
        ...

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read what reached the mailbox since a time, wherever it lies now: a gap's re-scan.

        Every part but the last has no cursor; the last one's was taken before anything was read,
        so nothing falls between.
        """
        ...

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Read what reached it since a time where `arrivals` does not look: junk, rules' folders.

        Costs nothing where `arrivals` sees everything.
        """
        ...

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read a message as it came, the first `most` bytes at least where it has them.

        Of one that is too large to be read whole, its beginning, or what the provider shows of it.
        Raises NotFound when it is gone. Marks nothing as read.
        """
        ...


class MailClients(Protocol):
    """Opens the client of a mailbox."""

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        """Bring the mailbox's grant up to date and return its client.

        Refreshes an access token that is about to expire *before* any call, so that no call needs
        to be sent twice. Raises Disconnected when the grant is dead.
        """
        ...


class Grants(Protocol):
    """Where the grants and passwords of mailboxes are kept, encrypted."""

    def load(self, mailbox_id: str, workspace_id: str) -> Account:
        """Give the mailbox's kind, its address, and what opens it."""
        ...

    def store(
        self, mailbox_id: str, workspace_id: str, access: Access, *, instead_of: Access
    ) -> None:
        """Keep a refreshed grant, or what was learnt of a mail server.

        Changes nothing where another one than `instead_of` is kept by now: a reconnected mailbox
        must not get its old grant back.
        """
        ...

    def is_fresh(self, grant: Grant) -> bool:
        """Say whether an access token lives long enough (machine time) for a send."""
        ...


class Writer(Protocol):
    """Turns a draft into a letter: renders Liquid, builds MIME, checks it by parse-back."""

    def write(self, draft: Draft) -> Letter:
        """Render once. Raises ContentFault for what cannot be written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Who tries: stamped on the delivery row and on log rows."""

    at: datetime  #: Business time: the workflow's own clock, also when fast-forwarded (UTC).
    workflow_id: str
    run_id: str
    activity_id: str
    number: int  #: Temporal's attempt, from 1; only for the log.


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery that this attempt owns, and what is known of it so far."""

    delivery_id: str
    workspace_id: str
    key: str
    fence: int
    state: DeliveryState
    mailbox_id: str
    draft: Draft
    letter: Letter | None = None
    draft_id: str | None = None
    failures: int = 0  #: Failed answers of the provider so far.
    baseline: str | None = None  #: The cursor before this draft's first send: copies are later.
    cursor: str | None = None  #: How far the mailbox's inbox was read.
    quiet_for: timedelta = timedelta()  #: Machine time since a try last announced the send.
    look_for: timedelta = timedelta(minutes=5)  #: How long a look-up that fails is repeated.
    is_ahead: bool = False
    """Its clock was moved on (by a sandbox): its slots keep the spacing, not the machine's time."""
    is_probe: bool = False  #: The mailbox was blocked; this delivery tries first.
    may_recover: bool = False
    """A first message that a Gmail account keeps failing at gets one more try minutes later."""
    has_lease: bool = True  #: Without one it waits: as many sends are in flight as may be.
    generations: Mapping[ResourceKind, int]  #: What the attempt relied on, for holds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a try needs to know once its draft is stored."""

    cursor: str | None  #: The mailbox's inbox cursor.
    wait: timedelta  #: Machine time until the mailbox's spacing allows the next send.


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A stored draft that nobody will send: to be removed at its provider."""

    mailbox_id: str
    draft_id: str


class StepLedger(Protocol):
    """The delivery rows and everything that a step's outcome changes, one transaction a call.

    Each method is idempotent under retries of the activity; those that move a delivery raise
    StaleAttempt when another attempt owns it.
    """

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Pass the gate and take the delivery, or say why nothing is sent now.

        None means that a cause was mended while we looked: try again. The claim has no lease
        where as many sends are in flight as may be.
        """
        ...

    def await_lease(self, claim: Claim, *, patience: timedelta) -> bool:
        """Wait for a lease; says whether the delivery has one now. Holds no lock meanwhile."""
        ...

    def give_back(self, claim_key: str, workspace_id: str) -> None:
        """Let another delivery have the lease."""
        ...

    def show_wait(self, request: PerformStep, attempt: Attempt, code: ReasonCode) -> None:
        """Let people see what the next try waits for."""
        ...

    def rendered(self, claim: Claim, letter: Letter) -> None:
        """Store the letter before anything leaves."""
        ...

    def drafted(self, claim: Claim, draft_id: str) -> Drafted:
        """Store the provider's draft id."""
        ...

    def submit(self, claim: Claim, attempt: Attempt) -> StepResult | timedelta | None:
        """Pass the last gate and announce the send before it leaves.

        A result means do not send. A time means that the mailbox's spacing is not over: wait so
        long (machine time), then ask again. Raises Withheld when the address bounced meanwhile.
        """
        ...

    def unsent(self, claim: Claim) -> None:
        """Take back `submitting`: the draft is proven to be still there."""
        ...

    def undrafted(self, claim: Claim) -> None:
        """Take back `drafted`: the draft is gone and was never submitted."""
        ...

    def take_back(self, request: PerformStep) -> Sequence[Leftover]:
        """Give the drafts of a step that will not be sent, at least not now.

        No try can send them any more; who removes them at the provider may fail at it.
        """
        ...

    def sent(
        self,
        claim: Claim,
        receipt: Receipt,
        request: PerformStep,
        attempt: Attempt,
        *,
        answered: timedelta = timedelta(),
    ) -> StepResult:
        """Store the receipt, log it, move the enrollment on and book the next step's slot.

        `answered` is how long ago the provider took it; the mailbox's spacing counts from there.
        """
        ...

    def block(
        self,
        claim: Claim,
        code: ReasonCode,
        named: timedelta | None,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Let the mailbox rest, and book this step after it."""
        ...

    def wait_for_hearing(
        self, claim: Claim, detail: str, request: PerformStep, attempt: Attempt
    ) -> StepResult | None:
        """Note that the inbox could not be read, and book this step later: never send blind."""
        ...

    def hold(
        self,
        claim: Claim,
        code: ReasonCode,
        detail: str,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Hold the enrollment; None when the cause was mended meanwhile: try again."""
        ...

    def fault(
        self, request: PerformStep, attempt: Attempt, code: ReasonCode, detail: str, *, most: int
    ) -> StepResult | None:
        """Count a try that broke down by itself; hold the enrollment at the `most`-th in a row.

        None before that, or when the cause was mended meanwhile: try again.
        """
        ...

    def provider_failed(
        self,
        claim: Claim,
        detail: str,
        attempt: Attempt,
        *,
        code: ReasonCode,
        is_open: bool,
        counts: bool = True,
    ) -> int:
        """Count a failed answer of the provider; returns how many this delivery had.

        `code` is shown until the next try. `is_open`: the provider may still be working on
        it, so its lease is kept. `counts`: it speaks against the delivery, as a failed look-up
        does not.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of an inbox that was read: where it began, and where it ended, if it did."""

    start: str | None  #: The cursor that was read from; None where there was none, or it expired.
    end: str | None = None  #: The cursor after it; None when more of the same is to come.
    read_up_to: datetime | None = None  #: While a gap is read again: how far (provider's clock).


class Inbox(Protocol):
    """What came into a mailbox, matched and stored with its cursor in one transaction."""

    def known(self, mailbox_id: str, workspace_id: str, arrivals: Sequence[Arrival]) -> Known:
        """Say what the records know of these arrivals."""
        ...

    def accept(
        self, mailbox_id: str, workspace_id: str, span: Span, received: Sequence[Received]
    ) -> int:
        """Store messages and the facts that follow; returns how many enrollments ended.

        Messages that were stored before are passed over; those that are nobody's answer are not
        kept. The cursor moves with them, if nobody moved it meanwhile.
        """
        ...

    def polled(self, mailbox_id: str, workspace_id: str, span: Span) -> None:
        """Note that the inbox was read up to now; whatever waited for that goes on."""
        ...

    def read_at(self, mailbox_id: str, workspace_id: str) -> datetime:
        """Say when the inbox was last read (machine time); where never, when it was added."""
        ...


class Watching(StrEnum):
    """How a mailbox is to be watched."""

    READ = "read"
    PROBE = "probe"  #: It refused for a reason that may pass: ask whether it works again.
    REST = "rest"  #: Nothing is to be read until somebody knocks.


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a watcher does next."""

    watching: Watching
    cursor: str | None = None  #: How far its inbox was read.
    read_at: datetime | None = None  #: When it was last read (machine time).
    sweep_due: bool = False  #: Time to look aside, and for drafts that were left behind.
    has_abandoned: bool = False  #: A stopped enrollment left a send behind, its outcome open.


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """A send of an ended enrollment whose outcome nobody looks up any more."""

    submission: Submission
    fence: int  #: The last try's number: a later one makes this stale.

    @property
    def key(self) -> str:
        """The delivery key."""
        return self.submission.key


class Watch(Protocol):
    """What the watcher of a mailbox must know and tell."""

    def standing(self, mailbox_id: str, workspace_id: str) -> Standing:
        """Say how the mailbox is to be watched just now."""
        ...

    def failed(self, mailbox_id: str, workspace_id: str, error: ProviderError) -> Standing:
        """Note that it could not be read."""
        ...

    def recovered(self, mailbox_id: str, workspace_id: str) -> int:
        """Open a mailbox whose error is over; returns how many enrollments that lets go."""
        ...

    def abandoned(self, mailbox_id: str, workspace_id: str) -> Sequence[Abandoned]:
        """Give the sends whose outcome nobody looks up any more."""
        ...

    def settle(self, send: Abandoned, fate: Fate, workspace_id: str) -> None:
        """Write what became of one; passes over one that a try took up again."""
        ...

    def orphans(
        self, mailbox_id: str, workspace_id: str, drafts: Sequence[StoredDraft]
    ) -> list[str]:
        """Name the drafts that nobody will send, and note that they were looked for."""
        ...


class Switchboard(Protocol):
    """The pre-flight check and the fan-out of a sequence."""

    def fan_out(self, page: FanOutPage) -> FanOutReport:
        """Tell one page of enrollments whether their sequence is active."""
        ...

    def check(self, sequence_id: str, workspace_id: str) -> bool:
        """Run the pre-flight check, log what changed; returns whether the sequence is archived."""
        ...


Clock = Callable[[], datetime]  #: Machine time, handed in at the edge.


class ReplySorter(Protocol):
    """Says what a person's reply means for the offer; it never decides whether it is a reply.

    `domain.inbound.sorting.RuleSorter` does so by rules; a language model may take its place.
    """

    def sort(self, text: str) -> Sorted:
        """Sort the person's own words: no quotes, no signature. Must not raise."""
        ...
