"""Reads enrollments, deliveries and messages for people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, case, select, text

from domain.codes import Status
from records.tables import deliveries, enrollments, messages, sequences, versions

_OFFSET = text(
    "UPDATE enrollments SET clock_offset_ms = clock_offset_ms + :ms WHERE id = ANY(:ids)"
)


_RESUMES_AT = case(
    (enrollments.c.status == Status.PAUSED.value, enrollments.c.paused_until),
    else_=enrollments.c.slot_at,
)


def enrollments_of(
    connection: Connection,
    filters: Mapping[str, Any],
    *,
    owner: str | None,
    resume_before: datetime | None,
    updated_since: datetime | None,
    after: str,
    limit: int,
) -> list[RowMapping]:
    """Read a page of enrollments; `filters` name columns, `owner` sees only its sequences'."""
    query = select(enrollments).where(enrollments.c.id > after).order_by(enrollments.c.id)
    for name, value in filters.items():
        if value is not None:
            query = query.where(enrollments.c[name] == value)
    if owner is not None:
        query = query.join(sequences, sequences.c.id == enrollments.c.sequence_id).where(
            sequences.c.owner_id == owner
        )
    if resume_before is not None:
        query = query.where(resume_before > _RESUMES_AT)
    if updated_since is not None:
        query = query.where(enrollments.c.updated_at >= updated_since)
    return list(connection.execute(query.limit(limit)).mappings())


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


def messages_of(
    connection: Connection, enrollment_id: str, *, after: str, limit: int
) -> list[RowMapping]:
    """Read a page of what came in for an enrollment, or ended it although it is about another."""
    values = {"id": enrollment_id, "after": after, "limit": limit}
    return list(connection.execute(_MESSAGES, values).mappings())


def message(connection: Connection, message_id: str) -> RowMapping | None:
    """Read one message."""
    query = select(messages).where(messages.c.id == message_id)
    return connection.execute(query).mappings().first()


_MESSAGES = text(
    "SELECT m.* FROM messages m WHERE m.id > :after AND (m.enrollment_id = :id OR ("
    " m.candidate_id = (SELECT e.candidate_id FROM enrollments e WHERE e.id = :id)"
    " AND (m.followed @> jsonb_build_object('paused', jsonb_build_array(CAST(:id AS text)))"
    " OR m.followed @> jsonb_build_object('ended', jsonb_build_array("
    "  jsonb_build_object('enrollment_id', CAST(:id AS text)))))))"
    " ORDER BY m.id LIMIT :limit"
)


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
