"""The e-mail step: one activity that sends at most once, however often it is tried."""

from contextlib import suppress
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.attempts import this_attempt
from activities.deadline import this_deadline
from activities.failures import MAX_SURPRISES, SOON, again
from activities.sending import Sending
from domain.codes import ReasonCode
from domain.errors import ProviderError, RecordsAway, StaleAttempt
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports.inbox import Inbox
from domain.ports.mail import MailClients, Writer
from domain.ports.steps import Attempt, Claim, StepLedger

QUEUE_FOR = timedelta(seconds=20)  #: How long a try waits for a lease before it comes back later.
LAST_CALL = timedelta(seconds=20)  #: What the last call of a try may take.


class EmailActivities:
    """Performs e-mail steps. Thread-safe: its ports are."""

    def __init__(
        self, *, ledger: StepLedger, clients: MailClients, writer: Writer, inbox: Inbox
    ) -> None:
        self._ledger = ledger
        self._clients = clients
        self._writer = writer
        self._inbox = inbox

    @activity.defn
    def send_email(self, request: PerformStep) -> StepResult:
        """Perform one e-mail step, or say what it waits for.

        Idempotent: the delivery's row says how far an earlier try came, and what may have reached
        the provider is looked up before anything is repeated.
        """
        result = self._try(request, this_attempt())
        if result.kind is not ResultKind.SENT:
            self._tidy(request)
        return result

    def _try(self, request: PerformStep, attempt: Attempt) -> StepResult:
        try:
            return self._perform(request, attempt)
        except StaleAttempt:
            raise again("A later try owns this delivery.", after=SOON) from None
        except (ApplicationError, RecordsAway):
            raise  # Temporal tries again; an outage is no fault of the enrollment.
        except Exception as error:
            return self._surprised(request, attempt, error)

    def _perform(self, request: PerformStep, attempt: Attempt) -> StepResult:
        deadline = this_deadline(reserve=LAST_CALL)
        claim = self._claim(request, attempt)
        if claim is None:
            raise again("The cause was mended while we looked.", after=SOON)
        if isinstance(claim, StepResult):
            return claim
        sending = Sending(
            request=request,
            attempt=attempt,
            deadline=deadline,
            ledger=self._ledger,
            clients=self._clients,
            writer=self._writer,
            inbox=self._inbox,
        )
        return sending.run(claim)

    def _tidy(self, request: PerformStep) -> None:
        """Leave no draft in anybody's folder that will not be sent now.

        What cannot be removed, as of a mailbox that is disconnected, the sweep removes later.
        """
        for left in self._ledger.take_back(request):
            with suppress(ProviderError):
                client = self._clients.open(left.mailbox_id, request.workspace_id)
                client.delete_draft(left.draft_id)

    def _claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Pass the gate; where all leases are taken, queue for one."""
        claim = self._ledger.claim(request, attempt)
        if not isinstance(claim, Claim) or claim.has_lease:
            return claim
        if self._ledger.await_lease(claim, patience=QUEUE_FOR):
            return claim
        self._ledger.show_wait(request, attempt, ReasonCode.CONCURRENCY_CAP)
        raise again("As many messages are in flight as may be.", after=SOON, kind="Busy")

    def _surprised(self, request: PerformStep, attempt: Attempt, error: Exception) -> StepResult:
        """Hold an enrollment whose step broke down again and again by a fault of ours.

        Where Postgres is away this fails too, and Temporal tries again: an outage is no error of
        the enrollment's.
        """
        detail = f"{type(error).__name__} at try {attempt.number}"
        held = self._ledger.fault(
            request, attempt, ReasonCode.SYSTEM_ERROR, detail, most=MAX_SURPRISES
        )
        if held is None:
            raise error
        return held
