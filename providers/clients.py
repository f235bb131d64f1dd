"""Opens the client of a mailbox: its grant brought up to date first, so no call needs repeating."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from domain.access import Account, MailboxKind, SmtpAccess
from domain.errors import Disconnected
from domain.mail import Grant
from domain.ports.mail import Grants, MailClient
from providers.doubt import Doubt
from providers.smtp import Line, SmtpClient

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  #: When a token "expired" that was refused.
_REFRESHING = 1.0  #: Seconds that another's new token may take until it is stored.
_LOOK_EVERY = 0.1


class OAuth(Protocol):
    """A provider's consent, tokens and mailboxes."""

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, address: str) -> str:
        """Give the link on which the mailbox's owner consents."""
        ...

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> tuple[Grant, str]:
        """Turn a consent's code into a grant; also gives the address that consented."""
        ...

    def refresh(self, grant: Grant) -> Grant:
        """Get a new access token. Raises Disconnected when the grant is dead."""
        ...

    def client(self, grant: Grant, doubt: Doubt | None = None) -> MailClient:
        """Open the mailbox behind a grant."""
        ...


class ProviderClients:
    """`domain.ports.mail.MailClients` over the real providers. Thread-safe."""

    def __init__(self, *, grants: Grants, oauths: Mapping[MailboxKind, OAuth], line: Line) -> None:
        self._line = line
        self._grants = grants
        self._oauths = oauths

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        """Give the client of a mailbox. Raises Disconnected when its grant is dead."""
        account = self._grants.load(mailbox_id, workspace_id)
        access = account.access
        if access is None:
            raise Disconnected("The mailbox was never connected.")
        if isinstance(access, SmtpAccess):
            return self._with_servers(mailbox_id, workspace_id, access)
        return self._granted(mailbox_id, workspace_id, account, access)

    def _granted(
        self, mailbox_id: str, workspace_id: str, account: Account, grant: Grant
    ) -> MailClient:
        oauth = self._oauths[account.kind]
        was_refused = grant.expires_at == _LONG_AGO
        if not self._grants.is_fresh(grant):
            grant = self._refreshed(mailbox_id, workspace_id, account, grant)

        def forget() -> None:
            expired = replace(grant, expires_at=_LONG_AGO)
            self._grants.store(mailbox_id, workspace_id, expired, instead_of=grant)

        return oauth.client(grant, Doubt(forget=forget, is_last=was_refused))

    def _refreshed(
        self, mailbox_id: str, workspace_id: str, account: Account, grant: Grant
    ) -> Grant:
        """Get a new access token, or take the one that another thread or worker got meanwhile.

        A provider that replaces refresh tokens refuses the one that the other has used up.
        """
        try:
            refreshed = self._oauths[account.kind].refresh(grant)
        except Disconnected:
            deadline = time.monotonic() + _REFRESHING
            while time.monotonic() < deadline:
                kept = self._grants.load(mailbox_id, workspace_id).access
                if isinstance(kept, Grant) and kept != grant and self._grants.is_fresh(kept):
                    return kept
                time.sleep(_LOOK_EVERY)
            raise
        self._grants.store(mailbox_id, workspace_id, refreshed, instead_of=grant)
        return refreshed

    def _with_servers(self, mailbox_id: str, workspace_id: str, access: SmtpAccess) -> MailClient:
        known = access

        def learn(learnt: SmtpAccess) -> None:
            nonlocal known
            self._grants.store(mailbox_id, workspace_id, learnt, instead_of=known)
            known = learnt

        return SmtpClient(access, self._line, learn)
