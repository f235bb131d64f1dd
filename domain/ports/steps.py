"""What a try of a step needs of our records: its claim, and every transition of its delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.holds import ResourceKind
from domain.mail import Draft, Letter, Receipt
from domain.messages import PerformStep, StepResult


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
