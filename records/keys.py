"""Who an API key acts for, and what it may do."""

from dataclasses import dataclass

from sqlalchemy import select

from records.database import Database
from records.migrate import digest_of
from records.tables import api_keys, users

EVERYTHING = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The user behind a request, and the key that was shown."""

    workspace_id: str
    user_id: str
    role: str
    key_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Say whether the key has a scope: read, write or everything; write includes read."""
        if EVERYTHING in self.scopes or scope in self.scopes:
            return True
        return scope == "read" and "write" in self.scopes


def principal_of(database: Database, key: str) -> Principal | None:
    """Look a key up; None for an unknown or revoked one."""
    query = (
        select(
            api_keys.c.id,
            api_keys.c.workspace_id,
            api_keys.c.user_id,
            api_keys.c.scopes,
            users.c.role,
        )
        .join(users, users.c.id == api_keys.c.user_id)
        .where(api_keys.c.digest == digest_of(key), api_keys.c.revoked_at.is_(None))
    )
    with database.system() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    return Principal(
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        role=row.role,
        key_id=row.id,
        scopes=frozenset(row.scopes),
    )
