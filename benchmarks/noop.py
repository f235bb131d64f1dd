"""Ports that do nothing, so that a rate shows what workflow and activity code cost by themselves.

Only benchmarks use them; every line of the activity's own code still runs.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import NotFound
from domain.fate import Fate, StoredDraft, Submission
from domain.mail import (
    Arrival,
    Arrivals,
    Draft,
    Known,
    Letter,
    Receipt,
    Received,
    Recipient,
    StepContent,
)
from domain.messages import Booking, PerformStep, ResultKind, StepResult
from domain.ports.inbox import Span
from domain.ports.mail import Leave
from domain.ports.steps import Attempt, Claim, Drafted, Leftover

GAP = timedelta(seconds=2)
"""From one step to the next, in both workflows: long enough that each step really needs its timer,
short enough that the processors, not the timers, are what a round waits for."""

_DRAFT = Draft(
    key="",
    from_address="",
    from_name="",
    to_address="",
    to_name="",
    recipient=Recipient(),
    content=StepContent(),
    written_at=datetime(2026, 1, 1, tzinfo=UTC),
)
_LETTER = Letter(subject="", html="", text="", mime=b"", message_id="")
_RECEIPT = Receipt(provider_message_id="m", thread_id="t", message_id="<m>")


class NoopLedger:
    """Lets every step through; the next one is due after a gap."""

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Give a claim on nothing."""
        return Claim(
            delivery_id="",
            workspace_id=request.workspace_id,
            key=request.enrollment_id,
            fence=1,
            state=DeliveryState.CLAIMED,
            mailbox_id="",
            draft=_DRAFT,
            generations={},
        )

    def rendered(self, claim: Claim, letter: Letter) -> None:
        """Do nothing."""

    def await_lease(self, claim: Claim, *, patience: timedelta) -> bool:
        """Never happens here."""
        raise AssertionError(claim.key)

    def give_back(self, claim_key: str, workspace_id: str) -> None:
        """Do nothing."""

    def show_wait(self, request: PerformStep, attempt: Attempt, code: ReasonCode) -> None:
        """Never happens here."""
        raise AssertionError(code)

    def drafted(self, claim: Claim, draft_id: str) -> Drafted:
        """Give a cursor."""
        return Drafted(cursor="1", wait=timedelta())

    def submit(self, claim: Claim, attempt: Attempt) -> StepResult | timedelta | None:
        """Let it through."""

    def unsent(self, claim: Claim) -> None:
        """Do nothing."""

    def undrafted(self, claim: Claim) -> None:
        """Do nothing."""

    def take_back(self, request: PerformStep) -> Sequence[Leftover]:
        """None is left: everything is sent."""
        del request
        return ()

    def sent(
        self,
        claim: Claim,
        receipt: Receipt,
        request: PerformStep,
        attempt: Attempt,
        *,
        answered: timedelta = timedelta(),
    ) -> StepResult:
        """Book the next step after the gap."""
        if request.next_step_id is None:
            return StepResult(kind=ResultKind.SENT)
        due = attempt.at + self._gap
        return StepResult(kind=ResultKind.SENT, booking=Booking(not_before=due, slot_at=due))

    def wait_for_hearing(
        self, claim: Claim, detail: str, request: PerformStep, attempt: Attempt
    ) -> StepResult | None:
        """Never happens here."""
        raise AssertionError(detail)

    def hold(
        self, claim: Claim, code: ReasonCode, detail: str, request: PerformStep, attempt: Attempt
    ) -> StepResult | None:
        """Never happens here."""
        raise AssertionError(detail)

    def fault(
        self, request: PerformStep, attempt: Attempt, code: ReasonCode, detail: str, *, most: int
    ) -> StepResult | None:
        """Never happens here."""
        raise AssertionError(detail)

    def block(
        self,
        claim: Claim,
        code: ReasonCode,
        named: timedelta | None,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Never happens here."""
        raise AssertionError(code)

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
        """Never happens here."""
        raise AssertionError(detail)


class NoopWriter:
    """Writes an empty letter."""

    def write(self, draft: Draft) -> Letter:
        """Give it."""
        return _LETTER


class NoopInbox:
    """An inbox in which nothing ever arrives."""

    def known(self, mailbox_id: str, workspace_id: str, arrivals: Sequence[Arrival]) -> Known:
        """Know nothing."""
        return Known()

    def accept(
        self, mailbox_id: str, workspace_id: str, span: Span, received: Sequence[Received]
    ) -> int:
        """Store nothing."""
        return 0

    def polled(self, mailbox_id: str, workspace_id: str, span: Span) -> None:
        """Do nothing."""

    def read_at(self, mailbox_id: str, workspace_id: str) -> datetime:
        """Never asked here."""
        raise NotFound(mailbox_id)


class NoopClients:
    """Opens a client that accepts everything at once."""

    def open(self, mailbox_id: str, workspace_id: str) -> "NoopClient":
        """Give it."""
        return NoopClient()


class NoopClient:
    """A mailbox that answers at once."""

    def create_draft(self, letter: Letter) -> str:
        """Accept."""
        return "d"

    def standing_by(self, submission: Submission) -> AbstractContextManager[None]:
        """Do nothing."""
        return nullcontext()

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Accept."""
        leave()
        return "m"

    def fate(self, submission: Submission) -> Fate:
        """Never asked here."""
        raise NotFound(submission.key)

    def our_drafts(self) -> Sequence[StoredDraft]:
        """None."""
        return ()

    def probe(self) -> None:
        """Be well."""

    def delete_draft(self, draft_id: str) -> None:
        """Do nothing."""

    def read_back(self, sent_id: str) -> Receipt:
        """Give ids."""
        return _RECEIPT

    def cursor(self) -> str:
        """Give a cursor."""
        return "1"

    def arrivals(self, cursor: str) -> Arrivals:
        """Nothing came."""
        return Arrivals(cursor="1")

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Never asked here."""
        raise NotFound(str(since))

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Nothing lies elsewhere."""
        return ()

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Never asked here."""
        raise NotFound(arrival.provider_message_id)
