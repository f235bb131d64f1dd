"""Listens for mail clients: plain with STARTTLS, and TLS from the start."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.version import ProxyProtocolVersion

from sandbox.post.certificate import make_certificate
from sandbox.post.imap import imap_server
from sandbox.post.office import PostOffice
from sandbox.post.smtp import Wire
from sandbox.post.strikes import Strikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where to listen; None is off, 0 any free port."""

    smtp: int | None = None
    smtps: int | None = None
    imap: int | None = None
    imaps: int | None = None


class PostServers:
    """The listening servers of one sandbox."""

    def __init__(self, office: PostOffice, strikes: Strikes) -> None:
        self._office = office
        self._strikes = strikes
        self._servers: list[asyncio.Server] = []

    async def start(self, host: str, ports: Ports, folder: Path) -> None:
        """Listen on every port that is given."""
        tls = _context(folder)
        if ports.smtp is not None:
            await self._listen_smtp(host, ports.smtp, starttls=tls)
        if ports.smtps is not None:
            await self._listen_smtp(host, ports.smtps, implicit=tls)
        if ports.imap is not None:
            await self._listen_imap(host, ports.imap, starttls=tls)
        if ports.imaps is not None:
            await self._listen_imap(host, ports.imaps, implicit=tls)

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.close()

    async def _listen_smtp(
        self,
        host: str,
        port: int,
        *,
        starttls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
    ) -> None:
        def wire() -> Wire:
            made = Wire(self._office, self._strikes)
            made.tls_context = starttls
            return made

        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(wire, host, port, ssl=implicit))

    async def _listen_imap(
        self,
        host: str,
        port: int,
        *,
        starttls: ssl.SSLContext | None = None,
        implicit: ssl.SSLContext | None = None,
    ) -> None:
        server: Any = imap_server(self._office, self._strikes, tls=starttls)
        reader: Any = ProxyProtocolReader(ProxyProtocolVersion.get(None))
        callback = reader.get_callback(server)
        self._servers.append(await asyncio.start_server(callback, host, port, ssl=implicit))


def _context(folder: Path) -> ssl.SSLContext:
    certificate, key = make_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context
