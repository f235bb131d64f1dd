"""Pretend calendars and recruiting systems in the test's own process, spoken to over the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from activities.source import SourceActivities
from api.hearing import store
from domain.sources.kinds import SourceKind
from domain.sources.reading import understand
from providers.sources.clients import ProviderSources
from providers.transport import OneShotTransport
from records import sources
from records.credentials import Credentials, CredentialSafe, Secret
from records.database import Database
from records.source_desk import SourceAccounts, SourceDesk
from records.vault import Vault, VaultKey
from records.webhooks_in import Heard
from sandbox.app import Sandbox, build
from sandbox.server import Server
from sandbox.sources.diary import Account, Interview
from sandbox.sources.webhooks import Signed, fresh_mark, sign, write

WHSEC = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
DAY_MS = 86_400_000


@dataclass
class Pretend:
    """The systems, and our side of speaking to them."""

    sandbox: Sandbox
    url: str
    database: Database
    safe: CredentialSafe
    activities: SourceActivities
    workspace_id: str = ""

    def connect(self, kind: SourceKind, *, api_key: str = "key-of-theirs") -> str:
        """Add a source, known on both sides."""
        secret = WHSEC if kind is SourceKind.CUSTOM else f"secret-of-{kind}"
        known = Credentials(secrets=[Secret(value=secret)], api_key=api_key)
        values = {"kind": kind.value, "subdomain": "acme"}
        with self.database.workspace(self.workspace_id) as connection:
            source_id = sources.make(connection, self.workspace_id, values, known, self.safe)
        self.sandbox.diary.register(
            Account(name=source_id, kind=kind.value, secret=secret, api_key=api_key)
        )
        return source_id

    def book(self, source_id: str, *emails: str, **changes: Any) -> Interview:
        """Let somebody book, or be scheduled."""
        now = self.sandbox.diary.now_ms()
        blank = {"number": 0, "person": 0, "made_ms": now, "changed_ms": now}
        given = {"starts_ms": now + DAY_MS, **blank, **changes}
        return self.sandbox.diary.book(Interview(account=source_id, emails=emails, **given))

    def signed(self, source_id: str, interview: Interview, mark: str | None = None) -> Signed:
        """Write and sign the webhook of an interview, as its system does."""
        account = self.sandbox.diary.accounts[source_id]
        mark = mark or fresh_mark()
        content = write(account, interview, mark)
        assert content is not None
        return sign(account, content, mark, self.sandbox.diary.now_ms())

    def hear(self, source_id: str, signed: Signed) -> Heard:
        """Take a webhook in as the API does: believed, stored, committed."""
        headers, body = signed
        source = sources.find(self.database, source_id)
        assert source is not None
        secrets = self.safe.open(source_id, source["credentials"]).valid(source["now"])
        kind = SourceKind(source["kind"])
        happening = understand(kind, secrets, headers=headers, body=body, at=source["now"])
        return store(self.database, source, happening, body)


@asynccontextmanager
async def pretend_sources(database: Database) -> AsyncIterator[Pretend]:
    """Serve the systems on a free port, and plug our clients into them."""
    sandbox = build()
    server = await Server(sandbox.gate).serve("127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    safe = CredentialSafe(Vault([VaultKey("k1", bytes(32))]))
    transport = OneShotTransport(timeout_seconds=5)
    clients = ProviderSources(
        accounts=SourceAccounts(database, safe),
        transport=transport,
        roots=dict.fromkeys(SourceKind, url),
    )
    activities = SourceActivities(
        clients=clients, desk=SourceDesk(database), every=timedelta(minutes=5)
    )
    yield Pretend(sandbox, url, database, safe, activities)
    server.close()
    transport.close()
