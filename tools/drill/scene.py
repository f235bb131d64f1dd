"""The people of a drill: mailboxes of each kind, candidates with a number, stops in between."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from domain.webhooks import headers_of, read_secret
from tools.drill.pending import pending
from tools.drill.plan import STOPPED

_WRITES = re.compile(r"(drafts|messages)\.(create|send)$|^smtp\.data$")
MAILBOXES = 10  #: Of each kind.
SHOWN = 5  #: Of those that came to no end, how many of a code are told of.


@dataclass(slots=True)
class Ack:
    """A stop that the API acknowledged."""

    at_ms: int
    may_cross: bool  #: The answer named a delivery that was on its way.


@dataclass(slots=True)
class Scene:
    """A running stack seen from outside: its API and its provider."""

    home: Path
    numbers: dict[str, int] = field(default_factory=dict[str, int])  #: By enrollment.
    acks: dict[int, Ack] = field(default_factory=dict[int, Ack])
    boxes: dict[str, str] = field(default_factory=dict[str, str])  #: Kind by mailbox.
    sequences: list[str] = field(default_factory=list[str])
    source: dict[str, Any] | None = None  #: A system that tells by webhooks.
    _http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=60, follow_redirects=True)
    )

    def state(self) -> dict[str, Any]:
        """Read what the stack says of itself."""
        return json.loads((self.home / "stack.json").read_text("utf-8"))

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask the API until it answers; parts are down at times."""
        deadline = time.monotonic() + 240
        key = f"{time.monotonic_ns()}"
        while True:
            state = self.state()
            headers = {"Authorization": f"Bearer {state['api_key']}", "Idempotency-Key": key}
            with suppress(httpx.TransportError):
                answer = self._http.request(method, state["api"] + path, json=body, headers=headers)
                if answer.status_code < 400:
                    return answer.json()
                if answer.status_code not in (409, 429, 503):
                    raise RuntimeError(f"{method} {path}: {answer.text}")
                if answer.status_code == 409 and "idempotency" not in answer.text:
                    raise Refused(answer.text)
            if time.monotonic() > deadline:
                raise RuntimeError(f"{method} {path} is never answered")
            time.sleep(0.2)

    def ledger(self) -> list[dict[str, Any]]:
        """Read what the provider accepted, by its own account."""
        rows: list[dict[str, Any]] = []
        while True:
            with suppress(httpx.TransportError):
                url = f"{self.state()['sandbox']}/control/ledger"
                page = self._http.get(url, params={"since": len(rows), "limit": 5000})
                rows += page.json()["data"]
                if len(page.json()["data"]) < 5000:
                    return rows

    def lever(self, path: str, body: Any = None) -> dict[str, Any]:
        """Do something to the provider, or to somebody's mail there."""
        url = f"{self.state()['sandbox']}/control/{path}"
        answer = self._http.post(url, json=body or {})
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.text}")
        return answer.json()

    def tell(self, content: dict[str, Any]) -> dict[str, Any]:
        """Send a webhook of a system of one's own, signed by Standard Webhooks."""
        assert self.source is not None
        body = json.dumps(content).encode()
        headers = headers_of(
            [read_secret(self.source["secret"])],
            message_id=f"msg_{time.monotonic_ns()}",
            at=int(time.time()),
            body=body,
        )
        answer = self._http.post(self.source["webhook_url"], content=body, headers=dict(headers))
        if answer.is_error:
            raise RuntimeError(f"webhook: {answer.text}")
        return answer.json()

    def chronicle(self, since: int) -> list[dict[str, Any]]:
        """Read the provider's chronicle after a line."""
        url = f"{self.state()['sandbox']}/control/chronicle"
        return self._http.get(url, params={"since": since}).json()["data"]

    def slow_down(self, milliseconds: int) -> None:
        """Let the provider take its time, and let it count calls anew."""
        self.lever("latency", {"ms": milliseconds})
        url = f"{self.state()['sandbox']}/control/stats"
        self._http.delete(url).raise_for_status()

    def at_once(self) -> int:
        """Say how many calls that write a message the provider had open at once, at most."""
        most = self._http.get(f"{self.state()['sandbox']}/control/stats").json()["in_flight_max"]
        return max((count for name, count in most.items() if _WRITES.search(name)), default=0)

    def prepare(self, kinds: list[str], sends: int) -> dict[str, list[int]]:
        """Connect mailboxes and enroll everybody; gives the candidates' numbers by kind."""
        who: dict[str, list[int]] = {}
        each = sends // len(kinds)
        for place, kind in enumerate(kinds):
            who[kind] = list(range(place * each, (place + 1) * each))
            for box in range(MAILBOXES):
                self._enroll(kind, box, who[kind][box::MAILBOXES])
        return who

    def activate(self) -> None:
        """Let everything go."""
        for sequence in self.sequences:
            self.call("POST", f"/sequences/{sequence}/activate")

    def stop_some(self, until: Callable[[], bool]) -> None:
        """Stop every so many-th candidate, one after the other, and keep each answer."""
        for enrollment, number in self.numbers.items():
            if number % STOPPED or until():
                continue
            with suppress(Refused):
                answer = self.call("POST", f"/enrollments/{enrollment}/stop", {"reason": "drill"})
                at_ms = time.time_ns() // 1_000_000
                self.acks[number] = Ack(at_ms, may_cross=bool(answer["in_flight"]))

    def counts(self) -> dict[str, int]:
        """Count the enrollments by code."""
        found: dict[str, int] = {}
        for sequence in self.sequences:
            path = f"/sequences/{sequence}/counts?group_by=code"
            for row in self.call("GET", path)["data"]:
                found[row["code"]] = found.get(row["code"], 0) + row["count"]
        return found

    def tend(self) -> None:
        """Do what people do meanwhile: reconnect, resume, retry what failed for good."""
        for box in self.call("GET", "/mailboxes?limit=100")["data"]:
            if box["state"] != "connected":
                again = self.call("POST", f"/mailboxes/{box['id']}/reconnect")
                if again["authorize_url"]:
                    with suppress(httpx.TransportError):
                        self._http.get(again["authorize_url"])
            elif box["code"]:
                self.call("POST", f"/mailboxes/{box['id']}/resume")
        for code in ("sending_failed", "first_step_send_failed", "permanent_fail", "system_error"):
            for one in self._with(code):
                with suppress(Refused):
                    self.call("POST", f"/enrollments/{one}/retry", {})

    def unknown(self) -> set[int]:
        """Give the candidates whose outcome nobody knows."""
        return {self.numbers[one] for one in self._with("send_outcome_unknown")}

    def stuck(self, settled: Iterable[str]) -> list[str]:
        """Say of those that came to no end what the API says they wait for."""
        codes = [code for code in self.counts() if code not in settled]
        return [self._waiting(one) for code in codes for one in self._with(code)[:SHOWN]]

    def story(self, number: int, taken: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Tell of a candidate what the provider took, and what the log says."""
        for row in taken:
            at = datetime.fromtimestamp(row["at_ms"] / 1000, UTC)
            yield f"{at.isoformat()} accepted from {row['account']}"
        enrollment_id = next(one for one, its in self.numbers.items() if its == number)
        for line in self.call("GET", f"/enrollments/{enrollment_id}/timeline")["data"]:
            yield f"{line['at']} {line['title']} {line['detail'] or ''}"

    def _waiting(self, enrollment_id: str) -> str:
        one = self.call("GET", f"/enrollments/{enrollment_id}")
        delivery = (one["steps"][0]["delivery"] or {}).get("state")
        last = self.call("GET", f"/enrollments/{enrollment_id}/timeline")["data"][-3:]
        told = "; ".join(f"{line['at']} {line['title']} {line['detail'] or ''}" for line in last)
        return (
            f"{self.numbers[enrollment_id]} {one['workflow_id']} {one['status']}/{one['code']}"
            f" until {one['resume_at']}, slot {one['next_send_at']}, delivery {delivery}: {told};"
            f" Temporal: {pending(self.state()['temporal'], one['workflow_id'])}"
        )

    def _with(self, code: str) -> list[str]:
        page = self.call("GET", f"/enrollments?code={code}&limit=100")
        return [one["id"] for one in page["data"]]

    def _enroll(self, kind: str, box: int, numbers: list[int]) -> None:
        mailbox = self.connect(kind, f"{kind}{box}@drill.example")
        body = {
            "name": f"{kind} {box}",
            "sender": {"mailbox_id": mailbox},
            "schedule_id": self.schedule(),
            "steps": [
                {
                    "thread": "new",
                    "subject": "A role",
                    "body": "<p>Hello {{ candidate.first_name }}</p>",
                    "timing": {"kind": "instant"},
                }
            ],
        }
        sequence = self.call("POST", "/sequences", body)["id"]
        self.sequences.append(sequence)
        self.enroll(sequence, numbers)

    def enroll(self, sequence: str, numbers: list[int]) -> None:
        """Enroll candidates by their numbers, and note their enrollments."""
        people = [
            {"candidate": {"first_name": f"C{n}", "emails": [{"address": f"c{n}@people.example"}]}}
            for n in numbers
        ]
        path = f"/sequences/{sequence}/enrollments:bulk"
        job = self.call("POST", path, {"items": people})["id"]
        self._note(job, numbers)

    def _note(self, job: str, numbers: list[int]) -> None:
        cursor: int | None = -1
        while cursor is not None:
            page = self.call("GET", f"/jobs/{job}?cursor={cursor}")["results"]
            for row in page["data"]:
                self.numbers[row["enrollment_id"]] = numbers[row["index"]]
            cursor = page["next_cursor"]

    def connect(self, kind: str, address: str, *, spacing_seconds: float = 0) -> str:
        """Connect a mailbox."""
        body: dict[str, Any] = {
            "kind": kind,
            "address": address,
            "spacing_seconds": spacing_seconds,
            "daily_limit": 10_000,
        }
        if kind == "smtp":
            body |= {name: self._server(name, address) for name in ("smtp", "imap")}
        made = self.call("POST", "/mailboxes", body)
        if made["authorize_url"]:
            self._http.get(made["authorize_url"])
        self.boxes[made["id"]] = kind
        return str(made["id"])

    def _server(self, name: str, address: str) -> dict[str, Any]:
        host, _, port = self.state()[f"sandbox_{name}"].partition(":")
        server = {"host": host, "port": int(port), "tls": "none"}
        return {**server, "username": address, "password": "sandbox"}

    def schedule(self) -> str:
        """Write a schedule that is always open."""
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        window = {"days": days, "start": "00:00", "end": "24:00"}
        body = {"name": "always", "zone": "UTC", "windows": [window]}
        return str(self.call("POST", "/schedules", body)["id"])


class Refused(Exception):
    """The API says that it does not apply any more."""
