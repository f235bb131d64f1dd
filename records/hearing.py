"""Whether a mailbox's inbox can be read: while it cannot, nothing is sent from it.

What comes due waits for a slot of its own; the first inbox that is read again brings it forward.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from domain.codes import LogEvent, ReasonCode
from domain.hearing import look_again_after
from domain.ports.inbox import Span
from records import log, outbox, rebooking
from records.gate import GateRow

_LOST = text(
    "UPDATE mailboxes SET deaf_since = clock_timestamp()"
    " WHERE id = :mailbox_id AND deaf_since IS NULL AND removed_at IS NULL RETURNING 1"
)
_READ = text(
    "UPDATE mailboxes m SET cursor_at = clock_timestamp(), poll_failures = 0, deaf_since = NULL,"
    " cursor = CASE WHEN m.cursor = :start THEN :end ELSE m.cursor END"
    " FROM (SELECT id, deaf_since FROM mailboxes WHERE id = :mailbox_id FOR NO KEY UPDATE) before"
    " WHERE m.id = before.id RETURNING before.deaf_since"
)


def deaf(row: GateRow, at: datetime) -> tuple[datetime, ReasonCode] | None:
    """Say until when a step waits for an inbox that cannot be read (business time), and its code.

    It looks again by itself after 5 minutes at first, an hour at most.
    """
    deaf_for: timedelta | None = row["deaf_for"]
    if deaf_for is None:
        return None
    return at + look_again_after(deaf_for), ReasonCode.DETECTION_FAILED


def lost(
    connection: Connection, workspace_id: str, mailbox_id: str, why: str, *, poll: bool = False
) -> bool:
    """Note that an inbox cannot be read, and log it once per outage.

    `poll` asks its watcher to look at once; returns whether this call noted it.
    """
    if connection.execute(_LOST, {"mailbox_id": mailbox_id}).first() is None:
        return False
    log.write(
        connection,
        workspace_id=workspace_id,
        event=LogEvent.MAILBOX_DETECTION_FAILED,
        code=ReasonCode.DETECTION_FAILED,
        at=None,
        mailbox_id=mailbox_id,
        detail={"why": why},
    )
    if poll:
        outbox.signal_mailbox(connection, workspace_id, mailbox_id, "poll_now")
    return True


def read(connection: Connection, workspace_id: str, mailbox_id: str, span: Span) -> int:
    """Note that the inbox was read up to now; returns how many enrollments come forward.

    The cursor of a quiet reading is kept too, so that it stays young, if nobody moved it meanwhile.
    """
    values = {"mailbox_id": mailbox_id, "start": span.start, "end": span.end}
    was_deaf = connection.execute(_READ, values).scalar_one_or_none()
    if was_deaf is None:
        return 0
    log.write(
        connection,
        workspace_id=workspace_id,
        event=LogEvent.MAILBOX_RESUMED,
        code=None,
        at=None,
        mailbox_id=mailbox_id,
        detail={"by": "inbox read", "since": was_deaf.isoformat()},
    )
    codes = (ReasonCode.DETECTION_FAILED,)
    return rebooking.of_mailbox(connection, workspace_id, mailbox_id, codes)
