"""Steps per second beside a bare timer-and-activity workflow, in alternating rounds."""

import asyncio
import statistics
import time

from benchmarks.report import Figure, at_least, shown
from benchmarks.yard import Yard, process, start_of

ROUNDS = 5
RUNS = 300
STEPS = 4


async def measure(yard: Yard) -> list[Figure]:
    """Alternate rounds; the median of the ratios judges."""
    runs = yard.sized(RUNS)
    ours: list[float] = []
    bare: list[float] = []
    async with process(yard, "benchmarks.bare", "rates"):
        await _round(yard, "Bare", 20)  # Both warm up.
        await _round(yard, "Enrollment", 20)
        for number in range(ROUNDS):
            kinds = ("Bare", "Enrollment") if number % 2 else ("Enrollment", "Bare")
            for kind in kinds:
                rate = await _round(yard, kind, runs)
                (bare if kind == "Bare" else ours).append(rate)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [
        shown("steps, ports that do nothing", statistics.median(ours), "/s"),
        shown("steps, bare workflow", statistics.median(bare), "/s"),
        at_least("steps against bare", ratio, 0.9, "x"),
    ]


async def _round(yard: Yard, kind: str, runs: int) -> float:
    begun = time.monotonic()
    gate = asyncio.Semaphore(50)

    async def one() -> None:
        start = start_of(STEPS)
        async with gate:
            handle = await yard.client.start_workflow(
                kind, start, id=f"rates/{start.enrollment_id}", task_queue="rates"
            )
        await handle.result()

    await asyncio.gather(*(one() for _ in range(runs)))
    return runs * STEPS / (time.monotonic() - begun)
