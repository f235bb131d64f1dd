"""How often a key may knock: a token bucket each, in this process."""

import math
import time
from collections.abc import Callable

from api.problems import ApiError

BURST_SECONDS = 5  #: How many seconds' worth of requests may come at once.
MOST_BUCKETS = 20_000  #: Callers that are remembered; those at rest are forgotten first.


class RateLimit:
    """Thread-safe enough: a lost update lets one request more through."""

    def __init__(self, per_second: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def knock(self, key_id: str) -> None:
        """Take a token; raises a 429 that says when the next one comes."""
        now = self._clock()
        most = float(self._per_second * BURST_SECONDS)
        tokens, at = self._buckets.get(key_id, (most, now))
        tokens = min(most, tokens + (now - at) * self._per_second)
        if tokens < 1:
            wait = math.ceil((1 - tokens) / self._per_second)
            detail = f"More than {self._per_second} requests a second; wait {wait} s."
            raise ApiError(429, "rate.limited", detail, headers={"Retry-After": str(wait)})
        self._buckets[key_id] = (tokens - 1, now)
        if len(self._buckets) > MOST_BUCKETS:  # A bucket that rested for a burst is full again.
            resting = now - BURST_SECONDS
            self._buckets = {k: one for k, one in self._buckets.items() if one[1] > resting}
