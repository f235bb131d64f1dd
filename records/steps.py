"""The ledger of steps: a delivery's row through its states, and what each outcome changes.

Implements `domain.ports.steps.StepLedger`. Every transition names its fence and the state it
expects, so that an attempt that lost its delivery to a later one changes nothing.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import StaleAttempt
from domain.mail import Letter, Receipt
from domain.messages import PerformStep, StepResult
from domain.ports.steps import Attempt, Claim, Drafted, Leftover
from records import (
    blocks,
    contacts,
    failing,
    hearing,
    leases,
    leftovers,
    moving,
    screening,
    submitting,
)
from records.claims import delivery_key_of, take
from records.database import Database
from records.desk import Desk
from records.gate import GateRow, address_of, read_gate, refusal
from records.holding import generations_of, step_ids, store_hold
from records.tables import deliveries, mailboxes
from records.transitions import Besides, receive, transition

_MINE = mailboxes.c.id == deliveries.c.mailbox_id
_ASKED = Besides(
    returning=(
        select(mailboxes.c.cursor).where(_MINE).scalar_subquery(),
        select(submitting.WAIT).where(_MINE).scalar_subquery(),
    )
)  #: Its mailbox's inbox cursor, and how long the spacing lasts.
IN_FLIGHT = 50  #: How many sends may be in flight at once, over all workers.


class Ledger:
    """`StepLedger` on Postgres; thread-safe, one per process."""

    def __init__(
        self, database: Database, *, in_flight: int = IN_FLIGHT, fast_forward: bool = False
    ) -> None:
        """`fast_forward` says whether clocks may be moved on here, as only a sandbox allows."""
        self._database = database
        self._fast_forward = fast_forward
        self._desk = Desk(database, most=in_flight)

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Pass the gate and take the delivery, or say why nothing is sent now.

        None means that a cause was mended while we looked: try again. The claim has no lease
        where as many sends are in flight as may be; it stays taken all the same, so that the gate
        is read once, and the last gate sees what happens meanwhile.
        """
        try:
            with self._database.workspace(request.workspace_id) as connection:
                row = read_gate(connection, request)
                if row is not None and moving.was_resolved(row, request):
                    return _go_on(connection, request, attempt)
                known = moving.settled(row, request)
                if row is None or known is not None:
                    return known
                moving.lapse_pause(connection, row, attempt)
                outcome = self._pass(connection, row, request, attempt)
                if row["delivery_id"] is not None and not isinstance(outcome, Claim):
                    leases.give_back(connection, delivery_key_of(row, request))
                return outcome
        except blocks.Mended:
            return None
        except OperationalError as error:
            return failing.none_if_lock_refused(error)

    def _pass(
        self, connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt
    ) -> Claim | StepResult | None:
        stopped = moving.stopped(row, request.step_id, attempt)
        if stopped is not None and not moving.is_under_way(row):
            return stopped
        ended = _end_suppressed(connection, row, request, attempt)
        if ended is not None:
            return ended
        cause = refusal(row)
        if cause is not None:
            return stopped or store_hold(
                connection,
                row,
                request,
                attempt,
                code=cause.code,
                detail=cause.detail,
                relied_on=generations_of(row),
            )
        later = _later(connection, row, request, attempt)
        if later is not None:
            return later
        claim = take(connection, row, request, attempt, may_be_ahead=self._fast_forward)
        looks = moving.is_under_way(row)  # Reading what became of it needs no lease.
        anew = not (looks or self._desk.has_queue)
        most = self._desk.most
        has_one = leases.take(connection, claim.key, claim.mailbox_id, most=most, anew=anew)
        return claim if has_one or looks else replace(claim, has_lease=False)

    def await_lease(self, claim: Claim, *, patience: timedelta) -> bool:
        """Wait for a lease; says whether the delivery has one now. Holds no lock meanwhile."""
        return self._desk.wait(claim.key, claim.mailbox_id, patience=patience.total_seconds())

    def give_back(self, claim_key: str, workspace_id: str) -> None:
        """Let another delivery have the lease."""
        with self._database.workspace(workspace_id) as connection:
            leases.give_back(connection, claim_key)

    def show_wait(self, request: PerformStep, attempt: Attempt, code: ReasonCode) -> None:
        """Let people see what the next try waits for."""
        with self._database.workspace(request.workspace_id) as connection:
            moving.show_wait(connection, request, attempt, code)

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

    def drafted(self, claim: Claim, draft_id: str) -> Drafted:
        """Store the provider's draft id."""
        row = self._move(
            claim,
            DeliveryState.RENDERED,
            DeliveryState.DRAFTED,
            besides=_ASKED,
            draft_id=draft_id,
            baseline=None,  # Of an earlier draft, which is gone.
        )
        wait = None if claim.is_ahead else row[1]
        return Drafted(cursor=row[0], wait=wait or timedelta())

    def submit(self, claim: Claim, attempt: Attempt) -> StepResult | timedelta | None:
        """Pass the last gate and announce the send before it leaves."""
        with self._database.workspace(claim.workspace_id) as connection:
            return submitting.submit(connection, claim, attempt)

    def unsent(self, claim: Claim) -> None:
        """Take back `submitting`: it is proven that nothing was accepted."""
        self._move(claim, DeliveryState.SUBMITTING, DeliveryState.DRAFTED)

    def undrafted(self, claim: Claim) -> None:
        """Take back `drafted`: the draft is gone and was never submitted."""
        self._move(claim, DeliveryState.DRAFTED, DeliveryState.RENDERED, draft_id=None)

    def take_back(self, request: PerformStep) -> list[Leftover]:
        """Give the drafts of a step that will not be sent, at least not now."""
        with self._database.workspace(request.workspace_id) as connection:
            return leftovers.take_back(connection, request)

    def sent(
        self,
        claim: Claim,
        receipt: Receipt,
        request: PerformStep,
        attempt: Attempt,
        *,
        answered: timedelta = timedelta(),
    ) -> StepResult:
        """Store the receipt, log it, move the enrollment on and book the next step's slot."""
        with self._database.workspace(request.workspace_id) as connection:
            blocks.answered(connection, claim, attempt, answered)
            row = read_gate(connection, request, hours_of_step=request.next_step_id)
            if row is None:
                raise StaleAttempt(request.enrollment_id)
            crossed = row["ended_code"] is not None
            receive(connection, claim, receipt, attempt, crossed=crossed)
            moving.log_sent(connection, row, request, attempt, claim)
            return moving.move_on(connection, row, request, attempt)

    def wait_for_hearing(
        self, claim: Claim, detail: str, request: PerformStep, attempt: Attempt
    ) -> StepResult | None:
        """Note that the inbox could not be read, and book this step later."""
        return failing.wait_for_hearing(self._database, claim, detail, request, attempt)

    def hold(
        self,
        claim: Claim,
        code: ReasonCode,
        detail: str,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Hold the enrollment; None when the cause was mended meanwhile: try again."""
        return failing.hold(self._database, claim, code, detail, request, attempt)

    def fault(
        self, request: PerformStep, attempt: Attempt, code: ReasonCode, detail: str, *, most: int
    ) -> StepResult | None:
        """Count a try that broke down by itself; hold the enrollment at the `most`-th in a row."""
        return failing.fault_of(self._database, request, attempt, code, detail, most=most)

    def block(
        self,
        claim: Claim,
        code: ReasonCode,
        named: timedelta | None,
        request: PerformStep,
        attempt: Attempt,
    ) -> StepResult | None:
        """Let the mailbox rest, and book this step after it."""
        return failing.block(self._database, claim, code, named, request, attempt)

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
        """Count a failed answer of the provider; returns how many this delivery had."""
        return failing.provider_failed(
            self._database, claim, detail, attempt, code=code, is_open=is_open, counts=counts
        )

    def _move(self, claim: Claim, expected: DeliveryState, to: DeliveryState, **values: Any) -> Any:
        with self._database.workspace(claim.workspace_id) as connection:
            return transition(connection, claim, expected, to, **values)


def _end_suppressed(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt
) -> StepResult | None:
    """End an enrollment whose candidate opted out or was blocked while nobody saw it running."""
    entry = screening.deciding(row, address_of(row))
    if entry is None or not screening.is_final(entry) or moving.is_under_way(row):
        return None
    ids = step_ids(row, request, attempt)
    return screening.end(connection, row, entry, attempt, ids)


def _later(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt
) -> StepResult | None:
    """Say what the step must wait for: its slot, a blocked or deaf mailbox, a full month."""
    if moving.is_under_way(row):
        return None
    key = delivery_key_of(row, request)
    wait = blocks.blocked(row, key, attempt.at) or hearing.deaf(row, attempt.at)
    if wait is not None:
        blocks.check_unmended(connection, row)
    else:
        later = moving.defer(connection, row, request, attempt)
        if later is not None:
            if later.code is ReasonCode.MAILBOX_DAILY_LIMIT:
                blocks.check_unmended(connection, row)
            return later
        month = contacts.reserve(connection, row, attempt.at)
        wait = None if month is None else (month, ReasonCode.MONTHLY_CONTACT_LIMIT)
    wait = wait or blocks.probe(connection, row, key, attempt.at)
    return None if wait is None else moving.defer_until(connection, row, request, attempt, *wait)


def _go_on(connection: Connection, request: PerformStep, attempt: Attempt) -> StepResult | None:
    """Go on after a send of which a person said that it happened."""
    row = read_gate(connection, request, hours_of_step=request.next_step_id)
    if row is None:
        return None
    sent_at = row["delivery_sent_at"]
    return moving.move_on(connection, row, request, attempt, sent_at=sent_at)
