"""Kills parts at random while candidates run, then holds the provider's ledger against the log.

`python -m tests.e2e.chaos [CANDIDATES] [SEED]` runs it at length; a short run is a test.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx

from tools.stack.stack import Stack

DAY = 86_400
STEPS = 3
PARTS = ("worker", "api", "postgres", "temporal", "sandbox", "worker")


class Chaos:
    """A running stack whose parts die, driven through `stack.json` only."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home = home
        self._random = random.Random(seed)
        self.kills: Counter[str] = Counter()
        state = self.state()
        key = {"Authorization": f"Bearer {state['api_key']}"}
        self._door = httpx.Client(base_url=state["api"], headers=key, timeout=60)
        self._sandbox = httpx.Client(base_url=state["sandbox"], timeout=60)

    def close(self) -> None:
        """Close its connections."""
        self._door.close()
        self._sandbox.close()

    def state(self) -> dict[str, Any]:
        """Read what the stack says of itself."""
        return json.loads((self._home / "stack.json").read_text("utf-8"))

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask the API until it answers, under one idempotency key; parts are down at times."""
        headers = {"Idempotency-Key": f"{self._random.random()}"} if method == "POST" else {}
        deadline = time.monotonic() + 240
        while True:
            try:
                answer = self._door.request(method, path, json=body, headers=headers)
                said = answer.text
                if answer.status_code < 400:
                    return answer.json()
                assert answer.status_code in (409, 503), f"{method} {path}: {said}"
            except httpx.TransportError as error:
                said = repr(error)
            assert time.monotonic() < deadline, f"{method} {path} is never answered: {said}"
            time.sleep(0.2)

    def ledger(self) -> list[str]:
        """Give the delivery keys that the provider accepted."""
        while True:
            with suppress(httpx.TransportError):
                rows = self._sandbox.get("/control/ledger").json()["data"]
                return [row["delivery"] for row in rows]
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill a part by its process id."""
        name = self._random.choice(PARTS)
        with suppress(FileNotFoundError, ProcessLookupError):
            found = self.state()["pids"][name]
            pid = self._random.choice(found) if isinstance(found, list) else found
            os.kill(pid, signal.SIGKILL)
            self.kills[name] += 1

    def prepare(self, candidates: int) -> str:
        """Connect a mailbox, write a sequence, enroll everybody and activate."""
        body = {
            "kind": "gmail",
            "address": "chaos@recruiters.example",
            "spacing_seconds": 0,
            "daily_limit": 10_000,
        }
        mailbox = self.call("POST", "/mailboxes", body)
        httpx.get(mailbox["authorize_url"], follow_redirects=True).raise_for_status()
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        window = {"days": days, "start": "00:00", "end": "24:00"}
        schedule = self.call(
            "POST", "/schedules", {"name": "x", "zone": "UTC", "windows": [window]}
        )
        steps = [
            {
                "thread": "reply" if n else "new",
                "subject": "" if n else "A role",
                "body": "<p>Hello {{ candidate.first_name }}</p>",
                "timing": {"kind": "later", "seconds": DAY} if n else {"kind": "instant"},
            }
            for n in range(STEPS)
        ]
        sequence = self.call(
            "POST",
            "/sequences",
            {
                "name": "Chaos",
                "sender": {"mailbox_id": mailbox["id"]},
                "schedule_id": schedule["id"],
                "steps": steps,
            },
        )["id"]
        people = [
            {"candidate": {"first_name": f"Jo{n}", "emails": [{"address": f"jo{n}@c.example"}]}}
            for n in range(candidates)
        ]
        self.call("POST", f"/sequences/{sequence}/activate")
        self.call("POST", f"/sequences/{sequence}/enrollments:bulk", {"items": people})
        return str(sequence)

    def run(self, sequence: str, *, kills: int, pause: float, patience: float = 600) -> None:
        """Move the clocks and kill, until everybody has ended; then nobody is killed any more."""
        deadline = time.monotonic() + patience
        while self.open_ones(sequence):
            assert time.monotonic() < deadline, self.counts(sequence)
            if self.kills.total() < kills:
                self.kill()
            self.forward(sequence)
            time.sleep(self._random.uniform(0, pause))
            self.retry_held(sequence)

    def forward(self, sequence: str) -> None:
        """Move everybody six hours on; where a part is down the next turn does it."""
        body = {"sequence_id": sequence, "seconds": DAY // 4}
        with suppress(httpx.TransportError):
            self._door.post("/sandbox/fast_forward", json=body, timeout=30)

    def retry_held(self, sequence: str) -> None:
        """Do what a person does about a provider that was down for long."""
        page = self.call("GET", f"/enrollments?sequence_id={sequence}&code=sending_failed")
        for one in page["data"]:
            with suppress(AssertionError):
                self.call("POST", f"/enrollments/{one['id']}/retry", {})

    def counts(self, sequence: str) -> dict[str, int]:
        """Count by code."""
        rows = self.call("GET", f"/sequences/{sequence}/counts?group_by=code")["data"]
        return {row["code"]: row["count"] for row in rows}

    def open_ones(self, sequence: str) -> bool:
        """Say whether anybody is still on the way."""
        return bool(set(self.counts(sequence)) - {"no_response", "send_outcome_unknown"})

    def log(self, sequence: str) -> list[str]:
        """Give the delivery keys that the log says were sent."""
        keys: list[str] = []
        cursor = ""
        while cursor is not None:
            page = self.call("GET", f"/enrollments?sequence_id={sequence}&cursor={cursor}")
            for one in page["data"]:
                shown = self.call("GET", f"/enrollments/{one['id']}")
                keys += [f"{one['id']}:{s['step_id']}:1" for s in shown["steps"] if s["done_at"]]
            cursor = page["next_cursor"]
        return keys


def run(home: Path, *, candidates: int, kills: int, seed: int, say: Callable[[str], None]) -> Chaos:
    """Run it, and hold the ledger against the log. Raises AssertionError where they differ."""
    with Stack(home, say=say) as stack, closing(Chaos(stack.home, seed)) as chaos:
        sequence = chaos.prepare(candidates)
        chaos.run(sequence, kills=kills, pause=1.0)
        ledger, counts = chaos.ledger(), chaos.counts(sequence)
        twice = [key for key, number in Counter(ledger).items() if number > 1]
        say(f"killed {dict(chaos.kills)}; {len(ledger)} sends; {counts}; twice: {twice}")
        assert not twice
        assert set(chaos.log(sequence)) <= set(ledger)
        missing = set(ledger) - set(chaos.log(sequence))
        assert len(missing) <= counts.get("send_outcome_unknown", 0), missing
        assert counts == {"no_response": candidates}
        assert len(ledger) == candidates * STEPS
        return chaos


if __name__ == "__main__":
    _candidates = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    _seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as _folder:
        _kills = max(8, _candidates // 8)
        run(Path(_folder) / "home", candidates=_candidates, kills=_kills, seed=_seed, say=print)
