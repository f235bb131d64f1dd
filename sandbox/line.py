"""The connection of one request: how an answer leaves it, whole, broken or not at all."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

from sandbox.faults import Fault, Kind
from sandbox.google.errors import error, unauthenticated
from sandbox.wire import Answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_NO_LINGER = struct.pack("ii", 1, 0)  # close() then resets instead of saying goodbye


class Line:
    """One request's way back. The server puts the transport into the scope's state."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.send = send
        self._receive = receive
        self._transport: asyncio.Transport = scope["state"]["transport"]

    async def fail(self, fault: Fault, answer: Answer) -> None:
        """Do to the answer what the fault says."""
        match fault.kind:
            case Kind.DROP:
                await self._hang_up()
            case Kind.RESET:
                await self._hang_up(reset=True)
            case Kind.TRUNCATE:
                await self._cut(answer)
            case Kind.GARBLE:
                await write(self.send, replace(answer, body=_half(answer.body)))
            case Kind.STATUS | Kind.DELAY:
                await write(self.send, _instead(fault))

    async def _cut(self, answer: Answer) -> None:
        await self.send(_start(answer, len(answer.body)))
        await self.send(_body(_half(answer.body), more=True))
        await self._hang_up()

    async def _hang_up(self, *, reset: bool = False) -> None:
        """Close the connection, and wait until the server has noticed it.

        It answers 500 for an application that ends without an answer on an open connection.
        """
        if reset:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()
        else:
            self._transport.close()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def write(send: Send, answer: Answer) -> None:
    """Send an answer whole."""
    await send(_start(answer, len(answer.body)))
    await send(_body(answer.body))


def _start(answer: Answer, length: int) -> dict[str, Any]:
    headers = dict(answer.headers)
    if answer.status != 204:
        headers["content-length"] = str(length)
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": answer.status, "headers": pairs}


def _body(content: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": content, "more_body": more}


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _instead(fault: Fault) -> Answer:
    answer = error(fault.status, fault.reason, fault.message)
    if fault.status == 401 and fault.reason == "authError":
        answer = unauthenticated()
    if fault.body is not None:
        answer = replace(answer, body=fault.body.encode())
    added = {name.lower(): value for name, value in fault.headers}
    return replace(answer, headers={**answer.headers, **added})
