"""How many calls to other people's servers a process makes at once, in all and to each."""

import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager


class Turnstile:
    """Lets a bounded number in, so that servers that hang cannot take every thread. Thread-safe."""

    def __init__(self, *, all_of_them: int) -> None:
        self._all = all_of_them
        self._inside: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def passing(self, key: str, *, each: int) -> Generator[bool]:
        """Say whether there is room for one more, and keep its place while the context lasts.

        `each` is how many of this key may be inside.
        """
        with self._lock:
            room = self._inside.total() < self._all and self._inside[key] < each
            if room:
                self._inside[key] += 1
        try:
            yield room
        finally:
            if room:
                self._leave(key)

    def _leave(self, key: str) -> None:
        with self._lock:
            self._inside[key] -= 1
            if not self._inside[key]:
                del self._inside[key]
