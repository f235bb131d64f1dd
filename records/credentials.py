"""The secrets of sources: sealed, bound to their row, several valid at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from records.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What signs webhooks. Never shown again once it was kept."""

    value: str = field(repr=False)
    until: datetime | None = None  #: When it stops being valid (UTC); None: it stays.


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Everything secret about a source; the newest secret first."""

    secrets: Sequence[Secret] = ()
    api_key: str = field(default="", repr=False)

    def valid(self, at: datetime) -> list[str]:
        """Give the secrets that are valid at a moment (machine time)."""
        return [one.value for one in self.secrets if one.until is None or one.until > at]


class CredentialSafe:
    """Seals and opens the credentials of sources."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, source_id: str, credentials: Credentials) -> bytes:
        """Encrypt what a source's row keeps."""
        told = {
            "secrets": [
                {"value": one.value, "until": one.until and one.until.isoformat()}
                for one in credentials.secrets
            ],
            "api_key": credentials.api_key,
        }
        return self._vault.seal(json.dumps(told).encode(), owner=_owner(source_id))

    def open(self, source_id: str, sealed: bytes | None) -> Credentials:
        """Decrypt; a source that was removed has none left. Raises VaultError."""
        if sealed is None:
            return Credentials()
        told = json.loads(self._vault.open(bytes(sealed), owner=_owner(source_id)))
        secrets = [
            Secret(
                value=one["value"],
                until=None if one["until"] is None else datetime.fromisoformat(one["until"]),
            )
            for one in told["secrets"]
        ]
        return Credentials(secrets=secrets, api_key=told["api_key"])


def _owner(source_id: str) -> str:
    return f"sources:{source_id}:credentials"
