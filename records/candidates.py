"""Candidates: made, changed, read, taken out; and events about them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from domain.codes import ReasonCode
from domain.holds import ResourceKind
from domain.ids import Prefix
from domain.messages import FactKind
from domain.suppressions import Origin
from records import facts, holds, optouts
from records.bulk import insert_rows
from records.ids import fresh
from records.tables import candidate_events, candidates

Values = Mapping[str, Any]


def make(connection: Connection, workspace_id: str, people: Sequence[Values]) -> list[str]:
    """Make candidates in one statement; gives their ids in order."""
    rows = [_candidate_row(workspace_id, person) for person in people]
    insert_rows(connection, candidates, rows)
    return [row["id"] for row in rows]


def change(connection: Connection, workspace_id: str, candidate_id: str, changes: Values) -> None:
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


def remove(connection: Connection, workspace_id: str, candidate_id: str) -> list[str]:
    """Take a candidate out; gives the live enrollments that this ended."""
    ended = facts.stop_candidate(connection, workspace_id, candidate_id, code=ReasonCode.DELETED)
    connection.execute(
        update(candidates)
        .where(candidates.c.id == candidate_id)
        .values(removed_at=func.clock_timestamp())
    )
    return ended


def one(connection: Connection, candidate_id: str) -> RowMapping | None:
    """Read a candidate."""
    query = select(candidates).where(
        candidates.c.id == candidate_id, candidates.c.removed_at.is_(None)
    )
    return connection.execute(query).mappings().first()


def listed(
    connection: Connection, *, after: str, limit: int, external_id: str | None = None
) -> list[RowMapping]:
    """Read a page of candidates."""
    query = select(candidates).where(candidates.c.id > after, candidates.c.removed_at.is_(None))
    if external_id is not None:
        query = query.where(candidates.c.external_id == external_id)
    return list(connection.execute(query.order_by("id").limit(limit)).mappings())


def known_ids(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Give those of the ids that name a candidate."""
    query = select(candidates.c.id).where(
        candidates.c.id == func.any(sorted(ids)), candidates.c.removed_at.is_(None)
    )
    return set(connection.execute(query).scalars())


def ids_by_external_id(connection: Connection, external_ids: Sequence[str]) -> dict[str, str]:
    """Find the candidates that have these external ids."""
    query = select(candidates.c.external_id, candidates.c.id).where(
        candidates.c.external_id == func.any(list(external_ids)),
        candidates.c.removed_at.is_(None),
    )
    return {str(row.external_id): str(row.id) for row in connection.execute(query)}


def note_event(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    *,
    kind: str,
    external_id: str,
    occurred_at: datetime | None,
    code: ReasonCode,
    fact: FactKind,
    address: str | None = None,
    actor: str | None = None,
) -> list[str] | None:
    """Accept an event once; gives the enrollments that it ended, None for a repeat.

    An opt-out or a bounce also goes onto the list of suppressions: of `address`, if it is named.
    """
    stored = connection.execute(
        pg_insert(candidate_events)
        .values(
            id=fresh(Prefix.EVENT),
            workspace_id=workspace_id,
            candidate_id=candidate_id,
            type=kind,
            external_id=external_id,
            occurred_at=occurred_at,
        )
        .on_conflict_do_nothing()
        .returning(candidate_events.c.id)
    ).first()
    if stored is None:
        return None
    ended = _suppress(connection, workspace_id, candidate_id, code, address, actor)
    rest = facts.stop_candidate(connection, workspace_id, candidate_id, code=code, kind=fact)
    return [*ended, *rest]


def _suppress(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    code: ReasonCode,
    address: str | None,
    actor: str | None,
) -> list[str]:
    here = (connection, workspace_id, candidate_id)
    if code is ReasonCode.UNSUBSCRIBED:
        named = () if address is None else (address,)
        return optouts.opt_out(*here, origin=Origin.API, addresses=named, actor=actor).ended
    if code is ReasonCode.BOUNCED:
        return optouts.bounced(*here, origin=Origin.API, address=address, actor=actor).ended
    return []


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
