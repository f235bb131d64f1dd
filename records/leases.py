"""The sends in flight, over all workers and workspaces: a lease each, with an end of its own.

A delivery holds its lease from before its draft until its outcome is known. One whose worker died
keeps it until it expires or its next try takes it over, so that the provider never sees more sends
at once than there are leases, as long as it answers within a lease's life.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection, bindparam, func, text, update

from records.tables import leases as table

LIFE = timedelta(seconds=120)  #: Machine time: the longest try, and a minute of grace.

_FREE = "(key IS NULL OR expires_at < clock_timestamp()) AND number <= :most"
_TAKE = text(
    "WITH mine AS (SELECT number FROM leases WHERE key = :key FOR UPDATE),"
    f" free AS (SELECT number FROM leases WHERE {_FREE} AND :anew"
    " AND NOT EXISTS (SELECT 1 FROM mine) ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " UPDATE leases l SET key = :key, mailbox_id = :mailbox_id, fence = l.fence + 1,"
    " expires_at = clock_timestamp() + :life"
    " FROM (SELECT number FROM mine UNION ALL SELECT number FROM free) chosen"
    " WHERE l.number = chosen.number RETURNING l.number"
)
_OF_DELIVERY = update(table).where(table.c.key == bindparam("delivery_key"))
KEPT = (
    _OF_DELIVERY.values(expires_at=func.clock_timestamp() + LIFE).returning(table.c.key).cte("kept")
)  #: Holds the lease for another life, within a statement; without a row it was lost meanwhile.
_GIVE_BACK = _OF_DELIVERY.values(key=None, mailbox_id=None)
RETURNED = _GIVE_BACK.cte("returned")  #: `give_back` within a statement.
_HELD = text(
    "SELECT mailbox_id, count(*) FROM leases WHERE key IS NOT NULL"
    " AND expires_at >= clock_timestamp() GROUP BY mailbox_id"
)


def take(
    connection: Connection, key: str, mailbox_id: str, *, most: int, anew: bool = True
) -> bool:
    """Take a lease for a delivery, or take over its own; says whether it has one.

    With `anew` false only its own counts. Never waits for another transaction.
    """
    values = {"key": key, "mailbox_id": mailbox_id, "most": most, "anew": anew, "life": LIFE}
    return connection.execute(_TAKE, values).first() is not None


def give_back(connection: Connection, key: str) -> None:
    """Let the next one have it."""
    connection.execute(_GIVE_BACK, {"delivery_key": key})


def held(connection: Connection) -> dict[str, int]:
    """Count the leases of each mailbox."""
    return {row[0]: row[1] for row in connection.execute(_HELD)}


def order(waiting: Sequence[tuple[str, str]], held: dict[str, int]) -> list[tuple[str, str]]:
    """Say who comes next: the mailbox with the fewest leases first, then who waits longest.

    `waiting` has (key, mailbox id) pairs, the longest-waiting first.
    """
    counts: dict[str, int] = dict(held)
    ranked: list[tuple[int, int, tuple[str, str]]] = []
    for place, (key, mailbox_id) in enumerate(waiting):
        turn = counts.get(mailbox_id, 0)
        counts[mailbox_id] = turn + 1
        ranked.append((turn, place, (key, mailbox_id)))
    return [who for _, _, who in sorted(ranked)]
