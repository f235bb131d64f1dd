"""Carries one parcel to Temporal: a start, or a signal that brings its start along."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.outbox import Delivered, Outcome, Parcel, WorkflowKind

RPC_TIMEOUT = timedelta(seconds=10)

_REUSE = {
    # A round of an enrollment happens once; a watcher may begin again after it ended.
    WorkflowKind.ENROLLMENT: WorkflowIDReusePolicy.REJECT_DUPLICATE,
    WorkflowKind.MAILBOX: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    WorkflowKind.SEQUENCE: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    WorkflowKind.SOURCE: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    WorkflowKind.NOTICES: WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    WorkflowKind.WEBHOOK: WorkflowIDReusePolicy.REJECT_DUPLICATE,
}


class Carrier:
    """Delivers parcels; repeating one does no harm."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def carry(self, parcel: Parcel) -> Delivered:
        """Deliver one parcel; raises RPCError when Temporal is away.

        Every signal leaves as signal-with-start: one that overtakes its start *is* the start, one
        for a run in its start delay wakes it, and one for a closed run is filed as ended.
        """
        if parcel.pointless:
            return Delivered(id=parcel.id, outcome=Outcome.SKIPPED)
        try:
            handle = await self._client.start_workflow(
                parcel.kind.value,
                parcel.start,
                id=parcel.workflow_id,
                task_queue=self._task_queue,
                id_reuse_policy=_REUSE[parcel.kind],
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                start_signal=parcel.signal,
                start_signal_args=[] if parcel.fact is None else [parcel.fact],
                start_delay=parcel.delay or None,
                static_summary=parcel.summary or None,
                search_attributes=_attributes(parcel),
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return Delivered(id=parcel.id, outcome=Outcome.ENDED)
        except RPCError as error:
            if error.status is RPCStatusCode.ALREADY_EXISTS:
                return Delivered(id=parcel.id, outcome=Outcome.ENDED)
            raise
        run_id = handle.result_run_id or handle.first_execution_run_id
        return Delivered(id=parcel.id, outcome=Outcome.DELIVERED, run_id=run_id)


def _attributes(parcel: Parcel) -> TypedSearchAttributes:
    pairs = [
        SearchAttributePair(SearchAttributeKey.for_keyword(name), value)
        for name, value in parcel.attributes.items()
        if value
    ]
    return TypedSearchAttributes(pairs)
