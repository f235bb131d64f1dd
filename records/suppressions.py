"""Suppressions: who must not be written to; added with what that ends, and lifted.

An entry counts from its commit on. Whatever sends looks for live entries in the statement that
locks its enrollment, twice: when it claims its delivery and right before it submits it. What was
enrolled while an entry was being added is ended by `end_covered` after the commit, or by its gate.

Locks: an entry comes after the mailbox and before the candidate and the enrollment.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.holds import ResourceKind
from domain.ids import Prefix
from domain.suppressions import (
    ENDS_AS,
    Origin,
    SuppressionKind,
    SuppressionReason,
    normal,
)
from records import coverage, holds, log
from records.ending import End, end_all
from records.ids import fresh
from records.screening import entries_in, told
from records.tables import candidates, suppressions


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to add. Raises `domain.suppressions.Unfit` when it is added with a bad value."""

    kind: SuppressionKind
    value: str
    reason: SuppressionReason
    origin: Origin
    message_id: str | None = None  #: The incoming message that caused it.
    note: str = ""
    actor: str | None = None  #: The user; None: the candidate, or a mail system.


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What adding an entry led to."""

    id: str
    is_new: bool  #: False when a live entry with this value and reason was there.
    ended: list[str] = field(default_factory=list[str])  #: Enrollments, by id.


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """What lifting an entry led to."""

    id: str
    released: int  #: Enrollments that were held as previously_bounced and go on.


def add(
    connection: Connection,
    workspace_id: str,
    *,
    kind: SuppressionKind | str,
    value: str,
    reason: SuppressionReason | str,
    origin: Origin | str,
    message_id: str | None = None,
    note: str = "",
    actor: str | None = None,
) -> Added:
    """Add one entry, and end every live enrollment that it covers, in this transaction.

    Again is fine: a live entry with the same value and reason stays as it is, and what it covers
    ends as well. Raises `domain.suppressions.Unfit` for a value that no entry can have.
    """
    entry = NewEntry(
        kind=SuppressionKind(kind),
        value=value,
        reason=SuppressionReason(reason),
        origin=Origin(origin),
        message_id=message_id,
        note=note,
        actor=actor,
    )
    return add_many(connection, workspace_id, [entry])[0]


def add_many(connection: Connection, workspace_id: str, entries: Sequence[NewEntry]) -> list[Added]:
    """Add entries, in their order; the statements do not grow with their number.

    An enrollment that several of them cover ends once, by the strongest.
    """
    if not entries:
        return []
    stored = _store(connection, workspace_id, entries)
    ended = _end(connection, workspace_id, {one.id for one in stored})
    return [
        Added(id=one.id, is_new=one.is_new, ended=[e for e, by in ended.items() if by == one.id])
        for one in stored
    ]


def end_covered(connection: Connection, workspace_id: str, ids: Iterable[str]) -> list[str]:
    """End every live enrollment that one of these live entries covers; gives their ids.

    Called once more after the entries were committed, it ends what was enrolled meanwhile, and
    waits for what is just announcing its send: after that nothing passes a gate any more.
    """
    return list(_end(connection, workspace_id, set(ids)))


def lift(
    connection: Connection, workspace_id: str, suppression_id: str, *, actor: str | None
) -> Lifted | None:
    """Lift an entry; None when there is no such live one.

    Restarts nothing that has ended. What was held as previously_bounced by it goes on, once.
    """
    found = _lift(connection, workspace_id, suppressions.c.id == suppression_id, actor)
    return found[0] if found else None


def lift_of_message(connection: Connection, workspace_id: str, message_id: str) -> list[str]:
    """Lift the entries that one incoming message caused; gives their ids."""
    caused = suppressions.c.message_id == message_id
    return [one.id for one in _lift(connection, workspace_id, caused, None)]


def one(connection: Connection, suppression_id: str) -> RowMapping | None:
    """Read an entry, lifted or not."""
    query = select(suppressions).where(suppressions.c.id == suppression_id)
    return connection.execute(query).mappings().first()


def _store(connection: Connection, workspace_id: str, entries: Sequence[NewEntry]) -> list[Added]:
    """Insert what is new; gives each entry's row, its own or the live one that was there."""
    rows = [_row(workspace_id, n, entry) for n, entry in enumerate(entries)]
    found = connection.execute(_ADD, {"rows": json.dumps(rows)}).all()
    stored = [Added(id=row.id, is_new=row.is_new) for row in sorted(found, key=lambda r: r.n)]
    new = [(one, entry) for one, entry in zip(stored, entries, strict=True) if one.is_new]
    log.write_many(connection, [_log_added(workspace_id, one.id, entry) for one, entry in new])
    return stored


