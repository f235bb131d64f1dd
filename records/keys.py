"""Who an API key acts for."""

from dataclasses import dataclass

from sqlalchemy import select

from records.database import Database
from records.migrate import digest_of
from records.tables import api_keys, users


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user behind a request."""

    workspace_id: str
    user_id: str
    role: str


def principal_of(database: Database, key: str) -> Principal | None:
    """Look a key up; None for an unknown or revoked one."""
    query = (
        select(api_keys.c.workspace_id, api_keys.c.user_id, users.c.role)
        .join(users, users.c.id == api_keys.c.user_id)
        .where(api_keys.c.digest == digest_of(key), api_keys.c.revoked_at.is_(None))
    )
    with database.system() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return Principal(workspace_id=row.workspace_id, user_id=row.user_id, role=row.role)
