"""`python -m tools.drill.worker`: the real worker, its ports surrounded by faults.

Time-outs are shorter than in production, so that a crash is over in seconds; their order is kept.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from temporalio.common import RetryPolicy

import worker
from activities import email, failures
from domain.access import Access, Account, SmtpAccess
from domain.mail import Grant
from domain.ports.mail import MailClients
from domain.ports.steps import StepLedger
from providers import graph, smtp
from records.database import Database
from records.grants import GrantStore
from records.vault import Vault, parse_keys
from settings import Settings
from tools.drill.grid import Fault
from tools.drill.perilous import Hazard, PerilousClients, PerilousLedger
from tools.drill.plan import Struck
from workflows import options

TRY = timedelta(seconds=8)
PROVIDER_SECONDS = 3.0
QUIET = timedelta(seconds=12)  #: Longer than a try, as in production.
STOP_SECONDS = 16.0  #: A zombie sleeps longer than both.


def hurry() -> None:
    """Shorten what a crash waits for."""
    again = RetryPolicy(
        initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=2)
    )
    options.SEND = options.Options(start_to_close=TRY, retries=again)
    email.LAST_CALL = timedelta(seconds=PROVIDER_SECONDS)
    email.QUEUE_FOR = timedelta(seconds=3)
    failures.RECOVER_AFTER = timedelta(seconds=5)
    graph.QUIET = smtp.QUIET = QUIET


class Redirected:
    """`Grants` that name another SMTP port: that of a fault's proxy."""

    def __init__(self, grants: GrantStore, port: int) -> None:
        self._grants = grants
        self._port = port

    def load(self, mailbox_id: str, workspace_id: str) -> Account:
        """Give the account with the proxy's port."""
        account = self._grants.load(mailbox_id, workspace_id)
        if not isinstance(account.access, SmtpAccess):
            return account
        through = replace(account.access.smtp, port=self._port)
        return replace(account, access=replace(account.access, smtp=through))

    def store(
        self, mailbox_id: str, workspace_id: str, access: Access, *, instead_of: Access
    ) -> None:
        """Keep a refreshed grant; what is learnt of a proxy is not kept."""
        if isinstance(access, Grant):
            self._grants.store(mailbox_id, workspace_id, access, instead_of=instead_of)

    def is_fresh(self, grant: Grant) -> bool:
        """Ask the store."""
        return self._grants.is_fresh(grant)


def perilous_ports(settings: Settings, database: Database) -> worker.Ports:
    """Surround the real ports with what the drill plans."""
    home = settings.home
    hazard = Hazard(home, Struck(home / "struck"), STOP_SECONDS)
    proxies: Mapping[str, Mapping[str, int]] = json.loads((home / "proxies.json").read_text())
    plain = worker.real_ports(settings, database)
    faulty = {Fault[name]: _through(settings, database, ports) for name, ports in proxies.items()}
    ledger = cast("StepLedger", PerilousLedger(plain.ledger, hazard))
    return worker.Ports(ledger, PerilousClients(plain.clients, faulty, hazard))


def _through(settings: Settings, database: Database, ports: Mapping[str, int]) -> MailClients:
    url = f"http://127.0.0.1:{ports['http']}"
    other: dict[str, Any] = {"gmail_url": f"{url}/", "graph_url": url}
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    grants = Redirected(GrantStore(database, vault), ports["smtp"])
    return worker.mail_clients(settings.model_copy(update=other), database, grants)


def main() -> int:
    """Run until SIGTERM."""
    hurry()
    settings = Settings()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    Path(settings.home).mkdir(exist_ok=True)
    asyncio.run(worker.run(settings, perilous_ports))
    return 0


if __name__ == "__main__":
    sys.exit(main())
