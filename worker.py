"""The composition root of the workers: plugs real clients into activities, and runs every role.

One process does it all: workflows and activities on one task queue (so that activities are eager),
the relay for what other processes left in the outbox, and the sweeps. Run as many as you like.
"""

import asyncio
import gc
import logging
import secrets
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.email import EmailActivities
from activities.mailbox import MailboxActivities
from activities.notices import NoticeActivities
from activities.sequence import SequenceActivities
from activities.source import SourceActivities
from activities.webhooks import WebhookActivities
from domain.access import MailboxKind
from domain.notices import NoticeChannel
from domain.outside import Rules
from domain.ports.mail import Grants, MailClients
from domain.ports.steps import StepLedger
from domain.sources.ports import SourceClients
from providers.clients import ProviderClients
from providers.google_oauth import GoogleOAuth
from providers.mail_servers import trust
from providers.microsoft_oauth import MicrosoftOAuth
from providers.mime import LetterWriter
from providers.notice_mail import MailTeller
from providers.outside import OutsideCalls
from providers.slack import SlackTeller
from providers.smtp import Line
from providers.sources.clients import ProviderSources
from providers.transport import OneShotTransport
from providers.twilio import SmsTeller, TwilioAccount
from records.credentials import CredentialSafe
from records.database import Database
from records.grants import GrantStore
from records.inbox import Inbox
from records.notifications import Channels
from records.old_notices import OldNotices
from records.owner_notices import OwnerNotices
from records.parcels import Outbox
from records.reconcile import Reconciler
from records.source_desk import SourceAccounts, SourceDesk
from records.steps import Ledger
from records.switchboard import Switchboard
from records.vault import Vault, parse_keys
from records.watch import Watch
from records.watchers import Watchers
from records.webhook_tries import WebhookTries
from records.webhooks import Endpoints
from relay.carrier import Carrier
from relay.client import connect
from relay.codec import codec_keys
from relay.pump import Pump
from relay.reconcile import reconcile_for_ever
from settings import Settings
from workflows.enrollment import EnrollmentWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.notices import NoticesWorkflow
from workflows.sequence import SequenceWorkflow
from workflows.source import SourceWorkflow
from workflows.webhook import WebhookDeliveryWorkflow

log = logging.getLogger("reprise.worker")

WORKFLOWS = (
    EnrollmentWorkflow,
    MailboxWorkflow,
    SequenceWorkflow,
    SourceWorkflow,
    WebhookDeliveryWorkflow,
    NoticesWorkflow,
)


def main() -> int:
    """Run until SIGTERM or SIGINT; work under way gets time to finish."""
    settings = Settings()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if faults := settings.faults():
        sys.stderr.write("\n".join(faults) + "\n")
        return 1
    _settle_memory()
    asyncio.run(run(settings))
    return 0


def _settle_memory() -> None:
    """Leave what was imported out of every later search for garbage: a tenth of a send's cost."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the activities speak to."""

    ledger: StepLedger
    clients: MailClients


def real_ports(settings: Settings, database: Database) -> Ports:
    """Plug in Postgres and the real providers."""
    ledger = Ledger(database, in_flight=settings.sends_in_flight, fast_forward=settings.has_sandbox)
    return Ports(ledger, mail_clients(settings, database))


async def run(
    settings: Settings, ports: Callable[[Settings, Database], Ports] = real_ports
) -> None:
    """Connect everything, run all roles, and take them down in order."""
    database = Database(
        settings.database_url.get_secret_value(), pool_size=settings.worker_activities
    )
    await asyncio.to_thread(database.check_fence)
    client = await _connect(settings)
    threads = ThreadPoolExecutor(settings.worker_activities + 4, thread_name_prefix="activity")
    worker = build_worker(settings, client, database, ports(settings, database), threads)
    carrier = Carrier(client, settings.task_queue)
    outbox = Outbox(database)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with worker:
        pump = Pump(outbox, carrier)
        pumping = asyncio.create_task(pump.run())
        reconciling = asyncio.create_task(
            reconcile_for_ever(
                Reconciler(database),
                Watchers(database),
                {"outbox rows": outbox.sweep, "notices": OldNotices(database).sweep},
                client,
                every=settings.reconcile_seconds,
            )
        )
        if settings.ready_file is not None:
            settings.ready_file.write_text("ready\n", "utf-8")
        await stop.wait()
        pump.stop()
        await pumping
        reconciling.cancel()
        with suppress(asyncio.CancelledError):
            await reconciling
    threads.shutdown(wait=True)
    database.close()


