"""Bulk enrollment: how soon it is acknowledged, and how fast it drains beside raw starts."""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta

from benchmarks.report import Figure, at_least, at_most, shown
from benchmarks.yard import DAY, Yard, people, start_of

ROUNDS = 5
ITEMS = 5_000
ABREAST = 50
LATER = {"kind": "later", "seconds": 60 * DAY}


async def measure(yard: Yard) -> list[Figure]:
    """Alternate rounds of bulk and raw starts."""
    items = yard.sized(ITEMS)
    acknowledged: list[float] = []
    drained: list[float] = []
    raw: list[float] = []
    for number in range(ROUNDS):
        for kind in ("raw", "bulk") if number % 2 else ("bulk", "raw"):
            if kind == "raw":
                raw.append(await _raw(yard, items))
            else:
                ack, rate = await asyncio.to_thread(_bulk, yard, items)
                acknowledged.append(ack)
                drained.append(rate)
    ratio = statistics.median(a / b for a, b in zip(drained, raw, strict=True))
    return [
        at_most(f"bulk of {items:,} acknowledged", statistics.median(acknowledged), 5, "s"),
        shown("bulk drained to started workflows", statistics.median(drained), "/s"),
        shown("raw start_workflow", statistics.median(raw), "/s"),
        at_least("drain against raw starts", ratio, 0.8, "x"),
    ]


def _bulk(yard: Yard, items: int) -> tuple[float, float]:
    sequence = yard.make_sequence(LATER)
    body = {"items": people(items)}
    begun = time.monotonic()
    job = yard.post(f"/sequences/{sequence}/enrollments:bulk", body)
    acknowledged = time.monotonic() - begun
    assert job["total"] == items
    drained = yard.until(lambda: not yard.health.read().outbox_depth, 600, "the outbox is empty")
    return acknowledged, items / drained


async def _raw(yard: Yard, items: int) -> float:
    """Start as many workflows by hand, with the same input, delay and converter."""
    gate = asyncio.Semaphore(ABREAST)
    delay = timedelta(days=60)
    due = datetime.now(UTC) + delay
    begun = time.monotonic()

    async def one() -> None:
        start = start_of(1, due_at=due)
        async with gate:
            await yard.client.start_workflow(
                "Enrollment",
                start,
                id=f"raw/{start.enrollment_id}",
                task_queue="nobody",
                start_delay=delay,
            )

    await asyncio.gather(*(one() for _ in range(items)))
    return items / (time.monotonic() - begun)
