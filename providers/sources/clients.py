"""Opens the account of a source."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from domain.sources.asking import Account, SourceRefused
from domain.sources.kinds import SourceFault, SourceKind
from domain.sources.ports import SourceClient
from providers.sources.ashby import AshbyClient
from providers.sources.greenhouse import GreenhouseClient
from providers.sources.lever import LeverClient
from providers.sources.workable import WorkableClient
from providers.transport import OneShotTransport

_CLIENTS: Mapping[SourceKind, Callable[[OneShotTransport, str, Account], SourceClient]] = (
    MappingProxyType(
        {
            SourceKind.GREENHOUSE: GreenhouseClient,
            SourceKind.WORKABLE: WorkableClient,
            SourceKind.LEVER: LeverClient,
            SourceKind.ASHBY: AshbyClient,
        }
    )
)


class Accounts(Protocol):
    """Where the accounts of sources are kept, encrypted."""

    def load(self, source_id: str, workspace_id: str) -> Account:
        """Give the account of a source."""
        ...


class ProviderSources:
    """`domain.sources.ports.SourceClients` over the real systems. Thread-safe.

    `roots` are the systems' addresses from the settings, without the version.
    """

    def __init__(
        self, *, accounts: Accounts, transport: OneShotTransport, roots: Mapping[SourceKind, str]
    ) -> None:
        self._accounts = accounts
        self._transport = transport
        self._roots = roots

    def open(self, source_id: str, workspace_id: str) -> SourceClient:
        """Give the client of a source. Raises SourceRefused without an API key."""
        account = self._accounts.load(source_id, workspace_id)
        if not account.api_key or account.kind not in _CLIENTS:
            raise SourceRefused("It has no API key.", fault=SourceFault.KEY_REFUSED)
        return _CLIENTS[account.kind](self._transport, self._roots[account.kind], account)
