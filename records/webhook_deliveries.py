"""Deliveries to endpoints as people see them, and their redelivery."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, text

MOST = 10_000  #: Deliveries that one call redelivers.

_LISTED = text(
    "SELECT n.*, l.event, l.code AS event_code, l.at, l.enrollment_id,"
    " (SELECT coalesce(jsonb_agg(to_jsonb(a) ORDER BY a.number), '[]'::jsonb)"
    "  FROM (SELECT number, at, http_status, fault, answer, took_ms FROM notice_attempts"
    "   WHERE notice_id = n.id ORDER BY number DESC LIMIT 50) a) AS attempts"
    " FROM notices n JOIN log_events l ON l.id = n.event_id"
    " WHERE n.endpoint_id = :endpoint_id AND n.id > :after"
    " AND (CAST(:state AS text) IS NULL OR n.state = :state)"
    " AND (CAST(:id AS text) IS NULL OR n.id = :id) ORDER BY n.id LIMIT :limit"
)
_AGAIN = (
    " SET state = 'pending', round = round + 1, failures = 0, code = NULL, settled_at = NULL,"
    " next_try_at = NULL WHERE"
)
_SEND = (
    " INSERT INTO outbox (workspace_id, workflow_id, number, kind, subject_id, payload)"
    " SELECT workspace_id, 'webhook/' || id || '/' || round, 0, 'start', id,"
    " jsonb_build_object('round', round) FROM again RETURNING subject_id"
)
_ONE = text(
    f"WITH again AS (UPDATE notices{_AGAIN} id = :id AND endpoint_id = :endpoint_id"
    f" RETURNING id, workspace_id, round){_SEND}"
)
_LISTENS = (
    " EXISTS (SELECT 1 FROM webhook_endpoints w WHERE w.id = endpoint_id"
    " AND w.state = 'enabled' AND w.removed_at IS NULL)"
)
_THIS = "id = :id AND round = :round AND state = 'pending'"
_LOST = text(  # Written while its endpoint was being switched off, it would be begun for ever.
    "WITH stopped AS (UPDATE notices SET state = 'stopped', settled_at = clock_timestamp()"
    f" WHERE {_THIS} AND NOT{_LISTENS}),"
    f" again AS (UPDATE notices{_AGAIN} {_THIS} AND{_LISTENS}"
    f" RETURNING id, workspace_id, round){_SEND}"
)
_SINCE = text(
    f"WITH chosen AS (SELECT id FROM notices WHERE endpoint_id = :endpoint_id"
    " AND created_at >= :since AND state = ANY(:states) ORDER BY id LIMIT :most FOR UPDATE),"
    f" again AS (UPDATE notices{_AGAIN} id IN (SELECT id FROM chosen)"
    f" RETURNING id, workspace_id, round){_SEND}"
)


def listed(
    connection: Connection, endpoint_id: str, *, state: str | None, after: str, limit: int
) -> Sequence[RowMapping]:
    """Read a page of an endpoint's deliveries with their tries, oldest first."""
    values = {"endpoint_id": endpoint_id, "state": state, "after": after, "limit": limit}
    return connection.execute(_LISTED, {**values, "id": None}).mappings().all()


def one(connection: Connection, endpoint_id: str, notice_id: str) -> RowMapping | None:
    """Read one delivery with its tries."""
    values = {"endpoint_id": endpoint_id, "state": None, "after": "", "limit": 1}
    return connection.execute(_LISTED, {**values, "id": notice_id}).mappings().first()


def redeliver(connection: Connection, endpoint_id: str, notice_id: str) -> bool:
    """Send one again, whatever became of it; a try that is under way counts no more."""
    values = {"id": notice_id, "endpoint_id": endpoint_id}
    return connection.execute(_ONE, values).first() is not None


def begin_again(connection: Connection, notice_id: str, round_: int) -> bool:
    """Send one again whose round Temporal does not run; False where nothing is to be sent any more.

    Where its endpoint listens no more it is stopped, so that it can be redelivered later.
    """
    return connection.execute(_LOST, {"id": notice_id, "round": round_}).first() is not None


def redeliver_since(
    connection: Connection, endpoint_id: str, since: datetime, states: Sequence[str]
) -> int:
    """Send again what was written since a moment and came to one of the states; says how many."""
    values = {
        "endpoint_id": endpoint_id,
        "since": since,
        "states": list(states),
        "most": MOST,
    }
    return len(connection.execute(_SINCE, values).all())
