"""Jobs: the results of bulks, kept for whoever asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from domain.ids import Prefix
from records.bulk import insert_rows
from records.ids import fresh
from records.tables import job_items, jobs


def make(
    connection: Connection,
    workspace_id: str,
    user_id: str,
    kind: str,
    items: Sequence[Mapping[str, Any]],
) -> str:
    """Keep the results of a finished bulk for the user who asked for it."""
    job_id = fresh(Prefix.JOB)
    refused = sum(item["result"] == "refused" for item in items)
    connection.execute(
        insert(jobs).values(
            id=job_id,
            workspace_id=workspace_id,
            user_id=user_id,
            kind=kind,
            state="finished",
            total=len(items),
            done=len(items),
            refused=refused,
        )
    )
    rows = [{"job_id": job_id, "workspace_id": workspace_id, **item} for item in items]
    insert_rows(connection, job_items, rows)
    return job_id


def one(connection: Connection, job_id: str) -> RowMapping | None:
    """Read a job."""
    return connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()


def results(connection: Connection, job_id: str, *, after: int, limit: int) -> list[RowMapping]:
    """Read a page of a job's results."""
    query = (
        select(job_items)
        .where(job_items.c.job_id == job_id, job_items.c.index > after)
        .order_by(job_items.c.index)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())
