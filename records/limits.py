"""Limits of accounts: rows of an action kind, a period and a number."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert as pg_insert

from domain.limits import ActionKind, Limit, Period
from records.tables import limits

AS_JSON = (
    "(SELECT jsonb_agg(jsonb_build_object('action', l.action, 'period', l.period, 'most', l.most))"
    " FROM limits l WHERE l.account_id = m.id)"
)  #: For a query in which `m` is the mailbox; `limits_in` reads it.


def limits_in(rows: Sequence[Mapping[str, Any]] | None, action: ActionKind) -> tuple[Limit, ...]:
    """Read the limits of one kind of action."""
    return tuple(
        Limit(action=action, period=Period(row["period"]), most=row["most"])
        for row in rows or ()
        if row["action"] == action
    )


def put(connection: Connection, workspace_id: str, account_id: str, limit: Limit) -> None:
    """Set a limit; slots that are booked stay."""
    row = {
        "workspace_id": workspace_id,
        "account_id": account_id,
        "action": limit.action.value,
        "period": limit.period.value,
        "most": limit.most,
    }
    statement = pg_insert(limits).values(**row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "action", "period"], set_={"most": limit.most}
        )
    )
