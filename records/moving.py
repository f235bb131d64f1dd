"""Moves an enrollment's row: what stops it, when its step may go, and what follows a send."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, update

from domain.codes import LogEvent, ReasonCode
from domain.delivery import DeliveryState
from domain.messages import (
    Awaiting,
    Booking,
    FactKind,
    PerformStep,
    ResultKind,
    StepResult,
)
from domain.ports.steps import Attempt, Claim
from records import booking, log
from records.gate import GateRow, is_first, step_of
from records.holding import generations_of, step_ids, store_hold
from records.plans import timing_of
from records.projection import change
from records.schedule_rules import Hours, hours_of
from records.tables import enrollments

LATE = timedelta(seconds=60)  #: How old a slot may be; an older one is given back and re-booked.
LATE_RETRY = timedelta(minutes=15)  #: The same for a retry of a try that came on time.
_SHORTEST = timedelta(microseconds=1)
RECHECK = timedelta(seconds=60)  #: When to look again for a pause whose signal is on its way.


def lapse_pause(connection: Connection, row: GateRow, attempt: Attempt) -> None:
    """Lift a pause whose end has passed: the workflow woke up for it."""
    if not row["paused"] or not _has_lapsed(row, attempt):
        return
    frozen_at = row["frozen_at"] if row["deactivated"] else None
    lifted = {"paused": False, "paused_until": None, "pause_code": None}
    change(connection, row["id"], **lifted, frozen_at=frozen_at)
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.ENROLLMENT_RESUMED,
        code=None,
        at=attempt.at,
        enrollment_id=row["id"],
        sequence_id=row["sequence_id"],
        detail={"by": "resume_at"},
    )


def settled(row: GateRow | None, request: PerformStep) -> StepResult | None:
    """Answer a try whose outcome is known already, so that nothing is done twice.

    The try before this one may have committed `sent` and died before Temporal heard of it.
    """
    if row is None:
        return StepResult(kind=ResultKind.ENDED, code=ReasonCode.DELETED)
    if row["round"] != request.round:
        return StepResult(kind=ResultKind.ENDED, code=ReasonCode(row["ended_code"] or row["code"]))
    if row["delivery_state"] != DeliveryState.SENT:
        return None
    if request.next_step_id is None or row["step_id"] != request.next_step_id:
        return StepResult(kind=ResultKind.SENT)
    booking_known = Booking(
        not_before=row["not_before"], slot_at=row["slot_at"], code=ReasonCode(row["wait_code"])
    )
    return StepResult(kind=ResultKind.SENT, booking=booking_known)


def stopped(row: Mapping[str, Any], step_id: str, attempt: Attempt) -> StepResult | None:
    """Say what a committed stop, pause or switch means for a try at a step.

    The signal of a pause is on its way already; until it comes the workflow waits for it, with a
    deadline in case it came before this answer.
    """
    if row["ended_code"] is not None:
        return StepResult(kind=ResultKind.ENDED, code=ReasonCode(row["ended_code"]))
    if row["deactivated"] or not row["sequence_active"] or row["archived_at"] is not None:
        return _await(FactKind.DEACTIVATE, ReasonCode.SEQUENCE_DEACTIVATED, step_id, attempt)
    if row["paused"] and not _has_lapsed(row, attempt):
        code = ReasonCode(row["pause_code"] or ReasonCode.MANUAL)
        return _await(FactKind.PAUSE, code, step_id, attempt)
    return None


def is_under_way(row: GateRow) -> bool:
    """Say whether the send may have left already: then only its outcome matters."""
    return row["delivery_state"] == DeliveryState.SUBMITTING


def was_resolved(row: GateRow, request: PerformStep) -> bool:
    """Say whether a person said that the step was sent, and nobody went on from there yet."""
    sent = row["delivery_state"] == DeliveryState.SENT
    return sent and row["ended_code"] is None and row["step_id"] == request.step_id


def defer(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt
) -> StepResult | None:
    """Book a slot and wait for it, unless this try comes at its slot or finds one free just now.

    A try that is late (the house was down, or has more to do than it can) gives its slot back. If
    it had to wait for the new one in any case, a full house would only book and never send.
    """
    hours = _hours(row)
    if is_under_way(row) or _on_time(row, request, attempt, hours):
        return None
    booking.free(connection, [request.enrollment_id])
    found = _book_anew(connection, row, request, attempt, hours)
    if found is None:
        return _never_opens(connection, row, request, attempt)
    if found.slot_at is not None and found.slot_at <= attempt.at:
        return None
    _wait_for(connection, row, request, attempt, found)
    return StepResult(kind=ResultKind.DEFERRED, code=found.code, booking=found)


def _book_anew(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt, hours: Hours
) -> Booking | None:
    """Book the point of the grid that is running now, if it is free and the hours are open."""
    if step_of(row, request.step_id) is None:
        return None
    due = max(request.not_before or attempt.at, attempt.at)
    at = due
    if due == attempt.at and hours.is_open(attempt.at):
        at -= _account(row).grid - _SHORTEST
    found = _book(connection, row, request, request.step_id, at, hours)
    return None if found is None else replace(found, not_before=due)


def defer_until(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    attempt: Attempt,
    until: datetime,
    code: ReasonCode,
) -> StepResult | None:
    """Book a slot after a time before which trying would be in vain; the step stays due."""
    booking.free(connection, [request.enrollment_id])
    found = _book(connection, row, request, request.step_id, until, _hours(row))
    if found is None:
        return _never_opens(connection, row, request, attempt)
    found = replace(found, not_before=request.not_before or attempt.at, code=code)
    _wait_for(connection, row, request, attempt, found)
    return StepResult(kind=ResultKind.DEFERRED, code=code, booking=found)


def _never_opens(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt
) -> StepResult | None:
    follow_up = row["follow_up_schedule_id"] is not None and not is_first(row, request.step_id)
    code = ReasonCode.FOLLOWUP_SCHEDULE_INVALID if follow_up else ReasonCode.SCHEDULE_INVALID
    detail = f"The {'follow-up ' if follow_up else ''}schedule never opens."
    if step_of(row, request.step_id) is None:
        code, detail = ReasonCode.SYSTEM_ERROR, "The version has no such step."
    relied_on = generations_of(row)
    return store_hold(
        connection, row, request, attempt, code=code, detail=detail, relied_on=relied_on
    )


def _wait_for(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt, found: Booking
) -> None:
    """Show the booked slot and log it."""
    change(
        connection,
        row["id"],
        step_id=request.step_id,
        not_before=found.not_before,
        slot_at=found.slot_at,
        wait_code=found.code.value,
        hold_code=None,
        hold_id=None,
    )
    log.write(
        connection,
        workspace_id=request.workspace_id,
        event=_booking_event(found.code),
        code=found.code,
        at=attempt.at,
        **step_ids(row, request, attempt),
        detail={"until": found.slot_at.isoformat() if found.slot_at else None},
    )


def move_on(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    attempt: Attempt,
    *,
    sent_at: datetime | None = None,
) -> StepResult:
    """Go to the next step and reserve its slot, or end the enrollment after the last one.

    The next step's time counts from `sent_at` (business time), which is now unless it is given.
    """
    following = request.next_step_id
    step = None if following is None else step_of(row, following)
    if following is None or step is None:
        _finish(connection, row, request, attempt)
        return StepResult(kind=ResultKind.SENT)
    hours = _hours(row)
    due = max(hours.due_at(timing_of(step["timing"]), sent_at or attempt.at), attempt.at)
    found = Booking(not_before=due)
    if stopped(row, following, attempt) is None:
        found = _book(connection, row, request, following, due, hours) or found
    change(
        connection,
        row["id"],
        surprises=0,
        step_id=following,
        not_before=found.not_before,
        slot_at=found.slot_at,
        wait_code=found.code.value,
    )
    return StepResult(kind=ResultKind.SENT, booking=found)


def count_surprise(connection: Connection, row: GateRow) -> int:
    """Count a try that broke down by a fault of ours; gives how many did in a row."""
    counted = connection.execute(
        update(enrollments)
        .where(enrollments.c.id == row["id"])
        .values(surprises=enrollments.c.surprises + 1)
        .returning(enrollments.c.surprises)
    )
    return int(counted.scalar_one())


def log_sent(
    connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt, claim: Claim
) -> None:
    """Write that a message left."""
    log.write(
        connection,
        workspace_id=request.workspace_id,
        event=LogEvent.MESSAGE_SENT,
        code=None,
        at=attempt.at,
        **step_ids(row, request, attempt),
        detail={"delivery_id": claim.delivery_id},
    )


def show_wait(
    connection: Connection, request: PerformStep, attempt: Attempt, code: ReasonCode
) -> None:
    """Let people see what the next try waits for."""
    change(connection, request.enrollment_id, wait_code=code.value)
    log.write(
        connection,
        workspace_id=request.workspace_id,
        event=LogEvent.STEP_DEFERRED,
        code=code,
        at=attempt.at,
        enrollment_id=request.enrollment_id,
        step_id=request.step_id,
        workflow_id=attempt.workflow_id,
        run_id=attempt.run_id,
        activity_id=attempt.activity_id,
        detail={},
    )


def show_retry(
    connection: Connection,
    enrollment_id: str,
    claim: Claim,
    attempt: Attempt,
    failures: int,
    detail: str,
    code: ReasonCode,
) -> None:
    """Let people see that the provider failed and that it is tried again."""
    change(connection, enrollment_id, wait_code=code.value)
    log.write(
        connection,
        workspace_id=claim.workspace_id,
        event=LogEvent.STEP_RETRY_SCHEDULED,
        code=code,
        at=attempt.at,
        enrollment_id=enrollment_id,
        mailbox_id=claim.mailbox_id,
        workflow_id=attempt.workflow_id,
        run_id=attempt.run_id,
        activity_id=attempt.activity_id,
        detail={"delivery_id": claim.delivery_id, "failures": failures, "why": detail},
    )


def _finish(connection: Connection, row: GateRow, request: PerformStep, attempt: Attempt) -> None:
    if row["ended_code"] is not None:
        return
    code = ReasonCode.NO_RESPONSE
    change(connection, row["id"], ended_code=code.value, ended_at=attempt.at, slot_at=None)
    log.write(
        connection,
        workspace_id=request.workspace_id,
        event=LogEvent.ENROLLMENT_FINISHED,
        code=code,
        at=attempt.at,
        **step_ids(row, request, attempt),
        detail={},
    )


def _book(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    step_id: str,
    due: datetime,
    hours: Hours,
) -> Booking | None:
    want = booking.Want(
        enrollment_id=request.enrollment_id,
        step_id=step_id,
        round=row["first_round"],
        not_before=due,
        hours=hours,
    )
    return booking.book_one(connection, request.workspace_id, _account(row), want)


def _account(row: GateRow) -> booking.Account:
    return booking.account_of({**row, "id": row["sender_id"], "zone": row["identity_zone"]})


def _on_time(row: GateRow, request: PerformStep, attempt: Attempt, hours: Hours) -> bool:
    if request.slot_at is None or row["booked_at"] != request.slot_at:
        return False
    late = attempt.at - request.slot_at
    if attempt.number > 1:
        return late <= LATE_RETRY  # The first try came on time, the provider did not.
    return late <= LATE and hours.is_open(attempt.at)


def _hours(row: GateRow) -> Hours:
    return hours_of(
        row["schedule"],
        candidate_zone=row["candidate_zone"],
        identity_zone=row["identity_zone"],
    )


def _has_lapsed(row: Mapping[str, Any], attempt: Attempt) -> bool:
    return row["paused_until"] is not None and row["paused_until"] <= attempt.at


def _await(fact: FactKind, code: ReasonCode, step_id: str, attempt: Attempt) -> StepResult:
    awaiting = Awaiting(
        fact=fact.value, until=attempt.at + RECHECK, on_fact=step_id, on_timeout=step_id
    )
    return StepResult(kind=ResultKind.AWAITING, code=code, awaiting=awaiting)


def _booking_event(code: ReasonCode) -> LogEvent:
    return _BOOKED.get(code, LogEvent.STEP_DEFERRED)


_BOOKED: Mapping[ReasonCode, LogEvent] = MappingProxyType(
    {
        ReasonCode.MAILBOX_DAILY_LIMIT: LogEvent.MAILBOX_LIMIT_REACHED,
        ReasonCode.MONTHLY_CONTACT_LIMIT: LogEvent.QUOTA_MONTHLY_CONTACTS,
        ReasonCode.SCHEDULED: LogEvent.STEP_SCHEDULED,
        ReasonCode.BULK_STAGGER: LogEvent.STEP_SCHEDULED,
    }
)
