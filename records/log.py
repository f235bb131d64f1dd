"""The log: one row per event that somebody may ask about, in the transaction that made it true."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.codes import LogEvent, ReasonCode
from domain.ids import Prefix
from records.ids import fresh

_WRITE = text(
    "INSERT INTO log_events (id, workspace_id, event, code, at, detail, enrollment_id,"
    " sequence_id, mailbox_id, candidate_id, step_id, workflow_id, run_id, activity_id)"
    " SELECT r.id, r.workspace_id, r.event, r.code, coalesce(r.at, clock_timestamp()),"
    " coalesce(r.detail, '{}'::jsonb), r.enrollment_id, r.sequence_id, r.mailbox_id,"
    " r.candidate_id, r.step_id, r.workflow_id, r.run_id, r.activity_id"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id text, workspace_id text, event text,"
    " code text, at timestamptz, detail jsonb, enrollment_id text, sequence_id text,"
    " mailbox_id text, candidate_id text, step_id text, workflow_id text, run_id text,"
    " activity_id text)"
)


def write(
    connection: Connection,
    *,
    workspace_id: str,
    event: LogEvent,
    code: ReasonCode | str | None,
    at: datetime | None,
    detail: Mapping[str, Any] | None = None,
    **ids: str | None,
) -> None:
    """Write one event. `at` is business time (UTC), None for now; `detail` holds ids only."""
    row = {
        "workspace_id": workspace_id,
        "event": event,
        "code": code,
        "at": at,
        "detail": dict(detail or {}),
        **ids,
    }
    write_many(connection, [row])


def write_many(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write events in one statement, however many; none is fine."""
    if not rows:
        return
    connection.execute(_WRITE, {"rows": _json([_plain(row) for row in rows])})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    at = row.get("at")
    code = row.get("code")
    return {
        **row,
        "id": fresh(Prefix.EVENT),
        "event": str(row["event"]),
        "code": None if code is None else str(code),
        "at": at.isoformat() if isinstance(at, datetime) else None,
    }


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows)
