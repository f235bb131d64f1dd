"""Every message that the provider accepted for sending, in the order of acceptance."""

from collections.abc import Sequence

from sandbox.world.changes import Accepted


class Ledger:
    """Append-only, numbered from 1 without gaps."""

    def __init__(self) -> None:
        self._all: list[Accepted] = []
        self._by_account: dict[str, list[Accepted]] = {}

    @property
    def last(self) -> int:
        """Return the newest number, 0 before the first mail."""
        return self._all[-1].number if self._all else 0

    def add(self, entry: Accepted) -> None:
        """Write the next line."""
        self._all.append(entry)
        self._by_account.setdefault(entry.account, []).append(entry)

    def after(self, number: int, account: str | None = None) -> Sequence[Accepted]:
        """Return the lines after a number, of one account or of all."""
        if account is None:
            return self._all[max(number, 0) :]
        return [e for e in self._by_account.get(account, ()) if e.number > number]

    def clear(self) -> None:
        """Begin again with number 1."""
        self._all.clear()
        self._by_account.clear()
