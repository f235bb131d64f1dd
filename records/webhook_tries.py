"""The tries of a webhook delivery: what is sent, and what became of it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, text

from domain.messages import WebhookStart
from domain.notice_ports import Answered, WebhookFate, WebhookTry
from domain.webhooks import DISABLE_AFTER, NoticeState, Told
from records import webhooks
from records.database import Database
from records.webhooks import Endpoints

GONE = 410

_BEGIN = text(
    "SELECT n.failures, n.number, n.status, n.event_id, w.id AS endpoint_id, w.url, w.secret,"
    " w.failing_since IS NOT NULL AS is_failing,"
    " w.previous_secret, coalesce(w.previous_until > clock_timestamp(), false) AS overlaps,"
    " l.event, l.code, l.at, l.enrollment_id, l.sequence_id, l.candidate_id, l.mailbox_id,"
    " l.step_id, floor(extract(epoch FROM clock_timestamp()))::bigint AS sent_at"
    " FROM notices n JOIN webhook_endpoints w ON w.id = n.endpoint_id"
    " JOIN log_events l ON l.id = n.event_id"
    " WHERE n.id = :id AND n.round = :round AND n.state = 'pending' AND w.state = 'enabled'"
    " AND w.removed_at IS NULL"
)
# The endpoint first, as whoever switches it off does.
_LOCK_ENDPOINT = text(
    "SELECT 1 FROM webhook_endpoints WHERE id = (SELECT endpoint_id FROM notices WHERE id = :id)"
    " FOR NO KEY UPDATE"
)
_LOCK = text("SELECT endpoint_id, state, round FROM notices WHERE id = :id FOR UPDATE")
_TRIED = text(
    "WITH tried AS (UPDATE notices SET tries = tries + 1, state = CAST(:state AS text),"
    " failures = CASE WHEN CAST(:state AS text) = 'delivered' THEN failures ELSE failures + 1 END,"
    " code = CAST(:code AS text), next_try_at = clock_timestamp() + CAST(:wait AS interval),"
    " settled_at = CASE WHEN CAST(:state AS text) = 'pending' THEN NULL ELSE clock_timestamp() END"
    " WHERE id = :id RETURNING id, workspace_id, tries)"
    " INSERT INTO notice_attempts (notice_id, number, workspace_id, http_status, fault, answer,"
    " took_ms) SELECT id, tries, workspace_id, CAST(:http_status AS integer),"
    " CAST(:fault AS text), CAST(:answer AS text), CAST(:took_ms AS integer) FROM tried"
)
_WELL = text(
    "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL"
)
_FAILING = text(
    "UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, clock_timestamp())"
    " WHERE id = :id RETURNING failing_since < clock_timestamp() - :most AS is_over"
)


class WebhookTries:
    """`domain.notice_ports.WebhookLedger` on Postgres; thread-safe."""

    def __init__(self, database: Database, endpoints: Endpoints) -> None:
        self._database = database
        self._endpoints = endpoints

    def begin(self, start: WebhookStart) -> WebhookTry | None:
        """Give what to send; None when it was sent, redelivered or switched off meanwhile."""
        with self._database.workspace(start.workspace_id) as connection:
            values = {"id": start.notice_id, "round": start.round}
            row = connection.execute(_BEGIN, values).mappings().first()
        if row is None:
            return None
        return WebhookTry(
            endpoint_id=row["endpoint_id"],
            url=row["url"],
            secrets=self._endpoints.secrets_of(row),
            told=_told(row),
            sent_at=row["sent_at"],
            failures=row["failures"],
            is_failing=row["is_failing"],
        )

    def delivered(self, start: WebhookStart, answer: Answered, took: timedelta) -> None:
        """Note a success."""
        with self._database.workspace(start.workspace_id) as connection:
            row = _lock(connection, start)
            if row is None:
                return
            _note(connection, start, NoticeState.DELIVERED, answer, None, took, None)
            connection.execute(_WELL, {"id": row["endpoint_id"]})

    def failed(
        self,
        start: WebhookStart,
        answer: Answered | None,
        why: str,
        took: timedelta,
        *,
        wait: timedelta | None,
    ) -> WebhookFate:
        """Note a failure; 410, or days of nothing else, switch the endpoint off."""
        state = NoticeState.FAILED if wait is None else NoticeState.PENDING
        with self._database.workspace(start.workspace_id) as connection:
            row = _lock(connection, start)
            if row is None:
                return WebhookFate.STOPPED
            _note(connection, start, state, answer, why, took, wait)
            off = _why_off(connection, row["endpoint_id"], answer)
            if off is not None:
                webhooks.switch_off(connection, row["endpoint_id"], off)
                return WebhookFate.STOPPED
        return WebhookFate.FAILED if wait is None else WebhookFate.AGAIN


def _lock(connection: Connection, start: WebhookStart) -> RowMapping | None:
    """Lock a notice whose present round this is, and that is still on its way."""
    connection.execute(_LOCK_ENDPOINT, {"id": start.notice_id})
    row = connection.execute(_LOCK, {"id": start.notice_id}).mappings().first()
    if row is None or row["round"] != start.round or row["state"] != NoticeState.PENDING.value:
        return None
    return row


def _note(
    connection: Connection,
    start: WebhookStart,
    state: NoticeState,
    answer: Answered | None,
    why: str | None,
    took: timedelta,
    wait: timedelta | None,
) -> None:
    values: dict[str, Any] = {
        "id": start.notice_id,
        "state": state.value,
        "code": None if why is None else why[:200],
        "wait": wait,
        "http_status": None if answer is None else answer.status,
        "fault": why,
        "answer": "" if answer is None else answer.text,
        "took_ms": round(took.total_seconds() * 1000),
    }
    connection.execute(_TRIED, values)


def _why_off(connection: Connection, endpoint_id: str, answer: Answered | None) -> str | None:
    """Say why an endpoint is not told any more, or None."""
    if answer is not None and answer.status == GONE:
        return "It answered 410 Gone."
    values = {"id": endpoint_id, "most": DISABLE_AFTER}
    if connection.execute(_FAILING, values).scalar_one():
        return f"It has answered nothing but failures for {DISABLE_AFTER.days} days."
    return None


def _told(row: RowMapping) -> Told:
    return Told(
        event_id=row["event_id"],
        event=row["event"],
        at=row["at"],
        code=row["code"],
        status=row["status"],
        number=row["number"] if row["enrollment_id"] is not None else None,
        enrollment_id=row["enrollment_id"],
        sequence_id=row["sequence_id"],
        candidate_id=row["candidate_id"],
        mailbox_id=row["mailbox_id"],
        step_id=row["step_id"],
    )
