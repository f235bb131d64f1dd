"""Every ten minutes: does Temporal run what our rows say is running?"""

import asyncio
import logging
from contextlib import ExitStack

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from records.parcels import Outbox
from records.reconcile import Live, Reconciler

log = logging.getLogger("reprise.reconcile")

ABREAST = 20


async def reconcile_for_ever(
    rows: Reconciler, outbox: Outbox, client: Client, *, every: float
) -> None:
    """Reconcile at a rhythm until cancelled; of several processes one does it at a time.

    A failure is said and the next turn tries again.
    """
    while True:
        await asyncio.sleep(every)
        try:
            with ExitStack() as turn:
                if await asyncio.to_thread(turn.enter_context, rows.turn()):
                    begun = await reconcile(rows, client)
                    swept = await asyncio.to_thread(outbox.sweep)
                    log.info("Reconciled: %d begun again, %d outbox rows forgotten.", begun, swept)
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


async def _lost(client: Client, page: list[Live]) -> list[Live]:
    """Ask for the whole page at once, and again by name for those that it did not show.

    Temporal's list may lag behind what happened, so it is never the last word.
    """
    shown = await _running(client, page)
    doubtful = [one for one in page if one.workflow_id not in shown]
    gate = asyncio.Semaphore(ABREAST)

    async def is_lost(one: Live) -> bool:
        async with gate:
            return not await _runs(client, one.workflow_id)

    answers = await asyncio.gather(*(is_lost(one) for one in doubtful))
    return [one for one, lost in zip(doubtful, answers, strict=True) if lost]


async def _running(client: Client, page: list[Live]) -> set[str]:
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
