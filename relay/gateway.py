"""The API's window on Temporal: histories, a workflow's own answer, and fast-forwarding."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig

from domain.messages import EnrollmentView
from relay.codec import Codec
from relay.history import HistoryLine, HistoryReader

RPC_TIMEOUT = timedelta(seconds=10)
MAX_SKIPS = 10_000  #: Timers that one fast-forward may pass in one workflow.


class TemporalAway(Exception):
    """Temporal cannot be reached just now."""


class Gateway:
    """Reads from Temporal; every method raises TemporalAway when it cannot be reached."""

    def __init__(self, client: Client, codec: Codec) -> None:
        self._client = client
        self._codec = codec
        self._skipper = TimeSkipper(
            client, config=TimeSkippingConfig(max_session_skip_count=MAX_SKIPS)
        )

    async def healthy(self) -> bool:
        """Say whether Temporal answers."""
        try:
            return await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except (RPCError, RuntimeError):  # A client that never connected raises the latter.
            return False

    async def history(self, workflow_id: str) -> list[HistoryLine]:
        """Read all runs of a workflow, oldest first; an unknown workflow has no line."""
        lines: list[HistoryLine] = []
        run_id: str | None = None
        try:
            while True:
                handle = self._client.get_workflow_handle(workflow_id, run_id=run_id)
                history = await handle.fetch_history(rpc_timeout=RPC_TIMEOUT)
                lines = HistoryReader(self._codec).read(history) + lines
                started = history.events[0].workflow_execution_started_event_attributes
                run_id = started.continued_execution_run_id or None
                if run_id is None:
                    return lines
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return lines
            raise TemporalAway(str(error)) from error
        except RuntimeError as error:
            raise TemporalAway(str(error)) from error

    async def view(self, workflow_id: str) -> EnrollmentView | None:
        """Ask an enrollment's workflow itself; None when there is none (yet)."""
        handle = self._client.get_workflow_handle(workflow_id)
        try:
            return await handle.query("view", result_type=EnrollmentView, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                return None
            raise TemporalAway(str(error)) from error
        except RuntimeError as error:
            raise TemporalAway(str(error)) from error

    async def fast_forward(
        self, workflow_ids: Sequence[str], span: timedelta, *, abreast: int = 25
    ) -> dict[str, datetime]:
        """Move running workflows' clocks on by `span`; gives each one's own time afterwards.

        One that ends on the way stays where it ended; one that does not run is left out.
        """
        gate = asyncio.Semaphore(abreast)

        async def move(workflow_id: str) -> tuple[str, datetime | None]:
            async with gate:
                return workflow_id, await self._move(workflow_id, span)

        moved = await asyncio.gather(*(move(one) for one in workflow_ids))
        return {workflow_id: at for workflow_id, at in moved if at is not None}

    async def _move(self, workflow_id: str, span: timedelta) -> datetime | None:
        handle: WorkflowHandle[object, object] = self._client.get_workflow_handle(workflow_id)
        try:
            await self._skipper.fast_forward(handle, span)
            return await self._skipper.get_current_time(handle)
        except RPCError as error:
            if error.status in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                return None
            raise TemporalAway(str(error)) from error
        except RuntimeError as error:
            raise TemporalAway(str(error)) from error
