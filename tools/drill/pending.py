"""What Temporal says of a run that came to no end: which task or timer it has open."""

import asyncio
from typing import Any

from google.protobuf.json_format import MessageToDict
from temporalio.client import Client


def pending(address: str, workflow_id: str) -> str:
    """Describe a workflow's open work in a line; never raises."""
    try:
        return asyncio.run(_describe(address, workflow_id))
    except Exception as error:
        return f"not described: {type(error).__name__}"


async def _describe(address: str, workflow_id: str) -> str:
    client = await Client.connect(address)
    handle = client.get_workflow_handle(workflow_id)
    raw = (await handle.describe()).raw_description
    told: dict[str, Any] = MessageToDict(raw)
    work = told.get("pendingActivities", []), told.get("pendingWorkflowTask", {})
    kinds = [event.event_type async for event in handle.fetch_history_events()]
    return f"activities {work[0]}, workflow task {work[1]}, events {kinds[-6:]}"
