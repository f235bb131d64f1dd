"""Thirty days of a thousand candidates, fast-forwarded, with everything real."""

import time

from benchmarks.report import Figure, at_most, shown
from benchmarks.yard import DAY, Yard, people

CANDIDATES = 1_000
TIMINGS = ({"kind": "instant"}, *({"kind": "later", "seconds": 7 * DAY} for _ in range(3)))


async def measure(yard: Yard) -> list[Figure]:
    """Enroll, wait until each workflow runs, and move a month on."""
    candidates = yard.sized(CANDIDATES)
    sequence = yard.make_sequence(*TIMINGS)
    yard.post(f"/sequences/{sequence}/enrollments:bulk", {"items": people(candidates)})
    yard.until(lambda: not yard.health.read().outbox_depth, 600, "the outbox is empty")
    begun = time.monotonic()
    yard.post("/sandbox/fast_forward", {"sequence_id": sequence, "seconds": 30 * DAY})
    spent = time.monotonic() - begun
    rows = yard.door.get(f"/sequences/{sequence}/counts").json()["data"]
    ended = sum(row["count"] for row in rows if row["code"] == "no_response")
    return [
        at_most(f"{candidates:,} x 4 steps through 30 days", spent, 60, "s"),
        shown("of them at their end", ended, ""),
        shown("sends, everything real", candidates * len(TIMINGS) / spent, "/s"),
    ]
