"""Every call passes here, and here it is counted, delayed and made to fail."""

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.faults import Fault, FaultBoard, Kind, Target, When
from sandbox.google.errors import error
from sandbox.line import Request
from sandbox.stats import Stats
from sandbox.wire import Answer, Call, RefusedError, Table

Recipients = Callable[[Call], tuple[str, ...]]

_NOTHING = Answer.of({})
_log = logging.getLogger(__name__)


class Gate:
    """Handlers are plain functions, run to their end between two awaits: an effect is atomic."""

    def __init__(
        self, table: Table, *, faults: FaultBoard, stats: Stats, recipients: Recipients
    ) -> None:
        self._table = table
        self._faults = faults
        self._stats = stats
        self._recipients = recipients

    async def answer(self, request: Request) -> tuple[Answer, Fault | None]:
        """Return the answer, and the fault that keeps it from the caller, if any."""
        call = self._call(request)
        if call is None:
            return error(404, "notFound", "Not Found"), None
        if call.operation.is_control:
            return _perform(call), None
        with self._stats.counting(call.operation.id):
            return await self._exchange(call)

    async def _exchange(self, call: Call) -> tuple[Answer, Fault | None]:
        await _sleep_ms(self._faults.latency_ms)
        target = self._target(call)
        fault = await self._strike(target, When.BEFORE)
        if fault is not None:
            return _NOTHING, fault
        answer = _perform(call)
        return answer, await self._strike(target, When.AFTER)

    async def _strike(self, target: Target, when: When) -> Fault | None:
        """Sit out the delays, and return the fault that takes the answer's place, if any."""
        for fault in self._faults.striking(target, when):
            await _sleep_ms(fault.delay_ms)
            if fault.kind is not Kind.DELAY:
                return fault
        return None

    def _call(self, request: Request) -> Call | None:
        parts = urlsplit(request.target)
        path = unquote(parts.path)
        hit = self._table.find(request.method, path)
        if hit is None:
            return None
        operation, params = hit
        return Call(
            operation=operation,
            path=path,
            params=params,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers=request.headers,
            body=request.body,
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


async def _sleep_ms(milliseconds: int) -> None:
    if milliseconds > 0:
        await asyncio.sleep(milliseconds / 1000)
