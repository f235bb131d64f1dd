"""Mailboxes that may not send for a while: blocked, probed by one delivery, open again.

Each function locks the mailbox's row, so it is called before an enrollment's row is locked; only
`probe` is called after it, and never waits.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.blocking import CIRCUIT_AFTER, EVENTS, PROBE_FOR, block_for
from domain.codes import LogEvent, ReasonCode
from domain.ports.steps import Attempt, Claim
from records import log, rebooking
from records.gate import GateRow
from records.limits import AS_JSON
from records.tables import mailboxes

_OPEN = {"blocked_until": None, "blocked_code": None, "blocked_times": 0, "probe_key": None}

_ANSWERED = text(
    "UPDATE mailboxes SET send_failures = 0,"
    " submitted_at = greatest(submitted_at, clock_timestamp() - :ago) WHERE id = :mailbox_id"
)
_PROBE = text(
    "UPDATE mailboxes SET probe_key = :key, blocked_until = :until WHERE id = ("
    " SELECT id FROM mailboxes WHERE id = :mailbox_id AND blocked_code IS NOT NULL"
    " AND blocked_until <= :at FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1"
)

_PRESENT = text(
    f"SELECT m.blocked_code, m.blocked_until, m.deaf_since, {AS_JSON} AS limits"
    " FROM mailboxes m"
    " WHERE m.id = :mailbox_id FOR SHARE OF m NOWAIT"
)


class Mended(Exception):
    """What a step was about to wait for is over already: undo the wait, and look again."""


def check_unmended(connection: Connection, row: GateRow) -> None:
    """Make sure that a mailbox still stands as the gate saw it, and stays so to the commit.

    Whoever lifts a block or raises a limit brings forward what waits by then: a wait that is
    committed later, for a cause that is gone, would never be heard of. Raises Mended; a change
    that is being committed just now raises OperationalError (55P03), as holds do.
    """
    present = connection.execute(_PRESENT, {"mailbox_id": row["sender_id"]}).mappings().one()
    if any(_plain(present[name]) != _plain(row[name]) for name in present):
        raise Mended


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, list) else value


def blocked(row: GateRow, key: str, at: datetime) -> tuple[datetime, ReasonCode] | None:
    """Say until when a step must not be tried, and why."""
    until, code = row["blocked_until"], row["blocked_code"]
    if code is None or until is None or until <= at or row["probe_key"] == key:
        return None
    return until, ReasonCode(code)


def probe(
    connection: Connection, row: GateRow, key: str, at: datetime
) -> tuple[datetime, ReasonCode] | None:
    """Become the one that tries first, or say until when another delivery does, and why."""
    code = row["blocked_code"]
    if code is None or row["probe_key"] == key:
        return None
    values = {"mailbox_id": row["sender_id"], "key": key, "at": at, "until": at + PROBE_FOR}
    if connection.execute(_PROBE, values).first() is not None:
        return None
    return at + PROBE_FOR, ReasonCode(code)


def block(
    connection: Connection,
    claim: Claim,
    attempt: Attempt,
    code: ReasonCode,
    *,
    named: timedelta | None = None,
) -> datetime:
    """Block the mailbox and log it; gives until when."""
    row = lock(connection, claim.mailbox_id)
    times = row["blocked_times"] + 1
    until = attempt.at + block_for(code, times, named)
    if row["blocked_code"] == code.value and row["probe_key"] != claim.key:
        until = max(until, row["blocked_until"] or until)
        times = row["blocked_times"]  # One block, met by several sends under way.
    change = {"blocked_until": until, "blocked_code": code.value, "blocked_times": times}
    _change(connection, claim.mailbox_id, **change, probe_key=None)
    _log(connection, claim, attempt, EVENTS[code], code, {"until": until.isoformat()})
    return until


def rest(
    connection: Connection, workspace_id: str, mailbox_id: str, *, message_id: str
) -> datetime | None:
    """Block a mailbox because an answer says that its sender is refused; gives until when.

    Business time is the machine's here. None where it is blocked already, by whatever cause.
    """
    row = lock(connection, mailbox_id)
    if row["blocked_code"] is not None:
        return None
    code = ReasonCode.MAILBOX_BLOCKED
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    until = now + block_for(code, 1)
    change = {"blocked_until": until, "blocked_code": code.value, "blocked_times": 1}
    _change(connection, mailbox_id, **change, probe_key=None)
    log.write(
        connection,
        workspace_id=workspace_id,
        event=EVENTS[code],
        code=code,
        at=None,
        mailbox_id=mailbox_id,
        detail={"message": message_id, "until": until.isoformat()},
    )
    return until


def failed(connection: Connection, claim: Claim, attempt: Attempt) -> None:
    """Count a delivery that its provider did not take; too many in a row open the circuit."""
    row = lock(connection, claim.mailbox_id)
    failures = row["send_failures"] + 1
    _change(connection, claim.mailbox_id, send_failures=failures)
    if failures >= CIRCUIT_AFTER or claim.is_probe:
        block(connection, claim, attempt, ReasonCode.AUTO_PAUSED_SEND_FAILURE)


def answered(connection: Connection, claim: Claim, attempt: Attempt, ago: timedelta) -> None:
    """Note that the provider took a message: its spacing counts from here, its failures are over.

    A probe opens the mailbox again, and brings forward what waited for it.
    """
    connection.execute(_ANSWERED, {"mailbox_id": claim.mailbox_id, "ago": ago})
    if claim.is_probe:
        _change(connection, claim.mailbox_id, **_OPEN)
        _log(connection, claim, attempt, LogEvent.MAILBOX_RESUMED, None, {"by": "probe"})
        rebooking.of_mailbox(connection, claim.workspace_id, claim.mailbox_id, EVENTS)


def lift(connection: Connection, workspace_id: str, mailbox_id: str) -> int:
    """Open a mailbox because a person says so; returns how many enrollments come forward."""
    row = lock(connection, mailbox_id)
    if row["blocked_code"] is None:
        return 0
    _change(connection, mailbox_id, **_OPEN, send_failures=0)
    return rebooking.of_mailbox(connection, workspace_id, mailbox_id, EVENTS)


def lock(connection: Connection, mailbox_id: str) -> RowMapping:
    """Lock a mailbox's row, before any enrollment's."""
    query = select(mailboxes).where(mailboxes.c.id == mailbox_id).with_for_update(key_share=True)
    return connection.execute(query).mappings().one()


def _change(connection: Connection, mailbox_id: str, **values: Any) -> None:
    connection.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(**values))


def _log(
    connection: Connection,
    claim: Claim,
    attempt: Attempt,
    event: LogEvent,
    code: ReasonCode | None,
    detail: dict[str, str],
) -> None:
    log.write(
        connection,
        workspace_id=claim.workspace_id,
        event=event,
        code=code,
        at=attempt.at,
        mailbox_id=claim.mailbox_id,
        workflow_id=attempt.workflow_id,
        run_id=attempt.run_id,
        activity_id=attempt.activity_id,
        detail={"delivery_id": claim.delivery_id, **detail},
    )
