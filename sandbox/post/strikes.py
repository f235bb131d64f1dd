"""Faults on purpose for servers whose wire is not ours: what strikes a command, if anything."""

import asyncio
from collections.abc import Callable

from sandbox.faults import Fault, FaultBoard, Kind, Target, When
from sandbox.stats import Stats


class Strikes:
    """Looks commands up on the fault board, and counts them."""

    def __init__(self, faults: FaultBoard, stats: Stats) -> None:
        self._faults = faults
        self._stats = stats

    async def before(
        self, operation: str, account: str | None, recipients: Callable[[], tuple[str, ...]]
    ) -> Fault | None:
        """Count a command; give the fault that takes its place."""
        with self._stats.counting(operation):
            await asyncio.sleep(self._faults.latency_ms / 1000)
        return await self._strike(operation, account, recipients, When.BEFORE)

    async def after(
        self, operation: str, account: str | None, recipients: Callable[[], tuple[str, ...]]
    ) -> Fault | None:
        """Give the fault that takes the place of the answer to a command that was done."""
        return await self._strike(operation, account, recipients, When.AFTER)

    async def _strike(
        self,
        operation: str,
        account: str | None,
        recipients: Callable[[], tuple[str, ...]],
        when: When,
    ) -> Fault | None:
        target = Target(
            method="MAIL",
            path=operation,
            operation=operation,
            account=account,
            recipients=recipients,
        )
        for fault in self._faults.striking(target, when):
            if fault.delay_ms:
                await asyncio.sleep(fault.delay_ms / 1000)
            if fault.kind is not Kind.DELAY:
                return fault
        return None


def nobody() -> tuple[str, ...]:
    """Name no recipient."""
    return ()
