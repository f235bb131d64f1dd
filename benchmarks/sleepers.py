"""What ten thousand sleeping enrollments cost while nothing happens: nearly nothing."""

import asyncio
from typing import Any

import psutil

from benchmarks.bulk import LATER
from benchmarks.report import Figure, at_most, shown
from benchmarks.yard import Yard, people

SLEEPERS = 10_000
SETTLE = 20.0  #: Seconds until what the enrolling stirred up has come to rest.
WATCH = 60.0
MEGABYTE = 1024 * 1024


async def measure(yard: Yard) -> list[Figure]:
    """Enroll them, let them fall asleep, and watch the processes."""
    before = _memory(yard)
    sleepers = yard.sized(SLEEPERS)
    sequence = yard.make_sequence(LATER)
    yard.post(f"/sequences/{sequence}/enrollments:bulk", {"items": people(sleepers)})
    yard.until(lambda: not yard.health.read().outbox_depth, 600, "the outbox is empty")
    await asyncio.sleep(SETTLE)
    begun = _spent(yard)
    await asyncio.sleep(WATCH)
    spent = {name: (now - begun[name]) / WATCH * 100 for name, now in _spent(yard).items()}
    after = _memory(yard)
    return [
        at_most(f"{sleepers:,} sleepers: busiest worker, idle", spent["worker"], 1, "% of a core"),
        at_most(f"{sleepers:,} sleepers: API, idle", spent["api"], 1, "% of a core"),
        shown("worker's memory before", before["worker"], "MB"),
        shown("worker's memory with the sleepers", after["worker"], "MB"),
        shown("API's memory with the sleepers", after["api"], "MB"),
    ]


def _processes(yard: Yard) -> dict[str, list[Any]]:
    pids = yard.stack.pids()
    return {name: [psutil.Process(pid) for pid in pids[name]] for name in ("worker", "api")}


def _spent(yard: Yard) -> dict[str, float]:
    """Give the processor seconds of the busiest of each kind."""
    return {
        name: max(sum(one.cpu_times()[:2]) for one in all_of)
        for name, all_of in _processes(yard).items()
    }


def _memory(yard: Yard) -> dict[str, float]:
    return {
        name: max(one.memory_info().rss for one in all_of) / MEGABYTE
        for name, all_of in _processes(yard).items()
    }
