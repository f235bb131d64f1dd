"""The HTTP server: uvicorn, with each connection's transport handed to the application."""

import asyncio

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.gate import Gate

_KEEP_ALIVE_SECONDS = 240  # as Google's front end keeps connections


class OpenProtocol(H11Protocol):
    """Puts the transport into the request's state, so that a fault can close it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Remember the transport before the first request is read."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


def serve(gate: Gate, *, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; open connections get a moment to finish."""
    config = uvicorn.Config(
        gate,
        host=host,
        port=port,
        http=OpenProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run()
