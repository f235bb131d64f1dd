"""Our own processes of the stack: sandbox, migration, API, workers."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from tools.stack.part import Part, PartDied

ROOT = Path(__file__).resolve().parent.parent.parent


def sandbox_part(
    home: Path, port: int, mail: tuple[int, int], environment: Mapping[str, str]
) -> Part:
    """Describe the pretend providers' process; its world survives a restart."""
    state = str(home / "sandbox.journal")
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--state", state]
    command += ["--smtp-port", str(mail[0]), "--imap-port", str(mail[1])]
    url = f"http://127.0.0.1:{port}/healthz"
    return _part(home, "sandbox", command, lambda: _answers(url), environment)


def migrate(environment: Mapping[str, str]) -> None:
    """Bring the database up to date. Raises PartDied with the last words."""
    run = subprocess.run(
        [sys.executable, "-m", "records.migrate"],
        env=dict(environment),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise PartDied(f"records.migrate failed:\n{run.stderr[-2000:]}")


def api_part(home: Path, environment: Mapping[str, str]) -> Part:
    """Describe the API's process."""
    url = f"{environment['REPRISE_API_URL']}/readyz"
    command = [sys.executable, "-m", "api"]
    return _part(home, "api", command, lambda: _answers(url), environment)


def worker_part(
    home: Path, number: int, command: Sequence[str], environment: Mapping[str, str]
) -> Part:
    """Describe a worker's process; `command` is what Python runs."""
    ready = home / f"worker-{number}.ready"
    ready.unlink(missing_ok=True)
    own = {**environment, "REPRISE_READY_FILE": str(ready)}
    return _part(home, f"worker-{number}", [sys.executable, *command], ready.exists, own)


def _part(
    home: Path,
    name: str,
    command: list[str],
    ready: Callable[[], bool],
    environment: Mapping[str, str],
) -> Part:
    log = home / "logs" / f"{name}.log"
    return Part(name, command, ready, environment, log, ROOT)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3, trust_env=False).is_success
    except httpx.TransportError:
        return False
