"""Reads suppressions for people."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select, text

from domain.suppressions import SuppressionKind, SuppressionReason, Unfit, normal
from records.tables import candidates, suppressions


def listed(
    connection: Connection,
    *,
    kind: SuppressionKind | None = None,
    value: str | None = None,
    reason: SuppressionReason | None = None,
    live: bool | None = None,
    candidate_id: str | None = None,
    after: str,
    limit: int,
) -> list[RowMapping]:
    """Read a page of entries; all filters must hold.

    `value` is compared as entries are (case, spaces and the spelling of a domain do not count);
    `candidate_id` finds every entry that names this candidate, by whatever kind.
    """
    query = select(suppressions).where(suppressions.c.id > after).order_by(suppressions.c.id)
    if kind is not None:
        query = query.where(suppressions.c.kind == kind.value)
    if reason is not None:
        query = query.where(suppressions.c.reason == reason.value)
    if live is not None:
        lifted = suppressions.c.lifted_at.is_not(None)
        query = query.where(~lifted if live else lifted)
    if value is not None:
        query = query.where(suppressions.c.key.in_(_keys(value)))
    if candidate_id is not None:
        query = query.where(_names(candidate_id))
    return list(connection.execute(query.limit(limit)).mappings())


def _keys(value: str) -> list[ColumnElement[Any]]:
    """Give the keys that a value has, as each kind of entry that it can be."""
    found: list[ColumnElement[Any]] = []
    for kind in SuppressionKind:
        try:
            written = normal(kind, value).value
        except Unfit:
            continue
        found.append(func.suppression_key(kind.value, written))
    return found


def _names(candidate_id: str) -> ColumnElement[bool]:
    company = candidates.c.fields.op("->>")(text("'company'"))
    keys = select(
        func.unnest(func.suppression_keys(candidates.c.id, candidates.c.emails, company))
    ).where(candidates.c.id == candidate_id)
    return or_(suppressions.c.key.in_(keys), suppressions.c.twin.in_(keys))
