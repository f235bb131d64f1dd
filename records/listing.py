"""Reads enrollments, deliveries and jobs for people."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, text

from domain.ids import Prefix
from records.bulk import insert_rows
from records.ids import fresh
from records.tables import deliveries, enrollments, job_items, jobs, messages, versions

_OFFSET = text(
    "UPDATE enrollments SET clock_offset_ms = clock_offset_ms + :ms WHERE id = ANY(:ids)"
)


def enrollments_of(
    connection: Connection, filters: Mapping[str, Any], *, after: str, limit: int
) -> list[RowMapping]:
    """Read a page of enrollments; filters name columns."""
    query = select(enrollments).where(enrollments.c.id > after).order_by("id").limit(limit)
    for name, value in filters.items():
        if value is not None:
            query = query.where(enrollments.c[name] == value)
    return list(connection.execute(query).mappings())


def enrollment(connection: Connection, enrollment_id: str) -> RowMapping | None:
    """Read an enrollment with the steps of its version."""
    query = (
        select(enrollments, versions.c.steps)
        .join(
            versions,
            (versions.c.sequence_id == enrollments.c.sequence_id)
            & (versions.c.number == enrollments.c.version),
        )
        .where(enrollments.c.id == enrollment_id)
    )
    return connection.execute(query).mappings().first()


def deliveries_of(connection: Connection, enrollment_id: str) -> list[RowMapping]:
    """Read what was written and sent for an enrollment."""
    query = select(deliveries).where(deliveries.c.enrollment_id == enrollment_id)
    return list(connection.execute(query).mappings())


def delivery(connection: Connection, delivery_id: str) -> RowMapping | None:
    """Read one delivery."""
    query = select(deliveries).where(deliveries.c.id == delivery_id)
    return connection.execute(query).mappings().first()


def messages_of(connection: Connection, enrollment_id: str) -> list[RowMapping]:
    """Read what came in for an enrollment."""
    query = select(messages).where(messages.c.enrollment_id == enrollment_id).order_by("id")
    return list(connection.execute(query).mappings())


def running(connection: Connection, sequence_id: str) -> list[RowMapping]:
    """Read the enrollments of a sequence that a workflow runs: id, round, mailbox_id."""
    columns = (enrollments.c.id, enrollments.c.round, enrollments.c.mailbox_id)
    query = select(*columns).where(
        enrollments.c.sequence_id == sequence_id,
        enrollments.c.started,
        enrollments.c.ended_code.is_(None),
    )
    return list(connection.execute(query.order_by("id")).mappings())


def move_clocks(connection: Connection, ids: Sequence[str], span: timedelta) -> None:
    """Note that these enrollments' clocks were moved on."""
    connection.execute(_OFFSET, {"ids": list(ids), "ms": round(span.total_seconds() * 1000)})


def make_job(
    connection: Connection, workspace_id: str, kind: str, items: Sequence[Mapping[str, Any]]
) -> str:
    """Keep the results of a finished bulk."""
    job_id = fresh(Prefix.JOB)
    refused = sum(item["result"] == "refused" for item in items)
    connection.execute(
        insert(jobs).values(
            id=job_id,
            workspace_id=workspace_id,
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


def job(connection: Connection, job_id: str) -> RowMapping | None:
    """Read a job."""
    return connection.execute(select(jobs).where(jobs.c.id == job_id)).mappings().first()


def job_results(connection: Connection, job_id: str, *, after: int, limit: int) -> list[RowMapping]:
    """Read a page of a job's results."""
    query = (
        select(job_items)
        .where(job_items.c.job_id == job_id, job_items.c.index > after)
        .order_by(job_items.c.index)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())