def build_worker(
    settings: Settings,
    client: Client,
    database: Database,
    ports: Ports,
    threads: ThreadPoolExecutor,
) -> Worker:
    """Plug real things into activities. Also used by tests, with doubles for some of them."""
    inbox = Inbox(database)
    email = EmailActivities(
        ledger=ports.ledger,
        clients=ports.clients,
        writer=LetterWriter(unsubscribe_url=settings.optout_page),
        inbox=inbox,
    )
    mailbox = MailboxActivities(
        clients=ports.clients,
        inbox=inbox,
        watch=Watch(database),
        every=timedelta(seconds=settings.poll_seconds),
    )
    sequence = SequenceActivities(
        switchboard=Switchboard(database), every=timedelta(seconds=settings.check_seconds)
    )
    source = SourceActivities(
        clients=source_clients(settings, database),
        desk=SourceDesk(database),
        every=timedelta(seconds=settings.poll_seconds),
    )
    telling = telling_activities(settings, database, ports.clients)
    return Worker(
        client,
        task_queue=settings.task_queue,
        workflows=WORKFLOWS,
        activities=[
            email.send_email,
            mailbox.poll_inbox,
            sequence.fan_out,
            sequence.watch_sequence,
            source.watch_source,
            *telling,
        ],
        activity_executor=threads,
        max_concurrent_activities=settings.worker_activities,
        max_cached_workflows=settings.worker_cache,
        workflow_runner=UnsandboxedWorkflowRunner(),  # The sandbox runs in tests and the replay.
        graceful_shutdown_timeout=timedelta(seconds=20),
    )


def telling_activities(
    settings: Settings, database: Database, clients: MailClients
) -> list[Callable[..., object]]:
    """Plug in who tells endpoints and owners."""
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    outside = OutsideCalls(Rules(ports=settings.hook_ports, loopback=settings.has_sandbox))
    chance = secrets.SystemRandom().random
    transport = OneShotTransport(timeout_seconds=settings.provider_timeout_seconds)
    webhooks = WebhookActivities(
        ledger=WebhookTries(database, Endpoints(vault)), outside=outside, chance=chance
    )
    notices = NoticeActivities(
        ledger=OwnerNotices(database, Channels(vault)),
        tellers={
            NoticeChannel.EMAIL: MailTeller(clients),
            NoticeChannel.SLACK: SlackTeller(outside),
            NoticeChannel.SMS: SmsTeller(_twilio(settings), transport),
        },
        chance=chance,
    )
    return [webhooks.deliver_webhook, notices.tell_owner]


def _twilio(settings: Settings) -> TwilioAccount | None:
    if not (settings.twilio_account_sid and settings.twilio_from):
        return None
    return TwilioAccount(
        url=settings.twilio_url,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        sender=settings.twilio_from,
    )


def mail_clients(
    settings: Settings, database: Database, grants: Grants | None = None
) -> ProviderClients:
    """Build the clients of connected mailboxes."""
    transport = OneShotTransport(timeout_seconds=settings.provider_timeout_seconds)
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    oauths = {
        MailboxKind.GMAIL: GoogleOAuth(**settings.google, transport=transport),
        MailboxKind.OUTLOOK: MicrosoftOAuth(**settings.microsoft, transport=transport),
    }
    line = Line(context=trust(settings.mail_ca_file), timeout=settings.provider_timeout_seconds)
    return ProviderClients(grants=grants or GrantStore(database, vault), oauths=oauths, line=line)


def source_clients(settings: Settings, database: Database) -> SourceClients:
    """Build the clients of the systems that tell of interviews."""
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    return ProviderSources(
        accounts=SourceAccounts(database, CredentialSafe(vault)),
        transport=OneShotTransport(timeout_seconds=settings.provider_timeout_seconds),
        roots=settings.source_roots,
    )


async def _connect(settings: Settings) -> Client:
    """Wait for Temporal: a worker may start before it, and outlive its restarts."""
    runtime = _runtime(settings)
    while True:
        try:
            return await connect(
                settings.temporal_address,
                settings.temporal_namespace,
                codec_keys(settings.codec_key.get_secret_value()),
                runtime=runtime,
            )
        except (RPCError, RuntimeError) as error:
            log.warning("Temporal is away (%s); trying again in a second.", type(error).__name__)
            await asyncio.sleep(1)


def _runtime(settings: Settings) -> Runtime:
    if not settings.worker_metrics_port:
        return Runtime(telemetry=TelemetryConfig())
    bind = f"127.0.0.1:{settings.worker_metrics_port}"
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=bind)))


if __name__ == "__main__":
    sys.exit(main())
