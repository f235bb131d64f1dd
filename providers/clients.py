"""Opens the client of a mailbox: its grant brought up to date first, so no call needs repeating."""

from dataclasses import replace
from datetime import UTC, datetime

from domain.errors import Disconnected
from domain.mail import Grant
from domain.ports import Grants, MailClient
from providers.doubt import Doubt
from providers.google_oauth import GoogleOAuth

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class ProviderClients:
    """`domain.ports.MailClients` over the real providers. Thread-safe."""

    def __init__(self, *, grants: Grants, google: GoogleOAuth) -> None:
        self._grants = grants
        self._google = google

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        """Give the client of a mailbox. Raises Disconnected when its grant is dead."""
        account = self._grants.load(mailbox_id, workspace_id)
        if not isinstance(account.access, Grant):
            raise Disconnected("The mailbox was never connected.")
        grant = account.access
        if not self._grants.is_fresh(grant):
            grant = self._google.refresh(grant)
            self._grants.store(mailbox_id, workspace_id, grant)
            return self._google.client(grant)

        def forget() -> None:
            expired = replace(grant, expires_at=_LONG_AGO)
            self._grants.store(mailbox_id, workspace_id, expired)

        return self._google.client(grant, Doubt(forget=forget))
