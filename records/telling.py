"""Writes events together with the notices of them: one statement, in the caller's transaction.

Nothing is told that did not happen and nothing that happened is forgotten: a notice and what asks
Temporal to bring it are committed with the event, or not at all. Where nobody listens it is an
INSERT that joins two empty tables. For an endpoint that is switched off a notice is kept, stopped,
so that it can be redelivered once it is on again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from domain.codes import LogEvent, ReasonCode
from domain.notices import Telling, telling_of
from domain.status import status_for

COLUMNS = (
    "id text, workspace_id text, event text, code text, at timestamptz, detail jsonb,"
    " enrollment_id text, sequence_id text, mailbox_id text, candidate_id text, step_id text,"
    " workflow_id text, run_id text, activity_id text"
)
LOG = (
    "INSERT INTO log_events (id, workspace_id, event, code, at, detail, enrollment_id,"
    " sequence_id, mailbox_id, candidate_id, step_id, workflow_id, run_id, activity_id)"
    " SELECT r.id, r.workspace_id, r.event, r.code, coalesce(r.at, clock_timestamp()),"
    " coalesce(r.detail, '{}'::jsonb), r.enrollment_id, r.sequence_id, r.mailbox_id,"
    " r.candidate_id, r.step_id, r.workflow_id, r.run_id, r.activity_id FROM"
)

_WRITE_AND_TELL = text(
    f"""
    WITH given AS (
      SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r({COLUMNS}, n integer, channels text[], endpoints boolean, status text)),
    logged AS ({LOG} given r),
    concerned AS (
      SELECT g.*, coalesce(g.detail ->> 'owner_id', s.owner_id) AS owner_id
      FROM given g
      LEFT JOIN enrollments e ON e.id = g.enrollment_id
      LEFT JOIN sequences s ON s.id = coalesce(g.sequence_id, e.sequence_id)),
    named AS (
      SELECT c.id, c.owner_id FROM concerned c WHERE c.owner_id IS NOT NULL
      UNION
      SELECT c.id, s.owner_id FROM concerned c
      JOIN sequences s ON s.mailbox_id = c.mailbox_id AND s.archived_at IS NULL
      WHERE c.owner_id IS NULL),
    owners AS (
      SELECT id, owner_id FROM named
      UNION ALL
      SELECT c.id, u.id FROM concerned c
      JOIN users u ON u.workspace_id = c.workspace_id AND u.role = 'admin'
      WHERE (c.event = 'source.error' OR c.mailbox_id IS NOT NULL AND c.candidate_id IS NULL)
        AND NOT EXISTS (SELECT 1 FROM named n WHERE n.id = c.id)),
    heard AS (
      SELECT c.id AS event_id, 'webhook' AS channel, w.id AS endpoint_id, NULL AS user_id,
        CASE w.state WHEN 'enabled' THEN 'pending' ELSE 'stopped' END AS state
      FROM concerned c
      JOIN webhook_endpoints w ON w.removed_at IS NULL
        AND (jsonb_exists(w.events, '*') OR jsonb_exists(w.events, c.event))
      WHERE c.endpoints
      UNION ALL
      SELECT c.id, h.channel, NULL, h.user_id, 'pending'
      FROM concerned c
      JOIN owners o ON o.id = c.id
      JOIN notice_channels h ON h.user_id = o.owner_id AND h.channel = ANY(c.channels)
        AND h.mode <> 'off' AND h.disabled_why IS NULL),
    many AS (
      SELECT c.enrollment_id, count(*) AS more FROM concerned c
      WHERE c.enrollment_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM heard h WHERE h.event_id = c.id)
      GROUP BY c.enrollment_id),
    counted AS (
      UPDATE enrollments e SET told = e.told + many.more FROM many
      WHERE e.id = many.enrollment_id
      RETURNING e.id, e.told - many.more AS before, e.status),
    numbered AS (
      SELECT c.id, coalesce(c.status, k.status) AS status,
        k.before + row_number() OVER (PARTITION BY c.enrollment_id ORDER BY c.n) AS number
      FROM concerned c JOIN counted k ON k.id = c.enrollment_id
      WHERE EXISTS (SELECT 1 FROM heard h WHERE h.event_id = c.id)),
    made AS (
      INSERT INTO notices (id, workspace_id, event_id, channel, endpoint_id, user_id, number,
        status, state)
      SELECT 'ntc_' || substr(h.event_id, 5, 9)
          || substr(md5(h.event_id || h.channel || coalesce(h.endpoint_id, h.user_id)), 1, 11),
        c.workspace_id, h.event_id, h.channel, h.endpoint_id, h.user_id, coalesce(m.number, 0),
        coalesce(m.status, c.status), h.state
      FROM heard h JOIN concerned c ON c.id = h.event_id LEFT JOIN numbered m ON m.id = c.id
      RETURNING id, workspace_id, channel, user_id, state)
    INSERT INTO outbox (workspace_id, workflow_id, number, kind, signal, subject_id, payload)
    SELECT workspace_id, 'webhook/' || id || '/1', 0, 'start', NULL, id, '{{}}'::jsonb
    FROM made WHERE user_id IS NULL AND state = 'pending'
    UNION ALL
    SELECT DISTINCT workspace_id, 'notices/' || user_id || '/' || channel, 0, 'signal', 'told',
      user_id, '{{}}'::jsonb
    FROM made WHERE user_id IS NOT NULL
    """
)


def tellings(rows: Sequence[Mapping[str, Any]]) -> list[Telling]:
    """Say of each event who may be told."""
    return [telling_of(LogEvent(row["event"]), _code(row)) for row in rows]


def write_and_tell(
    connection: Connection, rows: Sequence[Mapping[str, Any]], told: Sequence[Telling]
) -> None:
    """Write events, the notices of them, and what brings these, in one statement."""
    given = [
        {
            **row,
            "n": n,
            "channels": [channel.value for channel in telling.channels],
            "endpoints": telling.endpoints,
            "status": _status(row),
        }
        for n, (row, telling) in enumerate(zip(rows, told, strict=True))
    ]
    connection.execute(_WRITE_AND_TELL, {"rows": json.dumps(given)})


def _code(row: Mapping[str, Any]) -> ReasonCode | None:
    return None if row["code"] is None else ReasonCode(row["code"])


def _status(row: Mapping[str, Any]) -> str | None:
    code = _code(row)
    return None if code is None else status_for(code).value
