"""From the check of the inbox to the acceptance of the message: how long a reply can still cross.

Both ends are the provider's own: the moment at which it read the inbox for us, and the moment at
which it took the message, by its one clock. Every call takes 100 ms there, spent before the
effect. So no figure can be below the 100 ms of the one call that lies between: the send.
"""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.report import Figure, at_most, shown
from benchmarks.yard import Yard, open_yard, people
from tools.drill.looks import Send, sends_in

KINDS = ("gmail", "outlook", "smtp")
LATENCY_MS = 100
RATE = 5  #: Sends a second.
SENDS = 250  #: Of each kind, at that rate.
BOXES = 17  #: At 3 s between two messages they carry 5 a second.
CROWD = 300  #: Due at once, without spacing, over all kinds.
CROWD_BOXES = 12


async def measure(yard: Yard) -> list[Figure]:
    """Measure on a stack of its own, where nobody else reads the inboxes."""
    os.environ["REPRISE_POLL_SECONDS"] = "3600"
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with open_yard(Path(folder) / "home", yard.scale) as own:
                return await asyncio.to_thread(_measure, own)
    finally:
        del os.environ["REPRISE_POLL_SECONDS"]


def _measure(yard: Yard) -> list[Figure]:
    figures: list[Figure] = []
    for kind in KINDS:
        sequences = [
            yard.make_sequence({"kind": "instant"}, kind=kind, spacing_seconds=3)
            for _ in range(BOXES)
        ]
        sends = _steady(yard, sequences, yard.sized(SENDS))
        name = f"check to accept, {kind}, 5/s at 100 ms"
        figures += [
            at_most(f"{name}: median", statistics.median(_gaps(sends)), 150, "ms"),
            at_most(f"{name}: p99", percentile(_gaps(sends), 99), 500, "ms"),
            at_most(f"{name}: sends without a check", _unchecked(sends), 0, ""),
        ]
    return [*figures, *_crowd(yard)]


def _steady(yard: Yard, sequences: list[str], number: int) -> list[Send]:
    """Enroll one candidate after the other, each to be written to at once."""
    since = _now(yard)
    _latency(yard, LATENCY_MS)
    begun = time.monotonic()
    for place in range(number):
        time.sleep(max(0, begun + place / RATE - time.monotonic()))
        (item,) = people(1)
        sequence = sequences[place % len(sequences)]
        yard.post("/enrollments", {"sequence_id": sequence, **item})
    sends = _sends(yard, since, number)
    _latency(yard, 0)
    return sends


def _crowd(yard: Yard) -> list[Figure]:
    """Let as much be due at once as the machine can do, and more."""
    timing = {"kind": "later", "seconds": 15}
    sequences = [
        yard.make_sequence(timing, kind=KINDS[place % len(KINDS)]) for place in range(CROWD_BOXES)
    ]
    number = yard.sized(CROWD)
    since = _now(yard)
    for place, sequence in enumerate(sequences):
        share = number // len(sequences) + (place < number % len(sequences))
        if share:
            yard.post(f"/sequences/{sequence}/enrollments:bulk", {"items": people(share)})
    _latency(yard, LATENCY_MS)
    sends = _sends(yard, since, number)
    _latency(yard, 0)
    span = (sends[-1].at_us - sends[0].at_us) / 1_000_000
    return [
        shown("check to accept at saturation: median", statistics.median(_gaps(sends)), "ms"),
        shown("check to accept at saturation: p99", percentile(_gaps(sends), 99), "ms"),
        shown("sends at saturation, 100 ms, all kinds", len(sends) / max(span, 0.001), "/s"),
    ]


def percentile(values: list[float], rank: int) -> float:
    """Give a percentile by nearest rank: a value that really occurred."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * rank // 100) - 1)]


def _gaps(sends: list[Send]) -> list[float]:
    return [send.gap_us / 1000 for send in sends if send.gap_us is not None] or [0.0]


def _unchecked(sends: list[Send]) -> int:
    return sum(not send.looks for send in sends)


def _sends(yard: Yard, since: dict[str, int], number: int) -> list[Send]:
    """Wait for the sends, asking only for their count: a long answer would hold the provider up."""
    all_of_them = since["ledger"] + number
    yard.until(lambda: _now(yard)["ledger"] >= all_of_them, 180, f"{number} sends are accepted")
    answer = yard.sandbox.get("/control/chronicle", params={"since": since["chronicle"]})
    return sends_in(answer.json()["data"])


def _now(yard: Yard) -> dict[str, int]:
    """Give the last numbers of the provider's books."""
    end = {"since": 2**40}
    books = ("ledger", "chronicle")
    return {name: yard.sandbox.get(f"/control/{name}", params=end).json()["last"] for name in books}


def _latency(yard: Yard, milliseconds: int) -> None:
    yard.sandbox.post("/control/latency", json={"ms": milliseconds}).raise_for_status()
