"""HTTP/1.1 bytes: a request comes in whole, an answer leaves whole, broken or not at all."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus

from sandbox.faults import Fault, Kind
from sandbox.google.errors import error, unauthenticated
from sandbox.wire import Answer

_LARGEST_BODY = 64 * 1024 * 1024
_NO_LINGER = struct.pack("ii", 1, 0)  # close() then resets instead of saying goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came over the connection; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_last(self) -> bool:
        """Say whether the caller wants the connection closed afterwards."""
        return self.headers.get("connection", "").lower() == "close"


class Line:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> Request:
        """Read one request. Raises IncompleteReadError at the end, ValueError for no HTTP."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = dict(_field(field) for field in fields if field)
        length = int(headers.get("content-length", "0"))
        if not 0 <= length <= _LARGEST_BODY or "transfer-encoding" in headers:
            raise ValueError("a body needs a content-length")
        if headers.get("expect", "").lower() == "100-continue":
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await self._reader.readexactly(length)
        return Request(method=method, target=target, headers=headers, body=body)

    async def write(self, answer: Answer, *, last: bool = False) -> None:
        """Send an answer."""
        self._writer.write(_head(answer, last=last) + answer.body)
        await self._writer.drain()

    async def fail(self, fault: Fault, answer: Answer, *, last: bool = False) -> bool:
        """Do to the answer what the fault says; say whether the connection still stands."""
        match fault.kind:
            case Kind.DROP:
                return False
            case Kind.RESET:
                self._reset()
                return False
            case Kind.TRUNCATE:
                self._writer.write(_head(answer, last=last) + _half(answer.body))
                return False
            case Kind.GARBLE:
                await self.write(replace(answer, body=_half(answer.body)), last=last)
            case Kind.STATUS | Kind.DELAY:
                await self.write(_instead(fault), last=last)
        return True

    def close(self) -> None:
        """Say goodbye (FIN), after what was written."""
        self._writer.close()

    def _reset(self) -> None:
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._writer.transport.abort()


def _head(answer: Answer, *, last: bool) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
    lines.append(f"date: {formatdate(usegmt=True)}")
    lines.extend(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.status != HTTPStatus.NO_CONTENT:
        lines.append(f"content-length: {len(answer.body)}")
    lines.append("connection: close" if last else "connection: keep-alive")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unnamed"


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _instead(fault: Fault) -> Answer:
    answer = error(fault.status, fault.reason, fault.message)
    if fault.status == HTTPStatus.UNAUTHORIZED and fault.reason == "authError":
        answer = unauthenticated()
    if fault.body is not None:
        answer = replace(answer, body=fault.body.encode())
    added = {name.lower(): value for name, value in fault.headers}
    return replace(answer, headers={**answer.headers, **added})
