"""Sequences and their versions: made, changed, read; and what the log says of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from domain.codes import LogEvent
from domain.holds import ResourceKind
from domain.ids import Prefix
from records import holds, log, outbox
from records.ids import fresh
from records.tables import enrollments, log_events, sequences, versions
from records.versioning import migrate_enrollments

Steps = Sequence[Mapping[str, Any]]


def make(
    connection: Connection,
    workspace_id: str,
    owner_id: str,
    values: Mapping[str, Any],
    steps: Steps,
) -> str:
    """Make a sequence with its first version."""
    sequence_id = fresh(Prefix.SEQUENCE)
    connection.execute(
        insert(sequences).values(
            id=sequence_id, workspace_id=workspace_id, owner_id=owner_id, **values
        )
    )
    _publish(connection, workspace_id, sequence_id, 1, steps)
    return sequence_id


def change(
    connection: Connection,
    workspace_id: str,
    row: RowMapping,
    values: Mapping[str, Any],
    steps: Steps,
    *,
    migrate: bool,
) -> None:
    """Change a sequence: new steps make a new version, a repair lets go what it held."""
    sequence_id = row["id"]
    number = row["version"]
    new_steps = list(steps) != list(row["steps"])
    if new_steps:
        number += 1
        _publish(connection, workspace_id, sequence_id, number, steps)
    connection.execute(
        update(sequences)
        .where(sequences.c.id == sequence_id)
        .values(
            **values,
            version=number,
            generation=sequences.c.generation + 1,
            revision=sequences.c.revision + 1,
            updated_at=func.clock_timestamp(),
        )
    )
    if new_steps and migrate:
        migrate_enrollments(connection, workspace_id, sequence_id, number)
    holds.release(
        connection,
        workspace_id,
        ResourceKind.SEQUENCE,
        sequence_id,
        new_version=number if new_steps else None,
    )


def one(connection: Connection, sequence_id: str, *, lock: bool = False) -> RowMapping | None:
    """Read a sequence with the steps of its version."""
    query = _with_steps().where(sequences.c.id == sequence_id)
    if lock:
        query = query.with_for_update(of=sequences)
    return connection.execute(query).mappings().first()


def versions_of(
    connection: Connection, sequence_id: str, *, after: int, limit: int
) -> list[RowMapping]:
    """Read a page of versions, oldest first."""
    query = (
        select(versions)
        .where(versions.c.sequence_id == sequence_id, versions.c.number > after)
        .order_by("number")
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def listed(
    connection: Connection, *, owner: str | None, after: str, limit: int
) -> list[RowMapping]:
    """Read a page of sequences with the steps of their versions; `owner` sees only its own."""
    query = _with_steps().where(sequences.c.id > after).order_by(sequences.c.id).limit(limit)
    if owner is not None:
        query = query.where(sequences.c.owner_id == owner)
    return list(connection.execute(query).mappings())


def archive(connection: Connection, workspace_id: str, sequence_id: str) -> None:
    """Put a sequence away for good; it must be inactive."""
    connection.execute(
        update(sequences)
        .where(sequences.c.id == sequence_id)
        .values(archived_at=func.clock_timestamp(), revision=sequences.c.revision + 1)
    )
    log.write(
        connection,
        workspace_id=workspace_id,
        event=LogEvent.SEQUENCE_ARCHIVED,
        code=None,
        at=None,
        sequence_id=sequence_id,
    )
    outbox.signal_sequence(connection, workspace_id, sequence_id, "archived")


def counts(
    connection: Connection, sequence_id: str, group_by: Sequence[str] = ("status", "code")
) -> list[RowMapping]:
    """Count enrollments by these columns."""
    columns = [enrollments.c[name] for name in group_by]
    query = (
        select(*columns, func.count().label("count"))
        .where(enrollments.c.sequence_id == sequence_id)
        .group_by(*columns)
        .order_by(*columns)
    )
    return list(connection.execute(query).mappings())


def events(
    connection: Connection,
    *,
    sequence_id: str | None = None,
    enrollment_id: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[RowMapping]:
    """Read the log of a sequence or an enrollment, oldest first."""
    query = select(log_events).where(log_events.c.id > after).order_by("id").limit(limit)
    if sequence_id is not None:
        query = query.where(log_events.c.sequence_id == sequence_id)
    if enrollment_id is not None:
        query = query.where(log_events.c.enrollment_id == enrollment_id)
    return list(connection.execute(query).mappings())


def _with_steps() -> Select[Any]:
    return select(sequences, versions.c.steps).join(
        versions,
        (versions.c.sequence_id == sequences.c.id) & (versions.c.number == sequences.c.version),
    )


def _publish(
    connection: Connection, workspace_id: str, sequence_id: str, number: int, steps: Steps
) -> None:
    connection.execute(
        insert(versions).values(
            id=fresh(Prefix.VERSION),
            workspace_id=workspace_id,
            sequence_id=sequence_id,
            number=number,
            steps=list(steps),
        )
    )
