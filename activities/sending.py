"""One try at sending one message: draft, barrier, gate, send, read back; each step committed."""

from dataclasses import dataclass, replace
from datetime import timedelta

from activities.catching_up import catch_up
from activities.failures import MAX_FAILURES, again, backoff
from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import (
    ContentFault,
    Disconnected,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
)
from domain.fate import FateKind, Submission
from domain.mail import Letter, Receipt
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports import Attempt, Claim, Inbox, MailClient, MailClients, StepLedger, Writer

SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A try's request and its ports; `run` does it."""

    request: PerformStep
    attempt: Attempt
    ledger: StepLedger
    clients: MailClients
    writer: Writer
    inbox: Inbox

    def run(self, claim: Claim) -> StepResult:
        """Send the claimed delivery or say what it waits for."""
        try:
            return self._send(claim)
        except ContentFault as fault:
            return self._hold(claim, fault.code, fault.detail)
        except Refused as refusal:
            return self._refused(claim, refusal)
        except ProviderError as error:
            return self._failed(claim, error)

    def _send(self, claim: Claim) -> StepResult:
        client = self.clients.open(claim.mailbox_id, self.request.workspace_id)
        if claim.state is DeliveryState.SUBMITTING:
            found = self._reconcile(client, claim)
            if isinstance(found, Receipt):
                return self._sent(claim, found)
            claim = found
        if claim.failures >= MAX_FAILURES:
            return self._hold(claim, ReasonCode.SENDING_FAILED, "The provider failed every try.")
        drafted = self._prepare(client, claim)
        stopped = self._pass_gate(client, drafted)
        if stopped is not None:
            return stopped
        return self._submit(client, drafted)

    def _reconcile(self, client: MailClient, claim: Claim) -> Claim | Receipt:
        """Find out what became of a send whose answer nobody has: read, never repeat."""
        fate = client.fate(_submission(claim))
        if fate.kind is FateKind.UNSENT:
            self.ledger.unsent(claim)
            return replace(claim, state=DeliveryState.DRAFTED)
        if fate.receipt is not None:
            return fate.receipt
        if fate.kind is FateKind.PENDING:
            raise again(fate.evidence, after=fate.ask_again_after or SOON)
        raise _Unknowable(fate.evidence)

    def _prepare(self, client: MailClient, claim: Claim) -> Claim:
        """Write the letter once, and give it to the provider as a draft."""
        letter = claim.letter
        if claim.state is DeliveryState.CLAIMED or letter is None:
            letter = self.writer.write(claim.draft)
            self.ledger.rendered(claim, letter)
        if claim.state is DeliveryState.DRAFTED:
            return claim
        return self._draft(client, claim, letter)

    def _draft(self, client: MailClient, claim: Claim, letter: Letter) -> Claim:
        draft_id = client.create_draft(letter)
        cursor = self.ledger.drafted(claim, draft_id)
        return replace(
            claim,
            letter=letter,
            draft_id=draft_id,
            baseline=cursor,
            state=DeliveryState.DRAFTED,
        )

    def _pass_gate(self, client: MailClient, claim: Claim) -> StepResult | None:
        """Read the inbox up to now, then let a stop that is committed win."""
        cursor, _ = catch_up(
            client, self.inbox, claim.mailbox_id, claim.workspace_id, claim.baseline
        )
        stopped = self.ledger.submit(replace(claim, baseline=cursor), self.attempt)
        if stopped is not None and stopped.kind is ResultKind.ENDED and claim.draft_id:
            client.delete_draft(claim.draft_id)
            self.ledger.undrafted(claim)
        return stopped

    def _submit(self, client: MailClient, claim: Claim) -> StepResult:
        try:
            sent_id = client.send_draft(_submission(claim), lambda: None)
        except Refused:
            self.ledger.unsent(claim)  # A refusal is an answer: nothing was accepted.
            raise
        except NotFound as gone:
            raise OutcomeUnknown("The draft was gone when it was to be sent.") from gone
        return self._sent(claim, self._read_back(client, sent_id))

    def _read_back(self, client: MailClient, sent_id: str) -> Receipt:
        """Read the ids of what was accepted; failing at it says nothing against the send."""
        try:
            return client.read_back(sent_id)
        except Disconnected:
            raise  # The mailbox waits for its owner; the next try reconciles.
        except ProviderError as error:
            raise OutcomeUnknown(
                "Accepted, but its ids could not be read.", retry_after=error.retry_after
            ) from error

    def _sent(self, claim: Claim, receipt: Receipt) -> StepResult:
        return self.ledger.sent(claim, receipt, self.request, self.attempt)

    def _refused(self, claim: Claim, refusal: Refused) -> StepResult:
        return self._hold(claim, refusal.code, str(refusal))

    def _failed(self, claim: Claim, error: ProviderError) -> StepResult:
        """Count the failure; past the last one a person must look."""
        if isinstance(error, _Unknowable):
            return self._hold(claim, ReasonCode.SEND_OUTCOME_UNKNOWN, str(error))
        failures = self.ledger.provider_failed(claim, type(error).__name__, self.attempt)
        if failures >= MAX_FAILURES and not isinstance(error, OutcomeUnknown):
            return self._give_up(claim)
        raise again(
            f"The provider failed: {type(error).__name__}, {failures} of {MAX_FAILURES}.",
            after=backoff(failures, error.retry_after),
            kind=type(error).__name__,
        )

    def _give_up(self, claim: Claim) -> StepResult:
        """Hold after the last failure: not sent, or, where a send was under way, unknown."""
        code = ReasonCode.SENDING_FAILED
        if claim.state is DeliveryState.SUBMITTING:
            code = ReasonCode.SEND_OUTCOME_UNKNOWN
        return self._hold(claim, code, "The provider failed every try.")

    def _hold(self, claim: Claim, code: ReasonCode, detail: str) -> StepResult:
        held = self.ledger.hold(claim, code, detail, self.request, self.attempt)
        if held is None:
            raise again("The cause was mended while we looked.", after=SOON)
        return held


class _Unknowable(ProviderError):
    """Nothing can prove either outcome."""


def _submission(claim: Claim) -> Submission:
    assert claim.draft_id is not None
    assert claim.letter is not None
    return Submission(
        key=claim.key, draft_id=claim.draft_id, letter=claim.letter, baseline=claim.baseline
    )
