"""Drains the outbox: at once for what this process wrote, at a rhythm for the rest."""

import asyncio
import logging
from collections.abc import Sequence

from temporalio.service import RPCError, RPCStatusCode

from domain.outbox import Delivered, OutboxPort, Parcel, Undelivered
from relay.carrier import Carrier

log = logging.getLogger("reprise.relay")

PAGE = 200  #: Rows claimed at once.
ABREAST = 20  #: Deliveries under way at once; three processes of this many are what a server likes.

_AWAY = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.NOT_FOUND,  # The namespace of a server that is just coming up.
    }
)


class Pump:
    """Moves parcels until it is stopped. One per process; several processes share the work."""

    def __init__(
        self, outbox: OutboxPort, carrier: Carrier, *, rhythm_seconds: float = 1.0
    ) -> None:
        self._outbox = outbox
        self._carrier = carrier
        self._rhythm = rhythm_seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._knock = asyncio.Event()
        self._stopping = False

    def stop(self) -> None:
        """Let `run` return after the page under way. Call it on the loop that runs it."""
        self._stopping = True
        self._knock.set()

    def nudge(self) -> None:
        """Look at the outbox now. Safe from any thread, also before the pump runs."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._knock.set)

    async def run(self) -> None:
        """Drain, sleep until somebody knocks or the rhythm comes, and again."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            self._knock.clear()
            moved = await self._drain_safely()
            if not moved and not self._stopping:
                await self._sleep()

    async def drain(self) -> int:
        """Move one page; returns how many rows were claimed."""
        parcels = await asyncio.to_thread(self._outbox.take, PAGE)
        if not parcels:
            return 0
        done, failed = await self._carry_all(parcels)
        await asyncio.to_thread(self._outbox.settle, done, failed)
        return len(parcels) if done else 0

    async def _drain_safely(self) -> int:
        try:
            return await self.drain()
        except Exception as error:
            log.warning("The outbox could not be drained: %s. Trying again.", type(error).__name__)
            return 0

    async def _sleep(self) -> None:
        try:
            await asyncio.wait_for(self._knock.wait(), self._rhythm)
        except TimeoutError:
            return

    async def _carry_all(
        self, parcels: Sequence[Parcel]
    ) -> tuple[list[Delivered], list[Undelivered]]:
        gate = asyncio.Semaphore(ABREAST)
        results = await asyncio.gather(*(self._carry(gate, parcel) for parcel in parcels))
        done = [one for one in results if isinstance(one, Delivered)]
        failed = [one for one in results if isinstance(one, Undelivered)]
        return done, failed

    async def _carry(self, gate: asyncio.Semaphore, parcel: Parcel) -> Delivered | Undelivered:
        async with gate:
            try:
                return await self._carrier.carry(parcel)
            except RPCError as error:
                fault = f"{error.status.name}: {error.message}"[:500]
                return Undelivered(id=parcel.id, fault=fault, away=error.status in _AWAY)
            except RuntimeError as error:  # The client has not been able to connect yet.
                return Undelivered(id=parcel.id, fault=str(error)[:500], away=True)
            except Exception as error:
                log.exception("Parcel %s cannot be carried.", parcel.id)
                return Undelivered(id=parcel.id, fault=type(error).__name__)
