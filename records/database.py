"""Connections: fenced to one workspace, or those of the house's own sweeps.

Every connection gives up its login's rights at once (`SET ROLE`), so that row-level security holds
even where the login is a superuser. A transaction names its workspace; without a name it sees no
row at all.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import RecordsAway

APP_ROLE = "reprise_app"
SYSTEM_ROLE = "reprise_system"
PROBE_WORKSPACE = "wsp_00000000000000000000"  #: Owns the probe row; nobody works in it.


class FenceBroken(Exception):
    """Row-level security does not hold on this database: refuse to start."""


class Database:
    """The two doors into Postgres. Thread-safe; one per process."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self._app = _engine(url, APP_ROLE, pool_size)
        self._system = _engine(url, SYSTEM_ROLE, max(2, pool_size // 4))

    @contextmanager
    def workspace(self, workspace_id: str) -> Generator[Connection]:
        """Open a transaction that sees one workspace; commits unless an exception leaves it."""
        with _saying_when_away(), self._app.begin() as connection:
            enter(connection, workspace_id)
            yield connection

    @contextmanager
    def system(self) -> Generator[Connection]:
        """Open a transaction of the house's own: relay, sweeps, look-ups of keys and states."""
        with _saying_when_away(), self._system.begin() as connection:
            yield connection

    def connect(self) -> Connection:
        """Hand out a connection whose transaction the caller begins, enters and ends."""
        return self._app.connect()

    def check_fence(self) -> None:
        """Refuse a database on which a workspace could see another's rows."""
        with self.workspace("wsp_nobody") as connection:
            seen = connection.execute(text("SELECT count(*) FROM rls_probe")).scalar_one()
        with self.workspace(PROBE_WORKSPACE) as connection:
            own = connection.execute(text("SELECT count(*) FROM rls_probe")).scalar_one()
        if seen or not own:
            raise FenceBroken(
                "Row-level security is not in force: a workspace "
                + ("sees another's rows." if seen else "does not see its own probe row.")
                + " Run `python -m records.migrate` with an owner login, and check that the role"
                f" {APP_ROLE} has neither SUPERUSER nor BYPASSRLS."
            )

    def close(self) -> None:
        """Close every connection."""
        self._app.dispose()
        self._system.dispose()


_AWAY = ("none", "08", "57P")  #: SQLSTATEs: no answer at all, connection faults, shutting down.


def _state_of(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or "none"


@contextmanager
def _saying_when_away() -> Generator[None]:
    """Name an outage in the house's own words, so that nobody takes it for a fault of his own."""
    try:
        yield
    except Exception as error:
        if is_away(error) and not isinstance(error, RecordsAway):
            raise RecordsAway(type(error).__name__) from error
        raise


def enter(connection: Connection, workspace_id: str) -> None:
    """Name the workspace of the open transaction."""
    connection.execute(_ENTER, {"workspace_id": workspace_id})


def is_away(error: Exception) -> bool:
    """Say whether an error means that Postgres cannot be reached just now."""
    if isinstance(error, RecordsAway | PoolTimeout):
        return True
    if getattr(error, "connection_invalidated", False) is True:
        return True
    return isinstance(error, OperationalError) and _state_of(error).startswith(_AWAY)


def is_deadlock(error: Exception) -> bool:
    """Say whether Postgres undid the transaction to end a deadlock (40P01)."""
    return _state_of(error) == "40P01"


def is_conflict(error: Exception) -> bool:
    """Say whether a write met a row that is there already."""
    return isinstance(error, IntegrityError)


_ENTER = text("SELECT set_config('reprise.workspace', :workspace_id, true)")


def _engine(url: str, role: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=False,
        pool_use_lifo=True,
        pool_recycle=1800,
        pool_timeout=30,
        connect_args={"connect_timeout": 10, "options": "-c timezone=UTC"},
    )

    @event.listens_for(engine, "connect")
    def take_role(connection: Any, entry: ConnectionPoolEntry) -> None:
        del entry
        connection.autocommit = True
        connection.execute(f"SET ROLE {role}")
        connection.autocommit = False

    return engine
