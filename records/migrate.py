"""Brings a database up to date: migrations, roles, fences, and the first workspace's key.

`python -m records.migrate` is idempotent and safe to run from several processes at once: an
advisory lock lets one go first.
"""

import hashlib
import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from domain.ids import Prefix
from records.database import APP_ROLE, SYSTEM_ROLE, enter
from records.fence import lower_fence, raise_fence
from records.ids import fresh

_LOCK = 7_260_418  # Any number; the same for every migrating process.


def migrate(url: str, *, api_key: str | None = None) -> None:
    """Migrate to the newest tables; seed `api_key` for the first workspace where it is unknown."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        lower_fence(connection)
        command.upgrade(alembic_config(connection), "head")
        raise_fence(connection)
        if api_key:
            _seed(connection, api_key)
    engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Build Alembic's configuration over an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def digest_of(api_key: str) -> bytes:
    """Hash an API key. Keys are 256 bits of chance, so one SHA-256 is enough."""
    return hashlib.sha256(api_key.encode()).digest()


def _seed(connection: Connection, api_key: str) -> None:
    """Make the key known. The fence holds for the owner of the tables too, so it goes through."""
    digest = digest_of(api_key)
    connection.execute(text(f"SET ROLE {SYSTEM_ROLE}"))
    known = connection.execute(
        text("SELECT 1 FROM api_keys WHERE digest = :digest"), {"digest": digest}
    ).first()
    admin = connection.execute(_FIRST_ADMIN).first()
    if known is None:
        connection.execute(text(f"SET ROLE {APP_ROLE}"))
        owner = _make_first(connection) if admin is None else (str(admin[0]), str(admin[1]))
        _insert_key(connection, *owner, digest)
    connection.execute(text("RESET ROLE"))


def _insert_key(connection: Connection, workspace_id: str, user_id: str, digest: bytes) -> None:
    enter(connection, workspace_id)
    connection.execute(
        text(
            "INSERT INTO api_keys (id, workspace_id, user_id, digest, scopes)"
            " VALUES (:id, :workspace_id, :user_id, :digest, ARRAY['*'])"
        ),
        {
            "id": fresh(Prefix.KEY),
            "workspace_id": workspace_id,
            "user_id": user_id,
            "digest": digest,
        },
    )


_FIRST_ADMIN = text("SELECT workspace_id, id FROM users WHERE role = 'admin' ORDER BY id LIMIT 1")


def _make_first(connection: Connection) -> tuple[str, str]:
    workspace_id, user_id = fresh(Prefix.WORKSPACE), fresh(Prefix.USER)
    enter(connection, workspace_id)
    connection.execute(
        text("INSERT INTO workspaces (id, name) VALUES (:id, 'First workspace')"),
        {"id": workspace_id},
    )
    connection.execute(
        text(
            "INSERT INTO users (id, workspace_id, name, role)"
            " VALUES (:id, :workspace_id, 'First admin', 'admin')"
        ),
        {"id": user_id, "workspace_id": workspace_id},
    )
    return workspace_id, user_id


if __name__ == "__main__":
    from settings import Settings

    logging.basicConfig(level=logging.INFO)
    _settings = Settings()
    migrate(_settings.database_url.get_secret_value(), api_key=_settings.api_key.get_secret_value())
