"""Stands between the workers and a provider: one port per fault of the wire, and one without.

It passes everything through but the request that sends (or drafts), whose answer it loses, cuts or
replaces, after the provider has really taken it.
"""

import asyncio
import re
import socket
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from tools.drill.grid import Fault

_NO_LINGER = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
TARGETS = re.compile(
    rb"^POST \S+?(/drafts/send|/drafts|/messages/send|/messages/[^/]+/send|/messages)[? ]"
)

Connection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


async def listen(connection: Connection) -> tuple[asyncio.Server, int]:
    """Serve on a free port of the loopback."""
    server = await asyncio.start_server(connection, "127.0.0.1", 0, limit=2**20)
    return server, int(server.sockets[0].getsockname()[1])


def http(host: str, port: int, fault: Fault) -> Connection:
    """Make the connection handler of an HTTP provider."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _exchange(reader, writer, host, port, fault):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    return serve


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, fault: Fault
) -> bool:
    request = await _message(reader)
    target = TARGETS.match(request) is not None
    if target and fault is Fault.DROP:
        return False
    upstream_reader, upstream = await asyncio.open_connection(host, port, limit=2**20)
    upstream.write(request)
    await upstream.drain()
    answer = await _message(upstream_reader)
    upstream.close()
    if not target:
        writer.write(answer)
        await writer.drain()
        return True
    return await _spoil(writer, answer, fault)


async def _spoil(writer: asyncio.StreamWriter, answer: bytes, fault: Fault) -> bool:
    if fault is Fault.RESET:
        reset(writer)
        return False
    if fault is Fault.TRUNCATED:
        writer.write(answer[: len(answer) - max(1, len(answer.partition(b"\r\n\r\n")[2]) // 2)])
        await writer.drain()
        return False
    if fault in _INSTEAD:
        writer.write(_INSTEAD[fault])
        await writer.drain()
        return True
    return False  # LOST: the connection closes without a byte.


_INSTEAD = {
    Fault.ERROR: b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
    Fault.UNAUTHORIZED: b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
}


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length.group(1))) if length else b"")


def smtp(host: str, port: int, fault: Fault) -> Connection:
    """Make the connection handler of an SMTP server."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream = await asyncio.open_connection(host, port, limit=2**20)
        try:
            await _converse(reader, writer, upstream_reader, upstream, fault)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            upstream.close()
            writer.close()

    return serve


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    upstream_reader: asyncio.StreamReader,
    upstream: asyncio.StreamWriter,
    fault: Fault,
) -> None:
    writer.write(await _reply(upstream_reader))
    while True:
        line = await reader.readuntil(b"\r\n")
        upstream.write(line)
        reply = await _reply(upstream_reader)
        writer.write(reply)
        if line.upper().startswith(b"QUIT"):
            return
        if not reply.startswith(b"354"):
            continue
        content = await reader.readuntil(b"\r\n.\r\n")
        if fault is Fault.DROP:
            return
        upstream.write(content)
        taken = await _reply(upstream_reader)
        if fault is Fault.RESET:
            return reset(writer)
        if fault is Fault.ERROR:
            writer.write(b"421 4.3.0 Gone\r\n"[:7])
            return None
        if fault is Fault.TRUNCATED:
            writer.write(taken[: len(taken) // 2])
        return None


async def _reply(reader: asyncio.StreamReader) -> bytes:
    said = b""
    while True:
        line = await reader.readuntil(b"\r\n")
        said += line
        if line[3:4] != b"-":
            return said


def reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection with RST."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    writer.transport.abort()
