"""How the house does: what waits to be delivered, and how old what we know is."""

from dataclasses import dataclass

from sqlalchemy import text

from records.database import Database

_READ = text(
    "SELECT (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND parked_at IS NULL) depth,"
    " (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0) FROM outbox"
    "  WHERE delivered_at IS NULL AND parked_at IS NULL) oldest,"
    " (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND parked_at IS NOT NULL) parked,"
    " (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(cursor_at)), 0) FROM mailboxes"
    "  WHERE state = 'connected' AND NOT paused AND removed_at IS NULL) cursor_age"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Counts, and ages in seconds."""

    outbox_depth: int
    outbox_oldest_seconds: float
    outbox_parked: int
    cursor_oldest_seconds: float


class Health:
    """Reads the vitals, over all workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Vitals:
        """Read them now."""
        with self._database.system() as connection:
            row = connection.execute(_READ).one()
        return Vitals(
            outbox_depth=row.depth,
            outbox_oldest_seconds=float(row.oldest),
            outbox_parked=row.parked,
            cursor_oldest_seconds=float(row.cursor_age),
        )
