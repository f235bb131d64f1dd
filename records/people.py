"""Candidates and schedules: made, changed, read."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from domain.codes import ReasonCode
from domain.holds import ResourceKind
from domain.ids import Prefix
from domain.messages import FactKind
from records import facts, holds
from records.bulk import insert_rows
from records.ids import fresh
from records.tables import candidate_events, candidates, schedules

Values = Mapping[str, Any]


def make_candidates(
    connection: Connection, workspace_id: str, people: Sequence[Values]
) -> list[str]:
    """Make candidates in one statement; gives their ids in order."""
    rows = [_candidate_row(workspace_id, person) for person in people]
    insert_rows(connection, candidates, rows)
    return [row["id"] for row in rows]


def change_candidate(
    connection: Connection, workspace_id: str, candidate_id: str, changes: Values
) -> None:
    """Change a candidate and let go what its data held."""
    values = dict(changes)
    if "emails" in values:
        values["emails"] = with_ids(values["emails"])
    connection.execute(
        update(candidates)
        .where(candidates.c.id == candidate_id)
        .values(
            **values,
            generation=candidates.c.generation + 1,
            revision=candidates.c.revision + 1,
            updated_at=func.clock_timestamp(),
        )
    )
    holds.release(connection, workspace_id, ResourceKind.CANDIDATE, candidate_id)


def remove_candidate(connection: Connection, workspace_id: str, candidate_id: str) -> None:
    """Take a candidate out; live enrollments end."""
    facts.stop_candidate(connection, workspace_id, candidate_id, code=ReasonCode.DELETED)
    connection.execute(
        update(candidates)
        .where(candidates.c.id == candidate_id)
        .values(removed_at=func.clock_timestamp())
    )


def candidate(connection: Connection, candidate_id: str) -> RowMapping | None:
    """Read a candidate."""
    query = select(candidates).where(
        candidates.c.id == candidate_id, candidates.c.removed_at.is_(None)
    )
    return connection.execute(query).mappings().first()


def candidate_by_external_id(connection: Connection, external_id: str) -> str | None:
    """Find the candidate with an external id."""
    query = select(candidates.c.id).where(
        candidates.c.external_id == external_id, candidates.c.removed_at.is_(None)
    )
    return connection.execute(query).scalar_one_or_none()


def note_event(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    *,
    kind: str,
    external_id: str,
    code: ReasonCode,
    fact: FactKind,
) -> list[str] | None:
    """Accept an event once; gives the enrollments that it ended, None for a repeat."""

    stored = connection.execute(
        pg_insert(candidate_events)
        .values(
            id=fresh(Prefix.EVENT),
            workspace_id=workspace_id,
            candidate_id=candidate_id,
            type=kind,
            external_id=external_id,
        )
        .on_conflict_do_nothing()
        .returning(candidate_events.c.id)
    ).first()
    if stored is None:
        return None
    return facts.stop_candidate(connection, workspace_id, candidate_id, code=code, kind=fact)


def make_schedule(connection: Connection, workspace_id: str, values: Values) -> str:
    """Make a schedule."""
    schedule_id = fresh(Prefix.SCHEDULE)
    connection.execute(
        insert(schedules).values(id=schedule_id, workspace_id=workspace_id, **values)
    )
    return schedule_id


def schedule(connection: Connection, schedule_id: str) -> RowMapping | None:
    """Read a schedule."""
    query = select(schedules).where(schedules.c.id == schedule_id)
    return connection.execute(query).mappings().first()


def with_ids(emails: Sequence[Values]) -> list[dict[str, Any]]:
    """Give every address an id; one that has one keeps it."""
    return [{**one, "id": one.get("id") or fresh(Prefix.ADDRESS)} for one in emails]


def _candidate_row(workspace_id: str, person: Values) -> dict[str, Any]:
    return {
        "id": fresh(Prefix.CANDIDATE),
        "workspace_id": workspace_id,
        "first_name": person.get("first_name", ""),
        "last_name": person.get("last_name", ""),
        "emails": with_ids(person.get("emails", [])),
        "phones": list(person.get("phones", [])),
        "linkedin_url": person.get("linkedin_url"),
        "zone": person.get("zone"),
        "external_id": person.get("external_id"),
        "owner_external_id": person.get("owner_external_id"),
        "fields": dict(person.get("fields", {})),
    }
