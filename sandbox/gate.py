"""The ASGI door: every call passes here, and here it is counted, delayed and made to fail."""

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import parse_qs

from sandbox.faults import Fault, FaultBoard, Kind, Target, When
from sandbox.google.errors import error
from sandbox.line import Line, Receive, Scope, Send, write
from sandbox.stats import Stats
from sandbox.wire import Answer, Call, RefusedError, Table

Recipients = Callable[[Call], tuple[str, ...]]

_LARGEST_BODY = 50 * 1024 * 1024
_log = logging.getLogger(__name__)


class Gate:
    """Handlers are plain functions, run to their end between two awaits: an effect is atomic.

    A web framework would own the answer's last byte; here it must be possible to do the effect
    and then close the connection without one, so the door is written out.
    """

    def __init__(
        self, table: Table, *, faults: FaultBoard, stats: Stats, recipients: Recipients
    ) -> None:
        self._table = table
        self._faults = faults
        self._stats = stats
        self._recipients = recipients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _read(receive)
        if body is None:
            await write(send, error(413, "uploadTooLarge", "Request entity too large."))
            return
        call = self._call(scope, body)
        if call is None:
            await write(send, error(404, "notFound", "Not Found"))
        elif call.operation.is_control:
            await write(send, _perform(call))
        else:
            with self._stats.counting(call.operation.id):
                await self._exchange(call, Line(scope, receive, send))

    async def _exchange(self, call: Call, line: Line) -> None:
        await _sleep_ms(self._faults.latency_ms)
        target = self._target(call)
        fault = await self._strike(target, When.BEFORE)
        if fault is not None:
            await line.fail(fault, Answer.of({}))
            return
        answer = _perform(call)
        fault = await self._strike(target, When.AFTER)
        if fault is None:
            await write(line.send, answer)
        else:
            await line.fail(fault, answer)

    async def _strike(self, target: Target, when: When) -> Fault | None:
        """Sit out the delays, and return the fault that takes the answer's place, if any."""
        for fault in self._faults.striking(target, when):
            await _sleep_ms(fault.delay_ms)
            if fault.kind is not Kind.DELAY:
                return fault
        return None

    def _call(self, scope: Scope, body: bytes) -> Call | None:
        hit = self._table.find(scope["method"], scope["path"])
        if hit is None:
            return None
        operation, params = hit
        query = scope["query_string"].decode("latin-1")
        return Call(
            operation=operation,
            path=scope["path"],
            params=params,
            query=parse_qs(query, keep_blank_values=True),
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
            body=body,
        )

    def _target(self, call: Call) -> Target:
        return Target(
            method=call.operation.method,
            path=call.path,
            operation=call.operation.id,
            account=call.operation.account(call),
            recipients=lambda: self._recipients(call),
        )


def _perform(call: Call) -> Answer:
    try:
        return call.operation.handle(call)
    except RefusedError as refused:
        return refused.answer
    except Exception:
        _log.exception("%s failed", call.operation.id)
        return error(500, "backendError", "Internal error encountered.")


async def _read(receive: Receive) -> bytes | None:
    """Read a body to its end; None for one that is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        part = event.get("body", b"")
        size += len(part)
        if size <= _LARGEST_BODY:
            parts.append(part)
        if not event.get("more_body", False):
            return b"".join(parts) if size <= _LARGEST_BODY else None


async def _sleep_ms(milliseconds: int) -> None:
    if milliseconds > 0:
        await asyncio.sleep(milliseconds / 1000)
