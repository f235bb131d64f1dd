"""Finds candidates by the addresses that they are known under."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from records.tables import addresses


def by_address(connection: Connection, wanted: Iterable[str]) -> dict[str, list[str]]:
    """Give the ids of the workspace's candidates by address (lower case).

    Any of a candidate's addresses counts, whatever its type; case does not matter. An address may
    belong to several candidates; one that nobody has is not in the answer. Triggers keep the table
    (migration 0006), since row-level security lets no index on JSON be used.
    """
    asked = sorted({one.strip().lower() for one in wanted if one.strip()})
    found: dict[str, list[str]] = {}
    if asked:
        query = select(addresses.c.address, addresses.c.candidate_id).where(
            addresses.c.address.in_(asked)
        )
        for row in connection.execute(query.order_by(addresses.c.candidate_id)):
            found.setdefault(str(row.address), []).append(str(row.candidate_id))
    return found
