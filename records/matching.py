"""Reads which of our sends a message may be about; `domain.matching` chooses."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.utils import getaddresses
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from domain.mail import Arrival, Known, Received
from domain.matching import Send
from domain.optouts import claimed_by
from records import optouts, people

MOST_SENDS = 100  #: Of which a message may be about one, newest first.
_HEAD, _TEXT = 8_192, 20_000  #: Bytes of a letter's head and characters of its text that are read.

_OURS = text(
    "SELECT m.address,"
    " ARRAY(SELECT DISTINCT d.thread_id FROM deliveries d"
    "  WHERE d.mailbox_id = m.id AND d.thread_id = ANY(:threads)) AS threads,"
    " ARRAY(SELECT d.message_id FROM deliveries d WHERE d.message_id = ANY(:named)"
    "  UNION SELECT d.own_message_id FROM deliveries d WHERE d.own_message_id = ANY(:named))"
    " AS message_ids FROM mailboxes m WHERE m.id = :mailbox_id"
)
_STORED = text(
    "SELECT provider_message_id, message_id, from_address FROM messages"
    " WHERE mailbox_id = :mailbox_id"
    " AND (provider_message_id = ANY(:ids) OR message_id = ANY(:message_ids))"
)
_SENDS = text(
    f"""
    WITH found AS (
      SELECT d.id FROM deliveries d
      WHERE d.mailbox_id = :mailbox_id AND d.thread_id = :thread_id
      UNION SELECT d.id FROM deliveries d WHERE d.message_id = ANY(:named)
      UNION SELECT d.id FROM deliveries d WHERE d.own_message_id = ANY(:named)
      UNION SELECT d.id FROM deliveries d WHERE d.enrollment_id = :enrollment_id
      UNION SELECT d.id FROM enrollments e JOIN deliveries d ON d.enrollment_id = e.id
      WHERE e.candidate_id = ANY(:people) AND d.mailbox_id = :mailbox_id)
    SELECT d.id, d.enrollment_id, e.candidate_id, lower(d.to_address) AS to_address, d.thread_id,
      d.message_id, d.own_message_id, d.submitting_at, c.first_name, c.last_name, c.emails,
      substring(d.mime FROM 1 FOR {_HEAD}) AS head, left(d.text, {_TEXT}) AS text
    FROM found JOIN deliveries d ON d.id = found.id JOIN enrollments e ON e.id = d.enrollment_id
    JOIN candidates c ON c.id = e.candidate_id
    WHERE d.state IN ('sent', 'submitting', 'unknown')
    ORDER BY d.submitting_at DESC NULLS LAST, d.id DESC LIMIT {MOST_SENDS}
    """
)


def known(connection: Connection, mailbox_id: str, arrivals: Sequence[Arrival]) -> Known:
    """Say what the records know of these arrivals."""
    named = {one for arrival in arrivals for one in arrival.in_reply_to}
    values = {
        "mailbox_id": mailbox_id,
        "threads": sorted({one.thread_id for one in arrivals}),
        "named": sorted(named),
    }
    row = connection.execute(_OURS, values).one()
    senders = [one.from_address for one in arrivals]
    return Known(
        stored=frozenset(stored(connection, mailbox_id, arrivals)),
        threads=frozenset(row.threads),
        message_ids=frozenset(row.message_ids),
        people=frozenset(people.by_address(connection, senders)),
        own_address=row.address,
    )


def stored(connection: Connection, mailbox_id: str, arrivals: Sequence[Arrival]) -> set[str]:
    """Name those that were stored before, by their provider ids.

    An id may change (another UIDVALIDITY, another folder): the same Message-ID by the same sender
    is the same message.
    """
    values = {
        "mailbox_id": mailbox_id,
        "ids": [one.provider_message_id for one in arrivals],
        "message_ids": [one.message_id for one in arrivals if one.message_id],
    }
    rows = connection.execute(_STORED, values).all()
    ids = {row.provider_message_id for row in rows}
    twins = {(row.message_id, row.from_address) for row in rows if row.message_id}
    return {
        one.provider_message_id
        for one in arrivals
        if one.provider_message_id in ids or (one.message_id, one.from_address) in twins
    }


def sends(connection: Connection, mailbox_id: str, message: Received) -> list[Send]:
    """Read the sends that a message may be about, newest first."""
    arrival, verdict = message.arrival, message.verdict
    asked = [one for one in (arrival.from_address, verdict.recipient) if one]
    found = people.by_address(connection, asked)
    values = {
        "mailbox_id": mailbox_id,
        "thread_id": arrival.thread_id,
        "named": [one for one in (*arrival.in_reply_to, verdict.message_id) if one],
        "people": sorted({one for ids in found.values() for one in ids}),
        "enrollment_id": None,
    }
    return [_send(row) for row in connection.execute(_SENDS, values).mappings()]


def sends_by_token(connection: Connection, workspace_id: str, token: str) -> list[Send]:
    """Read what was sent to whoever was given an opt-out token; none for one that is not ours."""
    claimed = claimed_by(token)
    if claimed is None or not optouts.is_genuine(connection, workspace_id, token):
        return []
    values = {
        "mailbox_id": None,
        "thread_id": None,
        "named": [],
        "people": [],
        "enrollment_id": claimed.enrollment_id,
    }
    return [_send(row) for row in connection.execute(_SENDS, values).mappings()]


def _send(row: RowMapping) -> Send:
    ids = (row["message_id"], row["own_message_id"])
    return Send(
        delivery_id=row["id"],
        enrollment_id=row["enrollment_id"],
        candidate_id=row["candidate_id"],
        to_address=row["to_address"] or "",
        thread_id=row["thread_id"],
        message_ids=frozenset(one for one in ids if one),
        at=row["submitting_at"],
        name=f"{row['first_name']} {row['last_name']}",
        addresses=frozenset(str(one.get("address", "")).strip().lower() for one in row["emails"]),
        others=_others(row["head"], row["to_address"] or ""),
        text=row["text"] or "",
    )


def _others(head: Any, to_address: str) -> frozenset[str]:
    """Read who got a copy out of the letter's head."""
    if head is None:
        return frozenset()
    mime = message_from_bytes(bytes(head), policy=policy.compat32)
    listed = [str(value) for name in ("Cc", "Bcc") for value in mime.get_all(name, ())]
    return frozenset(one.lower() for _, one in getaddresses(listed) if one) - {to_address}
