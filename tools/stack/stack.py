"""The local stack: starts every real part, watches them, and stops them in order."""

import fcntl
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from tools.setup.temporal_server import find_or_build
from tools.stack import ports as port_choice
from tools.stack import told
from tools.stack.part import Part
from tools.stack.postgres import database_url, postgres_part
from tools.stack.processes import api_part, migrate, sandbox_part, worker_part
from tools.stack.temporal import keep_histories, temporal_part

Say = Callable[[str], None]
CALM = 60.0  #: Seconds after which a part that lived counts as well again.
LONGEST_PAUSE = 10.0  #: Seconds between two restarts of a part that keeps dying.


class StackError(Exception):
    """The stack cannot start; the text says why and what to do."""


class Stack:
    """All parts. `start` returns when everything is ready; `stop` leaves no process behind."""

    def __init__(
        self,
        home: Path,
        *,
        workers: int = 2,
        sandbox: bool = True,
        worker: Sequence[str] = ("worker.py",),
        say: Say = print,
    ) -> None:
        self.home = home.resolve()
        self._workers = workers
        self._sandbox = sandbox
        self._worker = worker
        self._say = say
        self._parts: list[Part] = []
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._lock: TextIO | None = None
        self.state: dict[str, Any] = {}

    def __enter__(self) -> "Stack":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start every part in order; on any failure stop what was started."""
        self._take_home()
        try:
            with port_choice.one_at_a_time():
                self._start_all()
        except BaseException:
            self.stop()
            raise
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Stop every part, the last started first."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
        for part in reversed(self._parts):
            part.stop()
        (self.home / "stack.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    def pids(self) -> dict[str, Any]:
        """Give the process ids of this moment: lists for `api` and `worker`."""
        found: dict[str, Any] = {"api": [], "worker": []}
        for part in self._parts:
            assert part.process is not None
            kind = part.name.partition("-")[0]
            if kind in ("api", "worker"):
                found[kind].append(part.process.pid)
            else:
                found[kind] = part.process.pid
        return found

    def _take_home(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise StackError(
                f"A stack already runs in {self.home}. Stop it, or name another folder with"
                " REPRISE_HOME."
            ) from None
        self._lock = lock

    def _start_all(self) -> None:
        begun = time.monotonic()
        self._say("Starting the local stack (Ctrl-C stops it)")
        home, ports = self.home, port_choice.choose()
        given = os.environ.get("REPRISE_DATABASE_URL")
        database = given or database_url(ports["postgres"])
        secret = told.keep_secrets(home)
        environment = told.environment(
            home, ports, database=database, secret=secret, sandbox=self._sandbox
        )
        if not given:
            self._run(postgres_part(home, ports["postgres"], environment))
        cli = find_or_build(self._say)
        self._run(temporal_part(cli, home, ports, environment))
        if not keep_histories(cli, ports["temporal"]):
            self._say("  temporal    keeps closed histories for a day only")
        if self._sandbox:
            mail = (ports["sandbox_smtp"], ports["sandbox_imap"])
            self._run(sandbox_part(home, ports["sandbox"], mail, environment))
        migrate(environment)
        self._run(api_part(home, environment))
        for number in range(1, self._workers + 1):
            self._run(worker_part(home, number, self._worker, environment))
        self.state = self._describe(ports, database, secret)
        self._write_state()
        self._say(f"Ready after {time.monotonic() - begun:.0f} s: {self.state['api']}/docs")

    def _run(self, part: Part) -> None:
        self._parts.append(part)
        part.start()
        part.wait_ready()
        self._say(f"  {part.name:11} ready ({time.monotonic() - part.born_at:.1f} s)")

    def _describe(
        self, ports: dict[str, int], database: str, secret: dict[str, str]
    ) -> dict[str, Any]:
        address = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        return {
            "home": str(self.home),
            "api": address["api"],
            "api_key": secret["api_key"],
            "console": f"{address['api']}/docs",
            "temporal": f"127.0.0.1:{ports['temporal']}",
            "temporal_ui": address["temporal_ui"],
            "temporal_metrics": f"{address['temporal_metrics']}/metrics",
            "namespace": "default",
            "database_url": database,
            "sandbox": address["sandbox"] if self._sandbox else None,
            **(_mail_servers(ports) if self._sandbox else {}),
        }

    def _write_state(self) -> None:
        fresh = self.home / "stack.json.new"
        body = json.dumps({**self.state, "pids": self.pids()}, indent=2) + "\n"
        fresh.touch(mode=0o600)  # It names the API key.
        fresh.write_text(body, "utf-8")
        fresh.rename(self.home / "stack.json")

    def _watch(self) -> None:
        """Say which part died and why, and restart it, later each time."""
        while not self._stopping.wait(0.2):
            for part in self._parts:
                if not part.is_alive():
                    self._revive(part)

    def _revive(self, part: Part) -> None:
        if time.monotonic() - part.born_at > CALM:
            part.restarts = 0
        pause = min(0.2 * 2**part.restarts, LONGEST_PAUSE)
        self._say(
            f"{part.name} died; restarting it in {pause:.1f} s. Its last words:\n{part.tail()}"
        )
        part.restarts += 1
        if self._stopping.wait(pause):
            return
        part.start()
        self._write_state()


def _mail_servers(ports: Mapping[str, int]) -> dict[str, str]:
    names = ("sandbox_smtp", "sandbox_imap")
    return {name: f"127.0.0.1:{ports[name]}" for name in names}
