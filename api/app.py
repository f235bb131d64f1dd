"""The composition root of the API process."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api import problems
from api.routes import enrollments, resources, sequences
from providers.google_oauth import GoogleOAuth
from providers.transport import OneShotTransport
from records import mailboxes, outbox
from records.database import Database
from records.grants import GrantStore
from records.parcels import Outbox
from records.vault import Vault, parse_keys
from relay.carrier import Carrier
from relay.client import connect
from relay.codec import Codec
from relay.gateway import Gateway
from relay.pump import Pump
from settings import Settings

POLL_DEADLINE = 10.0  #: Seconds that a fast-forward waits for an inbox to be read.


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

    app = FastAPI(title="Reprise", version="0.1.0", lifespan=lifespan)
    problems.install(app)
    for router in (
        resources.open_router,
        resources.router,
        sequences.router,
        enrollments.router,
    ):
        app.include_router(router)
    _add_probes(app)
    return app


async def _plug_in(app: FastAPI, settings: Settings) -> None:
    state = app.state
    state.database = Database(settings.database_url.get_secret_value())
    await asyncio.to_thread(state.database.check_fence)
    keys = [(k.id, k.key) for k in parse_keys(settings.codec_key.get_secret_value())]
    client = await connect(settings.temporal_address, settings.temporal_namespace, keys, lazy=True)
    state.gateway = Gateway(client, Codec(keys))
    state.pump = Pump(Outbox(state.database), Carrier(client, settings.task_queue))
    state.nudge = state.pump.nudge
    state.has_sandbox = settings.has_sandbox
    state.redirect_uri = f"{settings.api_url.rstrip('/')}/oauth/google/callback"
    vault = Vault(parse_keys(settings.vault_key.get_secret_value()))
    state.grants = GrantStore(state.database, vault)
    state.oauth = GoogleOAuth(
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret.get_secret_value(),
        auth_url=settings.google_auth_url,
        token_url=settings.google_token_url,
        gmail_url=settings.gmail_url,
        transport=OneShotTransport(timeout_seconds=settings.provider_timeout_seconds),
    )
    state.poll_inboxes = _poller(app)


def _poller(app: FastAPI):  # noqa: ANN202 # a closure over the app, used through its state
    async def poll(workspace_id: str, mailbox_ids: Sequence[str]) -> None:
        """Ask for a poll of each inbox and wait until it was read, or the deadline."""
        before = await asyncio.to_thread(_ask, app, workspace_id, mailbox_ids)
        app.state.nudge()
        deadline = asyncio.get_running_loop().time() + POLL_DEADLINE
        while before and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
            now = await asyncio.to_thread(_read_at, app, workspace_id, list(before))
            before = {one: at for one, at in before.items() if now[one] == at}

    return poll


def _ask(app: FastAPI, workspace_id: str, mailbox_ids: Sequence[str]) -> dict[str, object]:
    with app.state.database.workspace(workspace_id) as connection:
        rows = {one: mailboxes.one(connection, one) for one in mailbox_ids}
        live = {
            one: row["cursor_at"]
            for one, row in rows.items()
            if row is not None and row["state"] == "connected" and not row["paused"]
        }
        for one in live:
            outbox.signal_mailbox(connection, workspace_id, one, "poll_now")
    return live


def _read_at(app: FastAPI, workspace_id: str, ids: Sequence[str]) -> dict[str, object]:
    with app.state.database.workspace(workspace_id) as connection:
        return {one: mailboxes.polled_at(connection, one) for one in ids}


def _add_probes(app: FastAPI) -> None:
    @app.get("/livez")
    def livez() -> dict[str, str]:
        """Say that the process runs."""
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """Say whether requests can be served; Temporal being away only degrades."""
        try:
            await asyncio.to_thread(app.state.database.check_fence)
        except Exception:
            return JSONResponse({"status": "unready", "postgres": "away"}, 503)
        temporal = "ok" if await app.state.gateway.healthy() else "away"
        return JSONResponse({"status": "ok", "postgres": "ok", "temporal": temporal})

    @app.get("/metrics")
    def metrics() -> Response:
        """Give Prometheus what it asks for."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
