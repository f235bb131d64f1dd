"""The grants of mailboxes, encrypted and bound to their row."""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from domain.mail import Grant
from records.database import Database
from records.tables import mailboxes
from records.vault import Vault

MARGIN = timedelta(seconds=120)  #: A token must outlive a whole send with all its waits.


class GrantStore:
    """`domain.ports.Grants` on Postgres; thread-safe."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def load(self, mailbox_id: str, workspace_id: str) -> tuple[str, Grant | None]:
        """Give the mailbox's address and its grant, if it has one."""
        with self._database.workspace(workspace_id) as connection:
            query = select(mailboxes.c.address, mailboxes.c.grant).where(
                mailboxes.c.id == mailbox_id
            )
            row = connection.execute(query).one()
        return row.address, None if row.grant is None else self._open(mailbox_id, row.grant)

    def store(self, mailbox_id: str, workspace_id: str, grant: Grant) -> None:
        """Keep a refreshed grant."""
        with self._database.workspace(workspace_id) as connection:
            self.put(connection, mailbox_id, grant)

    def put(self, connection: Connection, mailbox_id: str, grant: Grant) -> None:
        """Keep a grant in the caller's transaction."""
        plain = json.dumps(
            {
                "access": grant.access_token,
                "refresh": grant.refresh_token,
                "expires": grant.expires_at.isoformat(),
                "scope": grant.scope,
            }
        )
        sealed = self._vault.seal(plain.encode(), owner=_owner(mailbox_id))
        connection.execute(
            update(mailboxes).where(mailboxes.c.id == mailbox_id).values(grant=sealed)
        )

    def is_fresh(self, grant: Grant) -> bool:
        """Say whether an access token lives long enough (machine time) for a send."""
        return grant.expires_at - datetime.now(UTC) > MARGIN

    def _open(self, mailbox_id: str, sealed: bytes) -> Grant:
        told = json.loads(self._vault.open(bytes(sealed), owner=_owner(mailbox_id)))
        return Grant(
            access_token=told["access"],
            refresh_token=told["refresh"],
            expires_at=datetime.fromisoformat(told["expires"]),
            scope=told["scope"],
        )


def _owner(mailbox_id: str) -> str:
    return f"mailboxes:{mailbox_id}:grant"
