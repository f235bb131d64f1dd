"""What a try that cannot send leaves behind: a hold, a block of its mailbox, a counted failure."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from domain.blocking import COUNTED
from domain.codes import ReasonCode
from domain.holds import ResourceKind
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports.steps import Attempt, Claim
from records import blocks, booking, hearing, leases, leftovers, moving
from records.database import Database
from records.gate import GateRow, read_gate
from records.holding import generations_of, store_hold
from records.mailbox_faults import FAULT_STATES, fault
from records.transitions import count_failure, give_up


def hold(
    database: Database,
    claim: Claim,
    code: ReasonCode,
    detail: str,
    request: PerformStep,
    attempt: Attempt,
) -> StepResult | None:
    """Hold the enrollment; None when the cause was mended meanwhile: try again."""
    try:
        with database.workspace(request.workspace_id) as connection:
            _tell_mailbox(connection, claim, code, detail, attempt)
        with database.workspace(request.workspace_id) as connection:
            row = read_gate(connection, request)
            known = moving.settled(row, request)
            if row is None or known is not None:
                return known
            give_up(connection, claim, code, detail)
            if code is ReasonCode.SEND_OUTCOME_UNKNOWN:  # It may count against the caps.
                booking.mark_used(connection, claim.key)
            leases.give_back(connection, claim.key)
            stopped = moving.stopped(row, request.step_id, attempt)
            if stopped is not None and _wins(stopped, code):
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
        return none_if_lock_refused(error)


def fault_of(
    database: Database,
    request: PerformStep,
    attempt: Attempt,
    code: ReasonCode,
    detail: str,
    *,
    most: int,
) -> StepResult | None:
    """Count a try that broke down by itself; hold the enrollment at the `most`-th in a row.

    Counted here and not by Temporal's attempts: those also count killed workers and providers.
    """
    try:
        with database.workspace(request.workspace_id) as connection:
            row = read_gate(connection, request)
            known = moving.settled(row, request)
            if row is None or known is not None:
                return known
            stopped = moving.stopped(row, request.step_id, attempt)
            if stopped is not None or moving.count_surprise(connection, row) < most:
                return stopped
            return store_hold(
                connection,
                row,
                request,
                attempt,
                code=code,
                detail=detail,
                relied_on=generations_of(row),
            )
    except OperationalError as error:
        return none_if_lock_refused(error)


def block(
    database: Database,
    claim: Claim,
    code: ReasonCode,
    named: timedelta | None,
    request: PerformStep,
    attempt: Attempt,
) -> StepResult | None:
    """Let the mailbox rest, and book this step after it."""
    with database.workspace(request.workspace_id) as connection:
        until = blocks.block(connection, claim, attempt, code, named=named)
    return _wait(
        database,
        claim,
        request,
        attempt,
        lambda row: None if row["blocked_code"] is None else (until, code),
    )


def wait_for_hearing(
    database: Database, claim: Claim, detail: str, request: PerformStep, attempt: Attempt
) -> StepResult | None:
    """Note that the mailbox's inbox cannot be read, and book this step for a later look."""
    with database.workspace(request.workspace_id) as connection:
        hearing.lost(connection, claim.workspace_id, claim.mailbox_id, detail, poll=True)
    return _wait(database, claim, request, attempt, lambda row: hearing.deaf(row, attempt.at))


def _wait(
    database: Database,
    claim: Claim,
    request: PerformStep,
    attempt: Attempt,
    cause: Callable[[GateRow], tuple[datetime, ReasonCode] | None],
) -> StepResult | None:
    """Book the step after what its mailbox waits for; None when that was over before we could."""
    try:
        with database.workspace(request.workspace_id) as connection:
            row = read_gate(connection, request)
            leases.give_back(connection, claim.key)
            known = moving.settled(row, request)
            if row is None or known is not None:
                return known
            stopped = moving.stopped(row, request.step_id, attempt)
            if stopped is not None:
                return stopped
            blocks.check_unmended(connection, row)
            wait = cause(row)
            if wait is None:
                return None
            return moving.defer_until(connection, row, request, attempt, *wait)
    except OperationalError as error:
        return none_if_lock_refused(error)
    except blocks.Mended:
        return None


def provider_failed(
    database: Database,
    claim: Claim,
    detail: str,
    attempt: Attempt,
    *,
    code: ReasonCode,
    is_open: bool,
    counts: bool,
) -> int:
    """Count a failed answer of the provider; returns how many this delivery had."""
    with database.workspace(claim.workspace_id) as connection:
        failures, enrollment_id = count_failure(connection, claim, detail, by=1 if counts else 0)
        leftovers.look_soon(connection, claim)
        if not is_open:
            leases.give_back(connection, claim.key)
        moving.show_retry(connection, enrollment_id, claim, attempt, failures, detail, code)
        return failures


def none_if_lock_refused(error: OperationalError) -> None:
    """Pass over "could not obtain lock" (55P03): a repair is being committed just now."""
    if getattr(error.orig, "sqlstate", None) != "55P03":
        raise error


def _wins(stopped: StepResult, code: ReasonCode) -> bool:
    """Say whether a stop hides the hold: an end always, a pause not where a person must look."""
    return stopped.kind is ResultKind.ENDED or code is not ReasonCode.SEND_OUTCOME_UNKNOWN


def _tell_mailbox(
    connection: Connection, claim: Claim, code: ReasonCode, detail: str, attempt: Attempt
) -> None:
    """Say so on the mailbox, so that nobody else asks it in vain."""
    if code in COUNTED:
        blocks.failed(connection, claim, attempt)
    if code in FAULT_STATES:
        fault(
            connection,
            claim.workspace_id,
            claim.mailbox_id,
            code,
            detail,
            generation=claim.generations[ResourceKind.MAILBOX],
        )
