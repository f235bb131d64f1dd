"""The ledger of steps: a delivery's row through its states, and what each outcome changes.

Implements `domain.ports.StepLedger`. Every transition names its fence and the state it expects,
so that an attempt that lost its delivery to a later one changes nothing.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import StaleAttempt
from domain.holds import ResourceKind
from domain.mail import Letter, Receipt
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports import Attempt, Claim
from records import booking, moving
from records.claims import take
from records.database import Database
from records.gate import read_gate, refusal
from records.holding import generations_of, store_hold
from records.mailbox_faults import FAULT_STATES, fault
from records.tables import deliveries, mailboxes
from records.transitions import count_failure, give_up, receive, standing_under_lock, transition


class Ledger:
    """`StepLedger` on Postgres; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Pass the gate and take the delivery, or say why nothing is sent now.

        None means that a cause was mended while we looked: try again.
        """
        try:
            with self._database.workspace(request.workspace_id) as connection:
                row = read_gate(connection, request)
                known = moving.settled(row, request)
                if row is None or known is not None:
                    return known
                moving.lapse_pause(connection, row, attempt)
                stopped = moving.stopped(row, request.step_id, attempt)
                if stopped is not None:
                    return stopped
                cause = refusal(row)
                if cause is not None:
                    return store_hold(
                        connection,
                        row,
                        request,
                        attempt,
                        code=cause.code,
                        detail=cause.detail,
                        relied_on=generations_of(row),
                    )
                later = moving.defer(connection, row, request, attempt)
                return later or take(connection, row, request)
        except OperationalError as error:
            return _none_if_lock_refused(error)

    def rendered(self, claim: Claim, letter: Letter) -> None:
        """Store the letter before anything leaves."""
        self._move(
            claim,
            DeliveryState.CLAIMED,
            DeliveryState.RENDERED,
            to_address=claim.draft.to_address,
            subject=letter.subject,
            html=letter.html,
            text=letter.text,
            mime=letter.mime,
            own_message_id=letter.message_id,
            thread_id=letter.thread_id,
        )

    def drafted(self, claim: Claim, draft_id: str) -> str | None:
        """Store the provider's draft id; returns the mailbox's inbox cursor."""
        cursor = select(mailboxes.c.cursor).where(mailboxes.c.id == deliveries.c.mailbox_id)
        return self._move(
            claim,
            DeliveryState.RENDERED,
            DeliveryState.DRAFTED,
            returning=cursor.scalar_subquery(),
            draft_id=draft_id,
        )

    def submit(self, claim: Claim, attempt: Attempt) -> StepResult | None:
        """Pass the last gate and say so before the send leaves; a result means do not send."""
        enrollment_id, step_id, _ = claim.key.split(":")
        with self._database.workspace(claim.workspace_id) as connection:
            row = standing_under_lock(connection, enrollment_id)
            stopped = moving.stopped(row, step_id, attempt)
            if stopped is not None:
                return stopped
            transition(
                connection,
                claim,
                DeliveryState.DRAFTED,
                DeliveryState.SUBMITTING,
                baseline=claim.baseline,
            )
            return None

    def unsent(self, claim: Claim) -> None:
        """Take back `submitting`: the draft is proven to be still there."""
        self._move(claim, DeliveryState.SUBMITTING, DeliveryState.DRAFTED)

    def undrafted(self, claim: Claim) -> None:
        """Take back `drafted`: the draft is gone and was never submitted."""
        self._move(claim, DeliveryState.DRAFTED, DeliveryState.RENDERED, draft_id=None)

    def sent(
        self, claim: Claim, receipt: Receipt, request: PerformStep, attempt: Attempt
    ) -> StepResult:
        """Store the receipt, log it, move the enrollment on and book the next step's slot."""
        with self._database.workspace(request.workspace_id) as connection:
            row = read_gate(connection, request, hours_of_step=request.next_step_id)
            if row is None:
                raise StaleAttempt(request.enrollment_id)
            crossed = row["ended_code"] is not None
            receive(connection, claim, receipt, attempt, crossed=crossed)
            booking.mark_used(
                connection, request.enrollment_id, request.step_id, row["first_round"]
            )
            moving.log_sent(connection, row, request, attempt, claim)
            return moving.move_on(connection, row, request, attempt)

    def hold(
        self,
        claim: Claim,
        code: ReasonCode,
        detail: str,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Hold the enrollment; None when the cause was mended meanwhile: try again."""
        try:
            self._fault_mailbox(claim, code, detail)
            with self._database.workspace(request.workspace_id) as connection:
                row = read_gate(connection, request)
                if row is None:
                    return StepResult(kind=ResultKind.ENDED, code=ReasonCode.DELETED)
                unknown = code is ReasonCode.SEND_OUTCOME_UNKNOWN
                give_up(connection, claim, code, detail)
                stopped = moving.stopped(row, request.step_id, attempt)
                if stopped is not None and not unknown:
                    return stopped
                return store_hold(
                    connection,
                    row,
                    request,
                    attempt,
                    code=code,
                    detail=detail,
                    relied_on=claim.generations,
                )
        except OperationalError as error:
            return _none_if_lock_refused(error)

    def fault(
        self, request: PerformStep, attempt: Attempt, code: ReasonCode, detail: str
    ) -> StepResult | None:
        """Hold an enrollment whose try broke down before or outside a delivery."""
        try:
            with self._database.workspace(request.workspace_id) as connection:
                row = read_gate(connection, request)
                if row is None:
                    return StepResult(kind=ResultKind.ENDED, code=ReasonCode.DELETED)
                stopped = moving.stopped(row, request.step_id, attempt)
                return stopped or store_hold(
                    connection,
                    row,
                    request,
                    attempt,
                    code=code,
                    detail=detail,
                    relied_on=generations_of(row),
                )
        except OperationalError as error:
            return _none_if_lock_refused(error)

    def provider_failed(self, claim: Claim, detail: str, attempt: Attempt) -> int:
        """Count a failed answer of the provider; returns how many this delivery had."""
        with self._database.workspace(claim.workspace_id) as connection:
            failures, enrollment_id = count_failure(connection, claim, detail)
            moving.show_retry(connection, enrollment_id, claim, attempt, failures, detail)
            return failures

    def _fault_mailbox(self, claim: Claim, code: ReasonCode, detail: str) -> None:
        """Say so on the mailbox, so that nobody else asks it in vain."""
        if code not in FAULT_STATES:
            return
        with self._database.workspace(claim.workspace_id) as connection:
            fault(
                connection,
                claim.workspace_id,
                claim.mailbox_id,
                code,
                detail,
                generation=claim.generations[ResourceKind.MAILBOX],
            )

    def _move(
        self,
        claim: Claim,
        expected: DeliveryState,
        to: DeliveryState,
        *,
        returning: Any = None,
        **values: Any,
    ) -> Any:
        with self._database.workspace(claim.workspace_id) as connection:
            return transition(connection, claim, expected, to, returning=returning, **values)


def _none_if_lock_refused(error: OperationalError) -> None:
    """Pass over "could not obtain lock" (55P03): a repair is being committed just now."""
    if getattr(error.orig, "sqlstate", None) != "55P03":
        raise error
