"""The desk of one process at which tries wait for a lease: fair between mailboxes.

One thread asks for all who wait, so that a full house costs a few statements a second, not a few
per try. Between processes nobody is preferred.
"""

import contextlib
import threading
from dataclasses import dataclass, field

from records import leases
from records.database import Database

LOOK_EVERY = 0.05  #: Seconds between two looks for free leases while somebody waits.
WORKSPACE = "wsp_nobody"  #: Leases belong to no workspace.


@dataclass(frozen=True, slots=True, eq=False)
class Waiter:
    """One try that waits."""

    key: str
    mailbox_id: str
    served: threading.Event = field(default_factory=threading.Event)


class Desk:
    """Hands out leases to those who wait. Thread-safe."""

    def __init__(self, database: Database, *, most: int) -> None:
        self.most = most
        self._database = database
        self._waiting: list[Waiter] = []
        self._lock = threading.Lock()
        self._clerk: threading.Thread | None = None

    @property
    def has_queue(self) -> bool:
        """Say whether somebody waits: who comes now must queue, too."""
        return bool(self._waiting)

    def wait(self, key: str, mailbox_id: str, *, patience: float) -> bool:
        """Wait for a lease up to `patience` seconds; says whether the delivery has one now."""
        waiter = Waiter(key, mailbox_id)
        with self._lock:
            self._waiting.append(waiter)
            if self._clerk is None:
                self._clerk = threading.Thread(target=self._serve, daemon=True, name="leases")
                self._clerk.start()
        waiter.served.wait(patience)
        with self._lock:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
        return waiter.served.is_set()

    def _serve(self) -> None:
        idle = threading.Event()
        while True:
            with self._lock:
                if not self._waiting:
                    self._clerk = None
                    return
                waiting = list(self._waiting)
            # Where Postgres is away, those who wait run out of patience and try again.
            with contextlib.suppress(Exception):
                self._hand_out(waiting)
            idle.wait(LOOK_EVERY)

    def _hand_out(self, waiting: list[Waiter]) -> None:
        """Give what is free to those whose turn it is."""
        served: list[Waiter] = []
        by_key = {one.key: one for one in waiting}
        with self._database.workspace(WORKSPACE) as connection:
            queue = leases.order(
                [(one.key, one.mailbox_id) for one in waiting], leases.held(connection)
            )
            for key, mailbox_id in queue:
                if not leases.take(connection, key, mailbox_id, most=self.most):
                    break
                served.append(by_key[key])
        with self._lock:
            self._waiting = [one for one in self._waiting if one not in served]
        for one in served:
            one.served.set()
