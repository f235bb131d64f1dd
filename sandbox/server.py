"""HTTP/1.1 over plain asyncio: small, and able to drop a connection on purpose."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.control import Control
from sandbox.faults import Fault, Faults
from sandbox.wire import Answer, Call, RefusedError, Table

_LIMIT = 64 * 1024 * 1024
_HEAD_LIMIT = 64 * 1024


class DroppedError(Exception):
    """The connection is to be closed without another byte."""


class Server:
    """Answers requests one after another per connection."""

    def __init__(self, table: Table, faults: Faults, control: Control) -> None:
        self._table = table
        self._faults = faults
        self._control = control

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Listen."""
        return await asyncio.start_server(self._connection, host, port, limit=_HEAD_LIMIT)

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (DroppedError, ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        except (ValueError, asyncio.LimitOverrunError):
            writer.write(_bytes(Answer(status=400), close=True))
        finally:
            writer.close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *fields = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ", 2)
        headers = dict(_field(field) for field in fields if field)
        body = await _body(reader, headers)
        answer = await self._answer(method, target, headers, body)
        close = headers.get("connection", "").lower() == "close"
        writer.write(_bytes(answer, close=close))
        await writer.drain()
        return not close

    async def _answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        parts = urlsplit(target)
        path = unquote(parts.path)
        match = self._table.find(method, path)
        if match is None:
            return Answer.of({"error": {"code": 404, "message": "Not Found"}}, status=404)
        operation, params = match
        query = parse_qs(parts.query, keep_blank_values=True)
        call = Call(
            operation=operation, path=path, query=query, headers=headers, body=body, params=params
        )
        counts = self._control.counts
        counts[operation.id] = counts.get(operation.id, 0) + 1
        if self._control.latency_ms and not operation.is_control:
            await asyncio.sleep(self._control.latency_ms / 1000)
        return await self._perform(call)

    async def _perform(self, call: Call) -> Answer:
        fault = self._faults.hit(call, call.operation.account(call))
        if fault is not None and fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault is not None and not fault.after and fault.kind != "delay":
            return _faulty(fault, None)
        try:
            answer = call.operation.handle(call)
        except RefusedError as refusal:
            answer = refusal.answer
        if fault is None or fault.kind == "delay":
            return answer
        return _faulty(fault, answer)


def _faulty(fault: Fault, answer: Answer | None) -> Answer:
    if fault.kind == "drop":
        raise DroppedError
    if fault.kind == "truncate" and answer is not None:
        return Answer(
            status=answer.status,
            body=answer.body[: len(answer.body) // 2],
            headers=answer.headers,
        )
    return fault.answer


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _LIMIT or "transfer-encoding" in headers:
        raise ValueError("a body needs a content-length")
    return await reader.readexactly(length)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _bytes(answer: Answer, *, close: bool) -> bytes:
    reason = HTTPStatus(answer.status).phrase
    head = [f"HTTP/1.1 {answer.status} {reason}"]
    head.extend(f"{name}: {value}" for name, value in answer.headers.items())
    head.append(f"content-length: {len(answer.body)}")
    head.append("connection: close" if close else "connection: keep-alive")
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + answer.body
