"""The composition root of the API process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import problems
from api.codec_endpoint import codec_app
from api.doorway import Doorway
from api.limits import RateLimit
from api.metrics import Metrics
from api.openapi import complete
from api.routes import (
    actions,
    bulk,
    candidates,
    deliveries,
    enrollments,
    jobs,
    mailboxes,
    messages,
    notifications,
    oauth,
    probes,
    reasons,
    sandbox,
    schedules,
    sequences,
    sources,
    suppressions,
    timeline,
    unsubscribe,
    webhook_endpoints,
    webhooks,
    workspace,
)
from domain.access import PROVIDERS, MailboxKind
from domain.outside import Rules
from providers.google_oauth import GoogleOAuth
from providers.mail_servers import trust
from providers.microsoft_oauth import MicrosoftOAuth
from providers.outside import OutsideCalls
from providers.smtp import Line
from providers.transport import OneShotTransport
from records.credentials import CredentialSafe
from records.database import Database
from records.grants import GrantStore
from records.health import Health
from records.notifications import Channels
from records.parcels import Outbox
from records.vault import Vault, parse_keys
from records.webhooks import Endpoints
from relay.carrier import Carrier
from relay.client import connect
from relay.codec import Codec, codec_keys
from relay.gateway import Gateway
from relay.polling import InboxPolls
from relay.pump import Pump
from settings import Settings

GUESSES = 5  #: Wrong opt-out tokens a second that one address may try.

_ROUTERS = (
    reasons,
    mailboxes,
    oauth,
    schedules,
    sequences,
    candidates,
    enrollments,
    bulk,
    actions,
    timeline,
    deliveries,
    messages,
    jobs,
    suppressions,
    unsubscribe,
    sources,
    webhooks,
    workspace,
    webhook_endpoints,
    notifications,
    sandbox,
    probes,
)


def create_app(settings: Settings) -> FastAPI:
    """Build the API."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        await _plug_in(app, settings)
        pump = asyncio.create_task(app.state.pump.run())
        yield
        app.state.pump.stop()
        await pump
        app.state.database.close()

    app = FastAPI(title="Reprise", version="0.1.0", lifespan=lifespan, redoc_url=None)
    problems.install(app)
    for module in _ROUTERS:
        app.include_router(module.router)
    keys = codec_keys(settings.codec_key.get_secret_value())
    app.mount("/codec", codec_app(keys, ui_origin=settings.temporal_ui_url))
    complete(app)
    app.state.metrics = Metrics()
    app.add_middleware(Doorway, metrics=app.state.metrics)
    return app


async def _plug_in(app: FastAPI, settings: Settings) -> None:
    state = app.state
    state.database = Database(settings.database_url.get_secret_value())
    await asyncio.to_thread(state.database.check_fence)
    state.health = Health(state.database)
    keys = codec_keys(settings.codec_key.get_secret_value())
    client = await connect(settings.temporal_address, settings.temporal_namespace, keys, lazy=True)
    state.gateway = Gateway(client, Codec(keys))
    state.pump = Pump(Outbox(state.database), Carrier(client, settings.task_queue))
    state.nudge = state.pump.nudge
    state.inboxes = InboxPolls(state.database, state.nudge)
    state.limit = RateLimit(settings.api_rate)
    state.guesses = RateLimit(GUESSES)
    state.has_sandbox = settings.has_sandbox
    back = f"{settings.api_url.rstrip('/')}/oauth"
    state.redirect_uris = {one: f"{back}/{one}/callback" for one in PROVIDERS.values()}
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    state.grants = GrantStore(state.database, vault)
    state.safe = CredentialSafe(vault)
    state.webhooks_url = f"{settings.api_url.rstrip('/')}/webhooks"
    state.endpoints, state.channels = Endpoints(vault), Channels(vault)
    state.outside = OutsideCalls(Rules(ports=settings.hook_ports, loopback=settings.has_sandbox))
    state.line = Line(context=trust(settings.mail_ca_file))
    transport = OneShotTransport(timeout_seconds=settings.provider_timeout_seconds)
    state.oauths = {
        MailboxKind.GMAIL: GoogleOAuth(**settings.google, transport=transport),
        MailboxKind.OUTLOOK: MicrosoftOAuth(**settings.microsoft, transport=transport),
    }
