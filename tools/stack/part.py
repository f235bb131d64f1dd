"""One part of the stack: a process group of its own, with a log, that dies with its parent."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
TAIL_LINES = 15


class PartDied(Exception):
    """A part ended before it was ready; the text has its last log lines."""


@dataclass
class Part:
    """What to run, and how to know that it is ready."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    seconds: float = 60
    user: str | None = None  #: Whom it runs as; ourselves by default.
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None
    restarts: int = 0
    born_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it; its output goes to its log. What an earlier life left of it ends first."""
        if self.process is not None:
            self._end_group()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.born_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                preexec_fn=_die_with_parent if os.uname().sysname == "Linux" else None,
            )

    def wait_ready(self) -> None:
        """Wait until it is ready. Raises PartDied with its last words."""
        deadline = time.monotonic() + self.seconds
        while not self.ready():
            if not self.is_alive():
                raise PartDied(f"{self.name} ended while it was starting:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise PartDied(
                    f"{self.name} was not ready within {self.seconds:.0f} s:\n{self.tail()}"
                )
            time.sleep(0.05)

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self, grace: float = 25) -> None:
        """Ask it to end, then make it; its whole group goes."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(self.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(grace)
        self._end_group()
        self.process.wait()

    def tail(self) -> str:
        """Give its last log lines."""
        if not self.log.exists():
            return "(no log)"
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])

    def _end_group(self) -> None:
        """Leave nothing of it behind."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
