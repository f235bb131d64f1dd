"""The teller: speaks to the API and the sandbox, prints what happens, and checks every claim."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx

DAY = 86_400
DEADLINE = 60.0


class Story:
    """Speaks to the API and the sandbox, prints what happens, and counts what was wrong."""

    def __init__(self, state: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {state['api_key']}"}
        self.api = httpx.Client(base_url=state["api"], headers=headers, timeout=120)
        self.sandbox = httpx.Client(base_url=state["sandbox"], timeout=60)
        self.wrong = 0

    def tell(self, text: str) -> None:
        """Print a line of the story."""
        print(f"\n== {text}", flush=True)

    def claim(self, text: str, holds: bool) -> None:
        """Print a claim and whether it holds."""
        self.wrong += not holds
        print(f"   {'ok   ' if holds else 'WRONG'} {text}", flush=True)

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """POST to the API; a refusal ends the story."""
        return self._checked(self.api.post(path, json=body if body is not None else {}))

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """GET from the API."""
        return self._checked(self.api.get(path, params=params))

    def lever(self, path: str, body: Any = None) -> dict[str, Any]:
        """Pull a lever of the sandbox."""
        return self._checked(self.sandbox.post(path, json=body if body is not None else {}))

    def accepted(self) -> list[dict[str, Any]]:
        """Read what the provider accepted."""
        return self._checked(self.sandbox.get("/control/ledger"))["data"]

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Poll until something is true, or say what is not."""
        deadline = time.monotonic() + DEADLINE
        while not true():
            if time.monotonic() > deadline:
                self.claim(what, holds=False)
                return
            time.sleep(0.1)
        self.claim(what, holds=True)

    def statuses(self, sequence: str) -> Counter[tuple[str, str]]:
        """Count the enrollments by status and code."""
        rows = self.get(f"/sequences/{sequence}/counts")["data"]
        return Counter({(row["status"], row["code"]): row["count"] for row in rows})

    def forward(self, sequence: str, days: float) -> None:
        """Move every clock on."""
        begun = time.monotonic()
        done = self.post(
            "/sandbox/fast_forward", {"sequence_id": sequence, "seconds": round(days * DAY)}
        )
        spent = time.monotonic() - begun
        print(f"   {len(done['data'])} clocks moved on by {days:g} days in {spent:.1f} s; now:")
        for (status, code), count in sorted(self.statuses(sequence).items()):
            print(f"      {count:3} {status} / {code}")

    def _checked(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            print(answer.text, file=sys.stderr)
            answer.raise_for_status()
        return answer.json()
