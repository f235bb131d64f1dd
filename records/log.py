"""The log: one row per event that somebody may ask about, in the transaction that made it true.

Who has to be told of an event is told by the same statement: see `records.telling`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.codes import LogEvent, ReasonCode
from domain.ids import Prefix
from records.ids import fresh
from records.telling import COLUMNS, LOG, tellings, write_and_tell

_WRITE = text(f"{LOG} jsonb_to_recordset(CAST(:rows AS jsonb)) AS r({COLUMNS})")


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
    """Write one event. `at` is business time (UTC), None for now; `detail` holds ids only.

    An `owner_id` in `detail` names whom it concerns, where no sequence or mailbox says so.
    """
    row = {
        "workspace_id": workspace_id,
        "event": event,
        "code": code,
        "at": at,
        "detail": dict(detail or {}),
        **ids,
    }
    write_many(connection, [row])


def write_of_source(
    connection: Connection,
    workspace_id: str,
    source_id: str,
    event: LogEvent,
    detail: Mapping[str, Any],
) -> None:
    """Write an event of a source, which no enrollment's code goes with."""
    told = {"source": source_id, **detail}
    write(connection, workspace_id=workspace_id, event=event, code=None, at=None, detail=told)


def write_many(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write events in one statement, however many; none is fine.

    Of several events of one enrollment, those that come first here get the lower order numbers.
    """
    if not rows:
        return
    plain = [_plain(row) for row in rows]
    told = tellings(plain)
    if all(one.nobody for one in told):
        connection.execute(_WRITE, {"rows": json.dumps(plain)})
    else:
        write_and_tell(connection, plain, told)


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
