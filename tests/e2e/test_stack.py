"""The local stack: any part may be killed at any moment, and nothing is left behind."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tools.stack.part import Part, PartDied
from tools.stack.stack import Stack, StackError

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DEADLINE = 60.0


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < deadline, f"Not within {DEADLINE:.0f} s: {what}"
        time.sleep(0.05)


class Running:
    """A stack, and what it said."""

    def __init__(self, home: Path) -> None:
        self.said: list[str] = []
        self.stack = Stack(home, workers=1, say=self.said.append)
        self.home = home

    def state(self) -> dict[str, Any]:
        return json.loads((self.home / "stack.json").read_text("utf-8"))

    def pids(self) -> set[int]:
        found = self.state()["pids"].values()
        return {pid for one in found for pid in (one if isinstance(one, list) else [one])}

    def can_enroll(self) -> bool:
        """Say whether the API does its main work: that needs Postgres too."""
        state = self.state()
        headers = {"Authorization": f"Bearer {state['api_key']}"}
        try:
            answer = httpx.post(
                f"{state['api']}/candidates", json={"first_name": "Jo"}, headers=headers
            )
            ready = httpx.get(f"{state['api']}/readyz").json()
        except httpx.TransportError:
            return False
        return answer.status_code == 201 and ready.get("temporal") == "ok"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    before = os.environ.pop("REPRISE_DATABASE_URL", None)
    one = Running(tmp_path_factory.mktemp("stack") / "home")
    one.stack.start()
    yield one
    pids = one.pids()
    one.stack.stop()
    if before is not None:
        os.environ["REPRISE_DATABASE_URL"] = before
    assert not [pid for pid in pids if psutil.pid_exists(pid)]
    assert not (one.home / "stack.json").exists()
    assert not [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(one.home) in " ".join(process.info["cmdline"] or ())
    ]


@pytest.mark.parametrize("name", ["postgres", "temporal", "sandbox", "api", "worker"])
def test_a_part_that_is_killed_comes_back_and_says_so(running: Running, name: str) -> None:
    found = running.state()["pids"][name]
    pid = found[0] if isinstance(found, list) else found

    os.kill(pid, signal.SIGKILL)

    until(lambda: pid not in running.pids(), f"another {name} in stack.json")
    until(running.can_enroll, "the API works again")
    assert any(said.startswith(name) and "died" in said for said in running.said)


def test_a_second_stack_in_the_same_home_is_refused(running: Running) -> None:
    with pytest.raises(StackError, match="already runs"):
        Stack(running.home, say=lambda text: None).start()

    assert running.can_enroll()


def test_everything_listens_on_this_machine_only(running: Running) -> None:
    addresses = {
        connection.laddr.ip
        for pid in running.pids()
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert addresses
    assert addresses <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_secrets_are_for_the_owner_only(running: Running) -> None:
    files = [*(running.home / "secrets").iterdir(), running.home / "stack.json"]

    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_part_that_dies_while_it_starts_is_named_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; print('no such port'); sys.exit(3)"]
    part = Part("api", command, lambda: False, os.environ, tmp_path / "api.log", tmp_path)
    part.start()

    with pytest.raises(PartDied, match=r"api ended while it was starting(.|\n)*no such port"):
        part.wait_ready()


def test_nothing_half_started_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise PartDied("records.migrate failed")

    monkeypatch.delenv("REPRISE_DATABASE_URL", raising=False)
    monkeypatch.setattr("tools.stack.stack.migrate", refuse)

    with pytest.raises(PartDied):
        Stack(tmp_path / "home", say=lambda text: None).start()

    assert not [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if str(tmp_path) in " ".join(process.info["cmdline"] or ())
    ]
