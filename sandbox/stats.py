"""How often each method was called, how many calls were open at once, and for how long."""

import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Stats:
    """Counts since the start or the last reset; the control API is not counted."""

    def __init__(self) -> None:
        self._calls: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self._busy: Counter[str] = Counter()

    @contextmanager
    def counting(self, operation: str) -> Generator[None]:
        """Count a call as open while it lasts."""
        self._calls[operation] += 1
        begun = time.monotonic_ns()
        keys = (operation, "all")
        for key in keys:
            self._open[key] += 1
            self._most[key] = max(self._most[key], self._open[key])
        try:
            yield
        finally:
            for key in keys:
                self._open[key] -= 1
                self._busy[key] += (time.monotonic_ns() - begun) // 1_000_000

    def show(self) -> dict[str, object]:
        """Return the counts by method, with "all" beside them for open calls."""
        return {
            "operations": dict(self._calls),
            "in_flight": {key: count for key, count in self._open.items() if count},
            "in_flight_max": dict(self._most),
            "busy_ms": dict(self._busy),
        }

    def clear(self) -> None:
        """Count from 0 again; calls that are open stay open."""
        self._calls.clear()
        self._most.clear()
        self._busy.clear()
