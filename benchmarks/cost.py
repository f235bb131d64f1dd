"""What an enrollment costs, in counts: actions, events and bytes. Exact, so pinned by tests too."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle, WorkflowHistory

from benchmarks.report import Figure, at_most, shown
from benchmarks.yard import Yard, process, start_of

OF_FORWARDING = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
)
METRICS_PERIOD = 1.5  #: Seconds after which the server has published what it counted.
STEPS = 4
RUNS = 25


async def measure(yard: Yard) -> list[Figure]:
    """Run enrollments and bare workflows with nothing else going on."""
    async with process(yard, "benchmarks.bare", "cost"):
        ours, history = await _cost(yard, "Enrollment")
        bare, bare_history = await _cost(yard, "Bare")
    start, *others = payload_sizes(history)
    return [
        at_most("actions of an enrollment of 4 steps", ours, 1 + 2 * STEPS, ""),
        shown("actions of a bare workflow of 4 steps", bare, ""),
        at_most("events of an enrollment of 4 steps", events_of(history), 11 * STEPS + 8, ""),
        shown("events of a bare workflow of 4 steps", events_of(bare_history), ""),
        at_most("largest payload", max(others), 350, "bytes"),
        at_most("start input of 4 steps", start, 250 + 150 * STEPS, "bytes"),
        shown("history of 4 steps", history_bytes(history), "bytes"),
    ]


async def _cost(yard: Yard, kind: str) -> tuple[float, WorkflowHistory]:
    """Give the actions of one run, and a history."""
    await asyncio.sleep(METRICS_PERIOD)
    before = yard.counters("action")
    handles: list[WorkflowHandle[Any, Any]] = []
    for _ in range(RUNS):
        start = start_of(STEPS)
        handle = await yard.client.start_workflow(
            kind, start, id=f"cost/{start.enrollment_id}", task_queue="cost"
        )
        handles.append(handle)
    await asyncio.gather(*(handle.result() for handle in handles))
    await asyncio.sleep(METRICS_PERIOD)
    spent = yard.counters("action") - before
    return spent / RUNS, await handles[-1].fetch_history()


def events_of(history: WorkflowHistory) -> int:
    """Count events, those of time skipping aside."""
    return sum(event.event_type not in OF_FORWARDING for event in history.events)


def history_bytes(history: WorkflowHistory) -> int:
    """Add up the events' sizes on the wire."""
    return sum(event.ByteSize() for event in history.events)


def payload_sizes(history: WorkflowHistory) -> list[int]:
    """Give the size of every payload in a history, the start's input first."""
    return [payload.ByteSize() for payload in payloads_of(history)]


def payloads_of(history: WorkflowHistory) -> Iterator[Payload]:
    """Find every payload, those of summaries and failures too, in the order of the events."""
    for event in history.events:
        yield from _payloads(event)


def _payloads(message: Any) -> Iterator[Payload]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.full_name == "temporal.api.common.v1.Payload":
            yield from _each(value)
        else:
            for one in _each(value):
                yield from _payloads(one)


def _each(value: Any) -> Sequence[Any]:
    if hasattr(value, "ListFields"):
        return (value,)
    items = value.values() if hasattr(value, "values") else value
    return [one for one in items if hasattr(one, "ListFields")]
