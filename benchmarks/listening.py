"""What it costs to listen: a thousand inboxes, each read every five minutes, by one worker.

The worker's own processor time, counted over one interval in which every inbox is read once. A
smaller scale shrinks inboxes and interval alike, so that as many are read in a second.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.report import Figure, at_least, at_most, shown
from benchmarks.yard import Yard, open_yard

KINDS = ("gmail", "outlook", "smtp")
MAILBOXES = 1_000  #: Shared by the kinds.
EVERY = 300  #: Seconds from one reading of an inbox to the next.
SETTLE = 10.0  #: Seconds until what the connecting stirred up has come to rest.
READS = ("gmail.users.history.list", "graph.messages.delta", "imap.login")


async def measure(yard: Yard) -> list[Figure]:
    """Measure on a stack of its own with a single worker."""
    every = max(10, round(EVERY * yard.scale))
    told = {"REPRISE_POLL_SECONDS": str(every), "REPRISE_API_RATE": "100000"}
    os.environ.update(told)
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with open_yard(Path(folder) / "home", yard.scale, workers=1) as own:
                return await asyncio.to_thread(_measure, own, every)
    finally:
        for name in told:
            del os.environ[name]


def _measure(yard: Yard, every: int) -> list[Figure]:
    number = round(MAILBOXES * every / EVERY)
    for place in range(number):
        yard.make_mailbox(KINDS[place % len(KINDS)])
    yard.until(lambda: _unread(yard) == 0, 300, "every inbox has a cursor")
    time.sleep(SETTLE)
    spent, read = _spent(yard), _reads(yard)
    time.sleep(every)
    spent, read = _spent(yard) - spent, _reads(yard) - read
    name = f"{number:,} inboxes, each read every {every} s: the one worker"
    return [
        at_most(name, spent / every * 100, 20, "% of a core"),
        at_least("of them read meanwhile", read / number, 0.98, "x"),
        shown("worker's processor time for a reading", spent / max(read, 1) * 1000, "ms"),
    ]


def _unread(yard: Yard) -> int:
    """Count the mailboxes whose inbox was never read."""
    cursor, unread = "", 0
    while True:
        page = yard.door.get(f"/mailboxes?limit=100{cursor}").json()
        unread += sum(box["cursor_age_seconds"] is None for box in page["data"])
        if page["next_cursor"] is None:
            return unread
        cursor = f"&cursor={page['next_cursor']}"


def _spent(yard: Yard) -> float:
    """Give the seconds of processor time of the only worker."""
    (worker,) = yard.stack.pids()["worker"]
    times = psutil.Process(worker).cpu_times()
    return float(times.user + times.system)


def _reads(yard: Yard) -> int:
    """Count what the provider was asked for new mail."""
    calls = yard.sandbox.get("/control/stats").json()["operations"]
    return sum(int(calls.get(name, 0)) for name in READS)
