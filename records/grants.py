"""The grants of mailboxes, encrypted and bound to their row."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, text, update

from domain.access import Access, Account, MailboxKind, Server, SmtpAccess, Tls
from domain.mail import Grant
from records.database import Database
from records.tables import mailboxes
from records.vault import Vault

_LOAD = text('SELECT kind, address, "grant" FROM mailboxes WHERE id = :mailbox_id')
MARGIN = timedelta(seconds=120)  #: A token must outlive a whole send with all its waits.


class GrantStore:
    """`domain.ports.mail.Grants` on Postgres; thread-safe."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def load(self, mailbox_id: str, workspace_id: str) -> Account:
        """Give the mailbox's kind, its address, and what opens it."""
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(_LOAD, {"mailbox_id": mailbox_id}).one()
        access = None if row.grant is None else self._open(mailbox_id, row.grant)
        return Account(kind=MailboxKind(row.kind), address=row.address, access=access)

    def store(
        self, mailbox_id: str, workspace_id: str, access: Access, *, instead_of: Access
    ) -> None:
        """Keep a refreshed grant, or what was learnt; nothing where another one is kept by now."""
        query = select(mailboxes.c.grant).where(mailboxes.c.id == mailbox_id)
        with self._database.workspace(workspace_id) as connection:
            kept = connection.execute(query.with_for_update(key_share=True)).scalar()
            if kept is not None and self._open(mailbox_id, kept) == instead_of:
                self.put(connection, mailbox_id, access)

    def put(self, connection: Connection, mailbox_id: str, access: Access) -> None:
        """Keep what opens a mailbox, in the caller's transaction."""
        plain = json.dumps(_told(access))
        sealed = self._vault.seal(plain.encode(), owner=_owner(mailbox_id))
        connection.execute(
            update(mailboxes).where(mailboxes.c.id == mailbox_id).values(grant=sealed)
        )

    def is_fresh(self, grant: Grant) -> bool:
        """Say whether an access token lives long enough (machine time) for a send."""
        return grant.expires_at - datetime.now(UTC) > MARGIN

    def _open(self, mailbox_id: str, sealed: bytes) -> Access:
        return _read(json.loads(self._vault.open(bytes(sealed), owner=_owner(mailbox_id))))


def _told(access: Access) -> dict[str, Any]:
    if isinstance(access, SmtpAccess):
        return {"kind": "smtp", **asdict(access)}
    return {
        "access": access.access_token,
        "refresh": access.refresh_token,
        "expires": access.expires_at.isoformat(),
        "scope": access.scope,
    }


def _read(told: dict[str, Any]) -> Access:
    if told.get("kind") == "smtp":
        imap = told["imap"]
        return SmtpAccess(
            smtp=_server(told["smtp"]),
            imap=None if imap is None else _server(imap),
            files_sent=told["files_sent"],
        )
    return Grant(
        access_token=told["access"],
        refresh_token=told["refresh"],
        expires_at=datetime.fromisoformat(told["expires"]),
        scope=told["scope"],
    )


def _server(told: dict[str, Any]) -> Server:
    return Server(
        host=told["host"],
        port=told["port"],
        tls=Tls(told["tls"]),
        username=told["username"],
        password=told["password"],
    )


def _owner(mailbox_id: str) -> str:
    return f"mailboxes:{mailbox_id}:grant"
