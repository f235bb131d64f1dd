"""Ids as Gmail makes them: numbers that only grow, also over a restart that forgot everything."""

from collections.abc import Callable

_EPOCH_SECONDS = 1_577_836_800  # 2020-01-01Z: keeps history ids short, as Gmail's are


class Ids:
    """Hands out ids. They start at the clock, so a world begun anew never repeats an old one."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._object = 0
        self._history = int((clock() - _EPOCH_SECONDS) * 1000)

    def now_ms(self) -> int:
        """Return the sandbox's own time in milliseconds since 1970, UTC."""
        return int(self._clock() * 1000)

    def object_id(self) -> str:
        """Return the next message or thread id: 16 hex digits, time in the upper bits."""
        self._object = max(self._object + 1, self.now_ms() << 20)
        return f"{self._object:016x}"

    def draft_id(self) -> str:
        """Return the next draft id, recognisably no message id."""
        return f"r{int(self.object_id(), 16)}"

    def history_id(self) -> int:
        """Return the next history id, fit for an unsigned 64-bit number."""
        self._history += 1
        return self._history

    def saw_object(self, number: int) -> None:
        """Never hand out again an object id that a replayed journal holds."""
        self._object = max(self._object, number)

    def saw_history(self, number: int) -> None:
        """Never hand out again a history id that a replayed journal holds."""
        self._history = max(self._history, number)