def _row(workspace_id: str, n: int, entry: NewEntry) -> dict[str, Any]:
    value = normal(entry.kind, entry.value)
    return {
        "n": n,
        "id": fresh(Prefix.SUPPRESSION),
        "workspace_id": workspace_id,
        "kind": entry.kind.value,
        "value": value.value,
        "twin": value.twin,
        "reason": entry.reason.value,
        "origin": entry.origin.value,
        "message_id": entry.message_id,
        "note": entry.note,
        "added_by": entry.actor,
    }


def _log_added(workspace_id: str, suppression_id: str, entry: NewEntry) -> dict[str, Any]:
    about = entry.value if entry.kind is SuppressionKind.PERSON else None
    return {
        "workspace_id": workspace_id,
        "event": LogEvent.SUPPRESSION_ADDED,
        "code": ENDS_AS[entry.reason],
        "at": None,
        "candidate_id": about,
        "detail": {
            "suppression": suppression_id,
            "kind": entry.kind.value,
            "reason": entry.reason.value,
            "origin": entry.origin.value,
            **({"by": entry.actor} if entry.actor else {}),
            **({"message": entry.message_id} if entry.message_id else {}),
        },
    }


def _end(connection: Connection, workspace_id: str, ids: set[str]) -> dict[str, str]:
    """End what these entries cover; gives the entry that ended it, by enrollment."""
    ends = {
        one: End(code=ENDS_AS[entry.reason], detail=told(entry))
        for one, entry in coverage.covered_by(connection, ids).items()
    }
    ended = end_all(connection, workspace_id, ends)
    return {one: ends[one].detail["suppression"] for one in ended}


def _lift(connection: Connection, workspace_id: str, which: Any, actor: str | None) -> list[Lifted]:
    lifted = (
        connection.execute(
            update(suppressions)
            .where(which, suppressions.c.lifted_at.is_(None))
            .values(lifted_at=func.clock_timestamp(), lifted_by=actor)
            .returning(suppressions)
        )
        .mappings()
        .all()
    )
    log.write_many(connection, [_log_lifted(workspace_id, row, actor) for row in lifted])
    return [
        Lifted(id=row["id"], released=_release(connection, workspace_id, row))
        for row in sorted(lifted, key=lambda row: row["id"])
    ]


def _log_lifted(workspace_id: str, row: RowMapping, actor: str | None) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "event": LogEvent.SUPPRESSION_LIFTED,
        "code": ENDS_AS[SuppressionReason(row["reason"])],
        "at": None,
        "candidate_id": row["value"] if row["kind"] == SuppressionKind.PERSON else None,
        "detail": {
            **told(entries_in([dict(row)])[0]),
            **({"by": actor} if actor else {}),
        },
    }


def _release(connection: Connection, workspace_id: str, row: RowMapping) -> int:
    """Let go what the lifted entry held: only a bounced address holds anything."""
    if row["reason"] != SuppressionReason.BOUNCED:
        return 0
    ids = coverage.known_as(connection, row["id"])
    if not ids:
        return 0
    connection.execute(
        update(candidates)
        .where(candidates.c.id == func.any(ids))
        .values(generation=candidates.c.generation + 1)
    )
    return holds.release_many(
        connection,
        workspace_id,
        ResourceKind.CANDIDATE,
        ids,
        codes=[ReasonCode.PREVIOUSLY_BOUNCED],
    )


_ADD = text(
    "WITH given AS (SELECT r.*, suppression_key(r.kind, r.value) AS key,"
    "  suppression_key(r.kind, r.twin) AS twin_key"
    "  FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(n int, id text, workspace_id text,"
    "  kind text, value text, twin text, reason text, origin text, message_id text, note text,"
    "  added_by text)),"
    " put AS (INSERT INTO suppressions (id, workspace_id, kind, value, key, twin, reason, origin,"
    "  message_id, note, added_by)"
    "  SELECT DISTINCT ON (key, reason) id, workspace_id, kind, value, key, twin_key, reason,"
    "  origin, message_id, note, added_by FROM given ORDER BY key, reason, n"
    "  ON CONFLICT (workspace_id, key, reason) WHERE lifted_at IS NULL"
    "  DO UPDATE SET message_id = CASE WHEN suppressions.message_id = EXCLUDED.message_id"
    "   THEN EXCLUDED.message_id END RETURNING id, key, reason)"
    " SELECT given.n, put.id, put.id = given.id AS is_new FROM given JOIN put USING (key, reason)"
)
"""The rows are written in the order of their keys, so two lists never wait for each other; one that
is there already is locked, so that a lift that is being committed is seen. What more than one
message or person asked for is no message's own any more: correcting one does not lift it."""
