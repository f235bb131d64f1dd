"""What came into mailboxes: matched to enrollments and stored with the cursor, all or nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from domain.arrivals import ArrivalKind, is_plausible_reply, kind_of
from domain.codes import ReasonCode
from domain.ids import Prefix
from domain.mail import Arrival, Arrivals
from domain.messages import FactKind
from records import facts
from records.database import Database
from records.ids import fresh
from records.tables import mailboxes

_STORE = text(
    "INSERT INTO messages (id, workspace_id, mailbox_id, provider_message_id, thread_id,"
    " enrollment_id, kind, from_address, subject, message_id, received_at)"
    " VALUES (:id, :workspace_id, :mailbox_id, :provider_message_id, :thread_id,"
    " :enrollment_id, :kind, :from_address, :subject, :message_id, :received_at)"
    " ON CONFLICT (mailbox_id, provider_message_id) DO NOTHING RETURNING id"
)

_MATCH = text(
    "SELECT d.enrollment_id, d.to_address, d.thread_id FROM deliveries d"
    " WHERE d.mailbox_id = :mailbox_id AND d.state IN ('sent', 'submitting')"
    " AND (d.thread_id = :thread_id OR d.message_id = ANY(:message_ids))"
    " ORDER BY d.thread_id = :thread_id DESC, d.sent_at DESC LIMIT 1"
)


class Inbox:
    """`domain.ports.Inbox` on Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self, mailbox_id: str, workspace_id: str) -> str | None:
        """Give the stored cursor, or None before the first poll."""
        with self._database.workspace(workspace_id) as connection:
            query = select(mailboxes.c.cursor).where(mailboxes.c.id == mailbox_id)
            return connection.execute(query).scalar_one_or_none()

    def accept(self, mailbox_id: str, workspace_id: str, cursor: str, arrivals: Arrivals) -> int:
        """Store arrivals and the facts that follow; returns how many enrollments ended.

        Messages stored before are passed over, so two readers of the same span do no harm; the
        cursor only moves when it still stands where this reader began.
        """
        with self._database.workspace(workspace_id) as connection:
            mailbox = (
                connection.execute(
                    select(mailboxes).where(mailboxes.c.id == mailbox_id).with_for_update()
                )
                .mappings()
                .one()
            )
            ended = sum(
                _accept(connection, workspace_id, dict(mailbox), arrival)
                for arrival in arrivals.messages
            )
            if mailbox["cursor"] in (None, cursor):
                _move_cursor(connection, mailbox_id, arrivals.cursor)
            return ended

    def polled(self, mailbox_id: str, workspace_id: str) -> None:
        """Note that the inbox was read up to now."""
        with self._database.workspace(workspace_id) as connection:
            connection.execute(
                update(mailboxes)
                .where(mailboxes.c.id == mailbox_id)
                .values(cursor_at=func.clock_timestamp(), poll_failures=0)
            )


def _accept(
    connection: Connection, workspace_id: str, mailbox: Mapping[str, Any], arrival: Arrival
) -> int:
    match = _match(connection, mailbox["id"], arrival)
    kind = kind_of(arrival, own_address=mailbox["address"])
    stored = connection.execute(
        _STORE,
        {
            "id": fresh(Prefix.MESSAGE),
            "workspace_id": workspace_id,
            "mailbox_id": mailbox["id"],
            "provider_message_id": arrival.provider_message_id,
            "thread_id": arrival.thread_id,
            "enrollment_id": None if match is None else match["enrollment_id"],
            "kind": kind.value,
            "from_address": arrival.from_address,
            "subject": arrival.subject[:998],
            "message_id": arrival.message_id,
            "received_at": arrival.received_at,
        },
    ).first()
    if stored is None or match is None or kind is not ArrivalKind.REPLY:
        return 0
    in_thread = arrival.thread_id == match["thread_id"]
    if not is_plausible_reply(arrival, sent_to=match["to_address"] or "", in_thread=in_thread):
        return 0
    outcome = facts.stop(
        connection,
        workspace_id,
        match["enrollment_id"],
        code=ReasonCode.REPLIED,
        kind=FactKind.REPLY_RECEIVED,
        detail={"message": stored[0]},
    )
    return int(outcome.applied)


def _match(connection: Connection, mailbox_id: str, arrival: Arrival) -> Mapping[str, Any] | None:
    values = {
        "mailbox_id": mailbox_id,
        "thread_id": arrival.thread_id,
        "message_ids": list(arrival.in_reply_to),
    }
    row = connection.execute(_MATCH, values).mappings().first()
    return None if row is None else dict(row)


def _move_cursor(connection: Connection, mailbox_id: str, cursor: str) -> None:
    connection.execute(
        update(mailboxes)
        .where(mailboxes.c.id == mailbox_id)
        .values(cursor=cursor, cursor_at=func.clock_timestamp())
    )
