"""A stack that tests kill parts of."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from tools.stack.stack import Stack

DEADLINE = 60.0


def until(true: Callable[[], bool], what: str) -> None:
    """Poll until something is true; fail with its name after the deadline."""
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
        """Read what the stack says of itself."""
        return json.loads((self.home / "stack.json").read_text("utf-8"))

    def pids(self) -> set[int]:
        """Give the process ids of its parts."""
        found = self.state()["pids"].values()
        return {pid for one in found for pid in (one if isinstance(one, list) else [one])}

    def pid(self, name: str) -> int:
        """Give the process id of a part."""
        found = self.state()["pids"][name]
        return found[0] if isinstance(found, list) else found

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask the API."""
        return self._asked("api", method, path, body)

    def control(self, path: str, body: Any = None) -> dict[str, Any]:
        """Tell the sandbox, or ask it."""
        return self._asked("sandbox", "GET" if body is None else "POST", path, body)

    def can_enroll(self) -> bool:
        """Say whether the API does its main work: that needs Postgres too."""
        try:
            self.call("POST", "/candidates", {"first_name": "Jo"})
            return self.call("GET", "/readyz").get("temporal") == "ok"
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False

    def _asked(self, part: str, method: str, path: str, body: Any) -> dict[str, Any]:
        state = self.state()
        headers = {"Authorization": f"Bearer {state['api_key']}"} if part == "api" else {}
        answer = httpx.request(method, f"{state[part]}{path}", json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()
