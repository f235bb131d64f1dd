"""Forgets notices that came to an end long ago, with their tries; the log keeps what happened."""

from datetime import timedelta

from sqlalchemy import text

from records.database import Database

KEPT_FOR = timedelta(days=30)  #: So long can they be read, and sent again.
_MOST = 10_000  #: At a time; the next turn goes on.

_FORGET = text(
    "DELETE FROM notices WHERE id IN (SELECT id FROM notices"
    " WHERE state NOT IN ('pending', 'held') AND created_at < clock_timestamp() - :kept_for"
    " AND coalesce(settled_at, created_at) < clock_timestamp() - :kept_for"
    " ORDER BY created_at LIMIT :most FOR UPDATE SKIP LOCKED)"
)


class OldNotices:
    """The sweep of notices; safe beside others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> int:
        """Forget what is older than `KEPT_FOR`; returns how many notices."""
        with self._database.system() as connection:
            values = {"kept_for": KEPT_FOR, "most": _MOST}
            return connection.execute(_FORGET, values).rowcount
