"""Every ten minutes: does Temporal run what our rows say is running?"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Protocol, TypeVar

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from records.reconcile import Reconciler
from records.watchers import Watchers

log = logging.getLogger("reprise.reconcile")

Sweep = Callable[[], int]  #: Forgets what is old; says how much.

ABREAST = 20


class Expected(Protocol):
    """Whatever should have a running workflow."""

    @property
    def workflow_id(self) -> str:
        """Its workflow's name."""
        ...


E = TypeVar("E", bound=Expected)


async def reconcile_for_ever(
    rows: Reconciler,
    watchers: Watchers,
    sweeps: Mapping[str, Sweep],
    client: Client,
    *,
    every: float,
) -> None:
    """Reconcile and sweep at a rhythm until cancelled; of several processes one does it at a time.

    A failure is said and the next turn tries again.
    """
    while True:
        await asyncio.sleep(every)
        try:
            with ExitStack() as turn:
                if await asyncio.to_thread(turn.enter_context, rows.turn()):
                    begun = await reconcile(rows, client)
                    woken = await wake(watchers, client)
                    log.info("Reconciled: %d begun again, %d watchers woken.", begun, woken)
                    for name, sweep in sweeps.items():
                        log.info("Forgotten: %d %s.", await asyncio.to_thread(sweep), name)
        except Exception as error:
            log.warning("Reconciling failed: %s. Trying again.", type(error).__name__)


async def reconcile(rows: Reconciler, client: Client) -> int:
    """Walk all live rows once; returns how many had to begin again."""
    begun, after = 0, ""
    while page := await asyncio.to_thread(rows.live, after):
        after = page[-1].enrollment_id
        lost = await _lost(client, page)
        begun += await asyncio.to_thread(rows.begin_again, lost)
    return begun


async def wake(watchers: Watchers, client: Client) -> int:
    """Walk once through what must be watched or told; returns how many had to be woken."""
    woken, after = 0, ""
    while page := await asyncio.to_thread(watchers.due, after):
        after = page[-1].workflow_id
        woken += await asyncio.to_thread(watchers.wake, await _lost(client, page))
    return woken


async def _lost(client: Client, page: Sequence[E]) -> list[E]:
    """Ask for the whole page at once, and again by name for those that it did not show.

    Temporal's list may lag behind what happened, so it is never the last word.
    """
    shown = await _running(client, page)
    doubtful = [one for one in page if one.workflow_id not in shown]
    gate = asyncio.Semaphore(ABREAST)

    async def is_lost(one: E) -> bool:
        async with gate:
            return not await _runs(client, one.workflow_id)

    answers = await asyncio.gather(*(is_lost(one) for one in doubtful))
    return [one for one, lost in zip(doubtful, answers, strict=True) if lost]


async def _running(client: Client, page: Sequence[Expected]) -> set[str]:
    """List the running workflows from the first to the last id of a page of rows."""
    ids = sorted(one.workflow_id for one in page)
    query = f"ExecutionStatus = 'Running' AND WorkflowId BETWEEN '{ids[0]}' AND '{ids[-1]}'"
    return {run.id async for run in client.list_workflows(query, page_size=1000)}


async def _runs(client: Client, workflow_id: str) -> bool:
    try:
        description = await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return description.status is WorkflowExecutionStatus.RUNNING
