"""Sends of ended enrollments whose outcome nobody looks up any more: the watcher settles them.

A stop ends the enrollment's workflow while an answer may be open, when its mailbox cannot be read
just then. Nothing is ever sent from here: what turns out not to have left goes back to a draft,
which the sweep removes.
"""

from datetime import timedelta

from sqlalchemy import Connection, RowMapping, text

from domain.codes import LogEvent, ReasonCode
from domain.delivery import DeliveryState
from domain.fate import Fate, FateKind, Submission
from domain.mail import Letter
from domain.ports.inbox import Abandoned
from records import booking, leases, log
from records.transitions import transition

ALONE = timedelta(minutes=2)  #: Machine time: until then the last try may still look by itself.
_PAGE = 100

_OPEN = (
    "d.mailbox_id = :mailbox_id AND d.state = 'submitting' AND e.ended_code IS NOT NULL"
    " AND d.submitting_at < clock_timestamp() - :alone"
)
ANY = (
    "EXISTS (SELECT 1 FROM deliveries d JOIN enrollments e ON e.id = d.enrollment_id"
    f" WHERE {_OPEN})"
)  #: SQL with :mailbox_id and :alone: is there one?
_FIND = text(
    "SELECT d.*, clock_timestamp() - d.submitting_at AS quiet_for"
    f" FROM deliveries d JOIN enrollments e ON e.id = d.enrollment_id WHERE {_OPEN}"
    " ORDER BY d.submitting_at LIMIT :limit"
)
_READ = text(
    "SELECT d.*, d.submitting_at + e.clock_offset_ms * interval '1 ms' AS announced_at"
    " FROM deliveries d JOIN enrollments e ON e.id = d.enrollment_id WHERE d.key = :key"
)  # `announced_at` is on the enrollment's own clock.


def find(connection: Connection, mailbox_id: str) -> list[Abandoned]:
    """Give the longest-abandoned sends of a mailbox."""
    values = {"mailbox_id": mailbox_id, "alone": ALONE, "limit": _PAGE}
    rows = connection.execute(_FIND, values).mappings()
    return [Abandoned(submission=_submission(row), fence=row["fence"]) for row in rows]


def settle(connection: Connection, send: Abandoned, fate: Fate) -> None:
    """Write what became of it; raises StaleAttempt when a try took it over meanwhile."""
    if fate.kind is FateKind.PENDING:
        return
    row = connection.execute(_READ, {"key": send.key}).mappings().one()
    _MOVES[fate.kind](connection, send, row, fate)
    leases.give_back(connection, send.key)


def _sent(connection: Connection, send: Abandoned, row: RowMapping, fate: Fate) -> None:
    receipt = fate.receipt
    assert receipt is not None
    transition(
        connection,
        send,
        DeliveryState.SUBMITTING,
        DeliveryState.SENT,
        provider_message_id=receipt.provider_message_id,
        message_id=receipt.message_id,
        thread_id=receipt.thread_id,
        sent_at=row["announced_at"],
        accepted_at=receipt.accepted_at,
        sent_before_stop=True,
        detail=None,
    )
    booking.mark_used(connection, send.key)
    _log(connection, row, LogEvent.MESSAGE_SENT, None, fate)


def _unsent(connection: Connection, send: Abandoned, row: RowMapping, fate: Fate) -> None:
    del fate  # Nothing left: there is nothing to tell.
    transition(connection, send, DeliveryState.SUBMITTING, DeliveryState.DRAFTED)
    booking.free(connection, [row["enrollment_id"]])


def _lost(connection: Connection, send: Abandoned, row: RowMapping, fate: Fate) -> None:
    transition(
        connection, send, DeliveryState.SUBMITTING, DeliveryState.UNKNOWN, detail=fate.evidence
    )
    booking.mark_used(connection, send.key)
    _log(connection, row, LogEvent.MESSAGE_UNKNOWN, ReasonCode.SEND_OUTCOME_UNKNOWN, fate)


def _log(
    connection: Connection, row: RowMapping, event: LogEvent, code: ReasonCode | None, fate: Fate
) -> None:
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=event,
        code=code,
        at=row["announced_at"],
        enrollment_id=row["enrollment_id"],
        mailbox_id=row["mailbox_id"],
        step_id=row["step_id"],
        detail={"delivery_id": row["id"], "by": "watcher", "why": fate.evidence},
    )


def _submission(row: RowMapping) -> Submission:
    letter = Letter(
        subject=row["subject"],
        html=row["html"],
        text=row["text"],
        mime=bytes(row["mime"]),
        message_id=row["own_message_id"],
        thread_id=row["thread_id"],
    )
    return Submission(
        key=row["key"],
        draft_id=row["draft_id"],
        letter=letter,
        baseline=row["baseline"],
        quiet_for=row["quiet_for"],
    )


_MOVES = {FateKind.SENT: _sent, FateKind.UNSENT: _unsent, FateKind.LOST: _lost}
