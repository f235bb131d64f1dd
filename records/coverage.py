"""Whom entries of the list cover right now."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from domain.addresses import chosen_address
from domain.suppressions import Entry, strongest
from records.screening import ENTRY, entries_in


def covered_by(connection: Connection, ids: Iterable[str]) -> dict[str, Entry]:
    """Give the live enrollments that these live entries forbid, each with the one that decides.

    Nothing is locked: who ends them looks again under their locks.
    """
    found: dict[str, tuple[str | None, list[Entry]]] = {}
    for row in connection.execute(_COVERED, {"ids": sorted(ids)}).mappings():
        writes_to = chosen_address(row["emails"], row["email_address_id"])
        found.setdefault(row["id"], (writes_to, []))[1].extend(entries_in([row["entry"]]))
    decided = {one: strongest(entries, to) for one, (to, entries) in found.items()}
    return {one: entry for one, entry in decided.items() if entry is not None}


def known_as(connection: Connection, suppression_id: str) -> list[str]:
    """Give the ids of the candidates that have an entry's address, lifted or not."""
    return list(connection.execute(_KNOWN_AS, {"ids": [suppression_id]}).scalars())


_LIVE = (
    f"SELECT e.id, e.email_address_id, c.emails, {ENTRY} AS entry FROM {{found}}"
    " JOIN enrollments e ON e.candidate_id = c.id AND e.ended_code IS NULL"
)
_WANTED = (
    "SELECT *, ARRAY[substr(key, 9), substr(twin, 9)] AS spellings FROM suppressions"
    " WHERE id = ANY(:ids)"
)
_COVERED = text(
    f"WITH wanted AS MATERIALIZED ({_WANTED} AND lifted_at IS NULL),"
    " wide AS MATERIALIZED (SELECT w.*, k AS any_key FROM wanted w, unnest(ARRAY[w.key, w.twin]) k"
    "  WHERE w.kind IN ('domain', 'company') AND k IS NOT NULL) "
    + _LIVE.format(found="wanted u JOIN candidates c ON u.kind = 'person' AND c.id = u.value")
    + " UNION ALL "
    + _LIVE.format(
        found="wanted u JOIN addresses a ON u.kind = 'address' AND a.address = ANY(u.spellings)"
        " JOIN candidates c ON c.id = a.candidate_id"
    )
    + " UNION ALL "
    + _LIVE.format(
        found="candidates c CROSS JOIN LATERAL"
        " unnest(suppression_keys(c.id, c.emails, c.fields ->> 'company')) AS k"
        " JOIN wide u ON u.any_key = k"
    )
    + " WHERE EXISTS (SELECT 1 FROM wide)"
)
"""Addresses and persons are found by their indexes; domains and companies by one pass over the
candidates with a live enrollment, however many entries there are."""

_KNOWN_AS = text(
    f"WITH lifted AS MATERIALIZED ({_WANTED})"
    " SELECT DISTINCT a.candidate_id FROM lifted l JOIN addresses a ON a.address = ANY(l.spellings)"
)
