"""One try at sending one message: draft, barrier, gate, send, read back; each step committed."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from activities.catching_up import Reader
from activities.deadline import Deadline
from activities.failures import LONGEST, MAX_FAILURES, RECOVER_AFTER, SOON, again, backoff
from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import (
    ContentFault,
    Disconnected,
    Exhausted,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
    Unreadable,
    Withheld,
)
from domain.fate import Fate, FateKind, Submission
from domain.holds import ResourceKind, healers
from domain.mail import Letter, Receipt
from domain.messages import PerformStep, StepResult
from domain.ports.inbox import Inbox
from domain.ports.mail import MailClient, MailClients, Writer
from domain.ports.steps import Attempt, Claim, StepLedger

UNDER_WAY = timedelta(seconds=60)  #: As long as a request that left may still be worked on.
FRESH = timedelta(milliseconds=250)  #: How old the look at the inbox may be when a send leaves.
MOST_LOOKS = 3  #: One that found nothing ends them; an inbox that never rests is read so often.
_LOOKS = 2  #: From which try on an inbox that cannot be read makes its mailbox wait.


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A try's request and its ports; `run` does it."""

    request: PerformStep
    attempt: Attempt
    deadline: Deadline
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
        except Unreadable as silence:
            return self._wait_for_hearing(claim, silence)
        except Exhausted as pause:
            return self._block(claim, pause)
        except Refused as refusal:
            return self._hold(claim, refusal.code, str(refusal))
        except ProviderError as error:
            return self._failed(claim, error)

    def _send(self, claim: Claim) -> StepResult:
        if claim.state is DeliveryState.SUBMITTING:
            client, found = self._find_out(claim)
            if isinstance(found, Receipt):
                return self._sent(claim, found)
            claim = found
        else:
            client = self._open(claim)
        if claim.failures >= _most_failures(claim):
            return self._give_up(claim)
        if claim.is_probe:
            client.probe()
        drafted, wait = self._prepare(client, claim)
        while True:
            self._wait(drafted, wait)
            try:
                with client.standing_by(_submission(drafted)):
                    drafted, outcome = self._pass_gate(client, drafted)
                    if outcome is None:
                        return self._submit(client, drafted)
            except Withheld:
                self._throw_away(client, drafted)
                raise
            if not isinstance(outcome, timedelta):
                self._throw_away(client, drafted)
                return outcome
            wait = outcome

    def _open(self, claim: Claim) -> MailClient:
        return self.clients.open(claim.mailbox_id, self.request.workspace_id)

    def _find_out(self, claim: Claim) -> tuple[MailClient, Claim | Receipt]:
        """Find out what became of a send whose answer nobody has: read, never repeat.

        A look-up that fails proves nothing, unless the mailbox itself waits for a cause now.
        """
        try:
            client = self._open(claim)
            fate = client.fate(_submission(claim))
        except Refused as refusal:
            if ResourceKind.MAILBOX in healers(refusal.code) or isinstance(refusal, Exhausted):
                raise
            raise _NotFoundOut(str(refusal)) from None
        except ProviderError as error:
            raise _NotFoundOut(str(error), retry_after=error.retry_after) from None
        return client, self._reconcile(claim, fate)

    def _reconcile(self, claim: Claim, fate: Fate) -> Claim | Receipt:
        """Believe the evidence."""
        if fate.receipt is not None:
            return fate.receipt
        if fate.kind is FateKind.UNSENT:
            self.ledger.unsent(claim)
            return replace(claim, state=DeliveryState.DRAFTED)
        if fate.kind is FateKind.PENDING:
            raise again(fate.evidence, after=fate.ask_again_after or SOON, kind="Pending")
        raise _Unknowable(fate.evidence)

    def _prepare(self, client: MailClient, claim: Claim) -> tuple[Claim, timedelta]:
        """Write the letter once and give it to the provider as a draft.

        Also says how long the mailbox's spacing keeps it back.
        """
        letter = claim.letter
        if claim.state is DeliveryState.CLAIMED or letter is None:
            letter = self.writer.write(claim.draft)
            self.ledger.rendered(claim, letter)
        if claim.state is DeliveryState.DRAFTED:
            return claim, timedelta()
        return self._draft(client, claim, letter)

    def _draft(self, client: MailClient, claim: Claim, letter: Letter) -> tuple[Claim, timedelta]:
        draft_id = client.create_draft(letter)
        drafted = self.ledger.drafted(claim, draft_id)
        claim = replace(
            claim,
            letter=letter,
            draft_id=draft_id,
            cursor=drafted.cursor,
            state=DeliveryState.DRAFTED,
        )
        return claim, drafted.wait

    def _pass_gate(
        self, client: MailClient, claim: Claim
    ) -> tuple[Claim, StepResult | timedelta | None]:
        """Read the inbox up to now, then let a committed stop win.

        Where the spacing is over in a moment, that is waited out and the look still counts.
        """
        claim = self._look(client, claim)
        looked = time.monotonic()
        while True:
            try:
                outcome = self.ledger.submit(claim, self.attempt)
            except Withheld:
                self._throw_away(client, claim)
                raise
            if not isinstance(outcome, timedelta):
                return claim, outcome
            age = time.monotonic() - looked + outcome.total_seconds()
            if age > FRESH.total_seconds():
                return claim, outcome
            self._wait(claim, outcome)

    def _look(self, client: MailClient, claim: Claim) -> Claim:
        """Bring the inbox up to now: what is found may stop this very step.

        Storing what came takes its time, and more may come meanwhile: the last look is one that
        found nothing, as long as a few are enough for that. A gap whose cursor has expired is the
        watcher's to read: it may take long.
        """
        reader = Reader(
            client=client,
            inbox=self.inbox,
            mailbox_id=claim.mailbox_id,
            workspace_id=claim.workspace_id,
        )
        cursor = claim.cursor
        for _ in range(MOST_LOOKS):
            try:
                caught = reader.catch_up(cursor)
            except NotFound:
                raise Unreadable("Its cursor has expired: the gap is read again first.") from None
            cursor = caught.cursor
            if not caught.came:
                break
        return replace(claim, baseline=cursor, cursor=cursor)

    def _wait(self, claim: Claim, span: timedelta) -> None:
        """Wait in place where there is time for it, else come back."""
        if span > self.deadline.left:
            self.ledger.give_back(claim.key, claim.workspace_id)
            raise again("The mailbox's spacing is not over.", after=span, kind="Spacing")
        time.sleep(max(span.total_seconds(), 0))

    def _throw_away(self, client: MailClient, claim: Claim) -> None:
        """Leave no draft behind that will not be sent, at least not now."""
        assert claim.draft_id is not None
        client.delete_draft(claim.draft_id)
        self.ledger.undrafted(claim)
        self.ledger.give_back(claim.key, claim.workspace_id)

    def _submit(self, client: MailClient, claim: Claim) -> StepResult:
        try:
            sent_id = client.send_draft(_submission(claim), self.deadline.check)
        except NotFound as gone:
            raise OutcomeUnknown("The draft was gone when it was to be sent.") from gone
        except ProviderError as error:
            if _had_no_effect(error):
                self.ledger.unsent(claim)
            raise
        answered = time.monotonic()
        receipt = self._read_back(client, sent_id)
        return self._sent(claim, receipt, answered=answered)

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

    def _sent(self, claim: Claim, receipt: Receipt, *, answered: float | None = None) -> StepResult:
        ago = timedelta(seconds=0 if answered is None else time.monotonic() - answered)
        return self.ledger.sent(claim, receipt, self.request, self.attempt, answered=ago)

    def _failed(self, claim: Claim, error: ProviderError) -> StepResult:
        """Count the failure; past the last one a person must look."""
        if isinstance(error, _Unknowable):
            return self._hold(claim, ReasonCode.SEND_OUTCOME_UNKNOWN, str(error))
        if isinstance(error, _NotFoundOut):
            return self._look_again(claim, error)
        unknown = isinstance(error, OutcomeUnknown)
        recovers = claim.may_recover and claim.failures + 1 == MAX_FAILURES
        failures = self.ledger.provider_failed(
            claim,
            f"{type(error).__name__}: {error}",
            self.attempt,
            code=ReasonCode.FIRST_STEP_SEND_FAILED if recovers else ReasonCode.RETRYING_STEP,
            is_open=unknown and error.may_run,
        )
        if failures >= _most_failures(claim) and not unknown:
            return self._give_up(claim)
        wait = backoff(failures, error.retry_after)
        raise again(
            f"The provider failed: {type(error).__name__}, {failures} of {MAX_FAILURES}.",
            after=max(wait, RECOVER_AFTER) if recovers else wait,
            kind=type(error).__name__,
        )

    def _look_again(self, claim: Claim, error: ProviderError) -> StepResult:
        """Repeat a failed look-up, counting nothing against the delivery; at last ask a person.

        It lasts longer than a send can be under way, so the lease is given back meanwhile.
        """
        if claim.quiet_for > claim.look_for:
            detail = f"The provider could not be asked for {_minutes(claim.look_for)}: {error}"
            return self._hold(claim, ReasonCode.SEND_OUTCOME_UNKNOWN, detail)
        self.ledger.provider_failed(
            claim,
            f"The look-up failed: {error}",
            self.attempt,
            code=ReasonCode.RETRYING_STEP,
            is_open=claim.quiet_for < UNDER_WAY,
            counts=False,
        )
        wait = min(max(claim.quiet_for / 2, 2 * SOON), LONGEST)
        raise again("The look-up failed.", after=max(wait, error.retry_after or wait))

    def _give_up(self, claim: Claim) -> StepResult:
        """Hold after the last failure: it was not sent."""
        code = ReasonCode.SENDING_FAILED
        if claim.may_recover:
            code = ReasonCode.FIRST_STEP_SEND_FAILED
        return self._hold(claim, code, "The provider failed every try.")

    def _hold(self, claim: Claim, code: ReasonCode, detail: str) -> StepResult:
        return _told(self.ledger.hold(claim, code, detail, self.request, self.attempt))

    def _wait_for_hearing(self, claim: Claim, silence: Unreadable) -> StepResult:
        """Send nothing blind: look once more with a fresh client, then wait for the inbox."""
        if self.attempt.number < _LOOKS:
            self.ledger.give_back(claim.key, claim.workspace_id)
            raise again("The inbox could not be read.", after=SOON, kind="Look")
        return _told(self.ledger.wait_for_hearing(claim, str(silence), self.request, self.attempt))

    def _block(self, claim: Claim, pause: Exhausted) -> StepResult:
        return _told(
            self.ledger.block(claim, pause.code, pause.retry_after, self.request, self.attempt)
        )


def _had_no_effect(error: ProviderError) -> bool:
    """Say whether a failed send is certain: a refusal is an answer, and so is no connection.

    A dead grant is none by itself: also a request that took effect can be answered so.
    """
    if isinstance(error, Disconnected):
        return error.had_no_effect
    return isinstance(error, (Refused, Throttled, Unavailable))


class _Unknowable(ProviderError):
    """Nothing can prove either outcome."""


class _NotFoundOut(ProviderError):
    """The look-up itself failed: neither outcome is proven, and it can be repeated."""


def _minutes(span: timedelta) -> str:
    return f"{span / timedelta(minutes=1):.0f} minutes"


def _most_failures(claim: Claim) -> int:
    return MAX_FAILURES + (1 if claim.may_recover else 0)


def _told(result: StepResult | None) -> StepResult:
    if result is None:
        raise again("The cause was mended while we looked.", after=SOON)
    return result


def _submission(claim: Claim) -> Submission:
    assert claim.draft_id is not None
    assert claim.letter is not None
    return Submission(
        key=claim.key,
        draft_id=claim.draft_id,
        letter=claim.letter,
        baseline=claim.baseline,
        quiet_for=claim.quiet_for,
    )
