"""The monthly limit of a workspace: how many different people it writes to in a calendar month."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, delete, select, text
from sqlalchemy import func as sql

from domain.limits import ActionKind, Limit, Period, next_start
from records import limits
from records.tables import contacts, workspaces
from records.tables import limits as limit_rows

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('contacts:' || :workspace_id, 0))")
_COUNT_IN = text(
    "INSERT INTO contacts (workspace_id, month, candidate_id)"
    " VALUES (:workspace_id, :month, :candidate_id) ON CONFLICT DO NOTHING RETURNING 1"
)
_MOST = text("SELECT most FROM limits WHERE account_id = :workspace_id AND action = 'contact'")
_THIS_MONTH = text("SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')::date")
_BACKFILL = text(
    "INSERT INTO contacts (workspace_id, month, candidate_id)"
    " SELECT DISTINCT d.workspace_id, date_trunc('month', d.sent_at AT TIME ZONE 'UTC')::date,"
    " e.candidate_id FROM deliveries d JOIN enrollments e ON e.id = d.enrollment_id"
    " WHERE d.sent_at >= date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')"
    "  AT TIME ZONE 'UTC' ON CONFLICT DO NOTHING"
)


def reserve(connection: Connection, row: Mapping[str, Any], at: datetime) -> datetime | None:
    """Count the candidate in for the month of `at`; gives when to come back if it is full.

    Under the workspace's own lock, which is held to the commit, so that two writers cannot pass
    the limit together. Free of charge for a workspace without a limit.
    """
    if row["monthly_contacts"] is None:
        return None
    month = at.astimezone(UTC).date().replace(day=1)
    who = {"workspace_id": row["workspace_id"], "month": month, "candidate_id": row["candidate_id"]}
    connection.execute(_LOCK, {"workspace_id": row["workspace_id"]})
    if connection.execute(_COUNT_IN, who).first() is None:
        return None
    most = connection.execute(_MOST, {"workspace_id": row["workspace_id"]}).scalar()
    if most is None or _count(connection, month) <= most:  # Read anew: it may have been raised.
        return None
    connection.execute(
        delete(contacts).where(
            contacts.c.month == month, contacts.c.candidate_id == row["candidate_id"]
        )
    )
    return _begin(next_start(Period.MONTH, month))


def change_limit(connection: Connection, workspace_id: str, most: int | None) -> None:
    """Set or lift the limit; what was sent this month counts from the first on."""
    connection.execute(_LOCK, {"workspace_id": workspace_id})
    if most is None:
        connection.execute(
            delete(limit_rows).where(
                limit_rows.c.account_id == workspace_id,
                limit_rows.c.action == ActionKind.CONTACT.value,
            )
        )
        return
    connection.execute(_BACKFILL)
    limit = Limit(action=ActionKind.CONTACT, period=Period.MONTH, most=most)
    limits.put(connection, workspace_id, workspace_id, limit)


def workspace(connection: Connection, workspace_id: str) -> dict[str, Any]:
    """Read a workspace with its limit and how many it wrote to this month."""
    month = connection.execute(_THIS_MONTH).scalar_one()
    row = connection.execute(
        select(
            workspaces.c.id,
            workspaces.c.name,
            workspaces.c.notification_mailbox_id,
            limit_rows.c.most.label("monthly_contacts"),
        )
        .outerjoin(
            limit_rows,
            (limit_rows.c.account_id == workspaces.c.id)
            & (limit_rows.c.action == ActionKind.CONTACT.value),
        )
        .where(workspaces.c.id == workspace_id)
    )
    return {**row.mappings().one(), "contacts_this_month": _count(connection, month)}


def _count(connection: Connection, month: date) -> int:
    query = select(sql.count()).select_from(contacts).where(contacts.c.month == month)
    return int(connection.execute(query).scalar_one())


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
