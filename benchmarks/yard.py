"""The yard: a running stack, a door to its API, and a Temporal client of our own."""

import asyncio
import base64
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import Client

from benchmarks.noop import GAP
from domain.ids import Prefix
from domain.messages import Booking
from domain.plan import Channel, Plan, PlanStep
from domain.state import EnrollmentStart
from domain.timing import Timing, TimingKind
from records.database import Database
from records.health import Health
from records.ids import fresh
from relay.client import connect
from relay.codec import codec_keys
from tools.stack.processes import ROOT
from tools.stack.stack import Stack

DAY = 86_400
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass
class Yard:
    """What every benchmark works with; `scale` shrinks the numbers for a quick look."""

    stack: Stack
    client: Client
    door: httpx.Client
    sandbox: httpx.Client  #: The provider's levers, and its own account of what it saw.
    health: Health
    scale: float

    def sized(self, number: int) -> int:
        """Give a number of things at this scale, at least 10."""
        return max(10, round(number * self.scale))

    @property
    def key(self) -> bytes:
        """The payload key of the stack."""
        return _keys(self.stack.home)[0][1]

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        """POST to the API."""
        answer = self.door.post(path, json={} if body is None else body)
        if answer.is_error:
            raise RuntimeError(f"{path}: {answer.text}")
        return answer.json()

    def make_mailbox(self, kind: str = "gmail", *, spacing_seconds: float = 0) -> str:
        """Connect a mailbox of its own."""
        address = f"bench-{uuid.uuid4().hex[:8]}@recruiters.example"
        body: dict[str, Any] = {"kind": kind, "address": address, "daily_limit": 10_000}
        if kind == "smtp":
            body |= {name: self._server(name, address) for name in ("smtp", "imap")}
        mailbox = self.post("/mailboxes", {**body, "spacing_seconds": spacing_seconds})
        if mailbox["authorize_url"]:
            url = mailbox["authorize_url"]
            self.sandbox.get(url, follow_redirects=True).raise_for_status()
        return str(mailbox["id"])

    def _server(self, name: str, address: str) -> dict[str, Any]:
        host, _, port = self.stack.state[f"sandbox_{name}"].partition(":")
        server = {"host": host, "port": int(port), "tls": "none"}
        return {**server, "username": address, "password": "sandbox"}

    def make_sequence(
        self, *timings: dict[str, Any], kind: str = "gmail", spacing_seconds: float = 0
    ) -> str:
        """Connect a mailbox and write an active sequence that sends from it, day and night."""
        mailbox = self.make_mailbox(kind, spacing_seconds=spacing_seconds)
        window = {"days": WEEK, "start": "00:00", "end": "24:00"}
        schedule = self.post("/schedules", {"name": "b", "zone": "UTC", "windows": [window]})
        steps = [
            {
                "thread": "new" if n == 0 else "reply",
                "subject": "A role" if n == 0 else "",
                "body": "<p>Hello {{ candidate.first_name }}.</p>",
                "timing": timing,
            }
            for n, timing in enumerate(timings)
        ]
        sender = {"mailbox_id": mailbox}
        body = {"name": "b", "sender": sender, "schedule_id": schedule["id"], "steps": steps}
        sequence = self.post("/sequences", body)
        self.post(f"/sequences/{sequence['id']}/activate")
        return str(sequence["id"])

    def counters(self, name: str) -> float:
        """Sum a counter of the Temporal server's own metrics."""
        with urllib.request.urlopen(self.stack.state["temporal_metrics"], timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(one.rsplit(" ", 1)[1]) for one in lines if one.startswith(f"{name}{{"))

    def until(self, true: Callable[[], bool], seconds: float, what: str) -> float:
        """Poll until something is true; gives the seconds it took."""
        begun = time.monotonic()
        while not true():
            if time.monotonic() - begun > seconds:
                raise TimeoutError(f"Not within {seconds:.0f} s: {what}")
            time.sleep(0.2)
        return time.monotonic() - begun


def people(number: int) -> list[dict[str, Any]]:
    """Make items of a bulk."""
    tag = uuid.uuid4().hex[:8]
    return [
        {
            "candidate": {
                "external_id": f"{tag}-{n}",
                "first_name": f"Jo{n}",
                "emails": [{"address": f"jo.{tag}.{n}@candidates.example"}],
            }
        }
        for n in range(number)
    ]


def start_of(steps: int, *, due_at: datetime | None = None) -> EnrollmentStart:
    """Make the input of an enrollment's workflow."""
    ids = [fresh(Prefix.STEP) for _ in range(steps)]
    made = tuple(
        PlanStep(
            id=one,
            timing=Timing(kind=TimingKind.LATER, seconds=3 * DAY),
            next=ids[n + 1] if n + 1 < steps else None,
        )
        for n, one in enumerate(ids)
    )
    due = due_at or datetime.now(UTC) + GAP
    return EnrollmentStart(
        enrollment_id=fresh(Prefix.ENROLLMENT),
        workspace_id=fresh(Prefix.WORKSPACE),
        plan=Plan(version=1, accounts={Channel.EMAIL: fresh(Prefix.MAILBOX)}, steps=made),
        step_id=ids[0],
        first=Booking(not_before=due, slot_at=due),
    )


@asynccontextmanager
async def process(yard: Yard, module: str, queue: str, *more: str) -> AsyncGenerator[None]:
    """Run a worker of the benchmarks in a process of its own."""
    command = [sys.executable, "-m", module, yard.stack.state["temporal"], queue]
    command += [base64.b64encode(yard.key).decode(), *more]
    worker = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert worker.stdout is not None
    assert worker.stdin is not None
    await worker.stdout.readline()
    try:
        yield
    finally:
        worker.stdin.close()
        await worker.wait()


def _keys(home: Path) -> list[tuple[str, bytes]]:
    return codec_keys((home / "secrets" / "codec_key").read_text("utf-8"))


@asynccontextmanager
async def open_yard(home: Path, scale: float, *, workers: int = 2) -> AsyncGenerator[Yard]:
    """Start a stack and open every door to it."""

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with Stack(home, workers=workers, say=say) as stack:
        client = await connect(stack.state["temporal"], "default", _keys(home))
        headers = {"Authorization": f"Bearer {stack.state['api_key']}"}
        database = Database(stack.state["database_url"], pool_size=2)
        with (
            httpx.Client(base_url=stack.state["api"], headers=headers, timeout=600) as door,
            httpx.Client(base_url=stack.state["sandbox"], timeout=60) as sandbox,
        ):
            yield Yard(stack, client, door, sandbox, Health(database), scale)
        database.close()
