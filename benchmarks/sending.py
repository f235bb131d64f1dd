"""What a send costs with everything on, and how the 50 in flight and the spacing hold.

The provider's side is the sandbox's own account: its ledger and its count of open calls.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.report import Figure, at_least, at_most, shown
from benchmarks.yard import Yard, open_yard, people, process, start_of
from domain.ids import enrollment_workflow_id
from domain.outbox import Parcel, WorkflowKind
from relay.carrier import Carrier

ROUNDS = 3
SENDS = 400  #: Of a round.
LATENCY_MS = 30
BOXES = 20  #: They share a round's sends.
HEAD_START = timedelta(seconds=25)  #: Everybody is enrolled and asleep before the first is due.
CROWD_BOXES, CROWD_EACH, SLOW_MS = 200, 3, 2_000
MOST = 50
BULK_BOXES, BULK_EACH = 3, 15


async def measure(yard: Yard) -> list[Figure]:
    """Measure on a stack of its own, whose watchers stay out of the provider's counts."""
    os.environ["REPRISE_POLL_SECONDS"] = "3600"
    try:
        with tempfile.TemporaryDirectory() as folder:
            async with open_yard(Path(folder) / "home", yard.scale) as own:
                return [*await _rates(own), *await _gaps(own), *await _crowd(own)]
    finally:
        del os.environ["REPRISE_POLL_SECONDS"]


async def _rates(yard: Yard) -> list[Figure]:
    """Alternate rounds of ours and of "POST, then return", at the same latency."""
    sends = yard.sized(SENDS)
    boxes = [yard.make_sequence(_later()) for _ in range(BOXES)]
    rates: dict[str, list[float]] = {"ours": [], "plain": []}
    token = _token(yard)
    async with _plain_workers(yard, token):
        for number in range(1 + ROUNDS):
            for kind in ("plain", "ours") if number % 2 else ("ours", "plain"):
                _lever(yard, "latency", ms=0)
                if kind == "ours":
                    due = _enroll(yard, boxes, sends)
                else:
                    due = await _start_plain(yard, sends)
                _lever(yard, "latency", ms=LATENCY_MS)
                rate = await _drain(yard, sends, due)
                if number:  # The first round of each warms up: connections, statements, caches.
                    rates[kind].append(rate)
    _lever(yard, "latency", ms=0)
    ratio = statistics.median(a / b for a, b in zip(rates["ours"], rates["plain"], strict=True))
    return [
        shown("sends with everything on, 30 ms", statistics.median(rates["ours"]), "/s"),
        shown("POST then return, 30 ms", statistics.median(rates["plain"]), "/s"),
        at_least("sends against POST then return", ratio, 0.5, "x"),
    ]


async def _gaps(yard: Yard) -> list[Figure]:
    """Send bulks of mailboxes with 3 s between two messages; the provider's clock judges."""
    each = max(4, round(BULK_EACH * yard.scale))
    before = _accepted(yard)
    for _ in range(BULK_BOXES):
        sequence = yard.make_sequence({"kind": "instant"}, spacing_seconds=3)
        yard.post(f"/sequences/{sequence}/enrollments:bulk", {"items": people(each)})
    await asyncio.to_thread(
        yard.until,
        lambda: len(_accepted(yard)) >= len(before) + BULK_BOXES * each,
        60 + 10 * each,
        "the bulks are sent",
    )
    by_box: dict[str, list[int]] = {}
    for line in _accepted(yard)[len(before) :]:
        by_box.setdefault(line["account"], []).append(line["at_ms"])
    gaps = [b - a for moments in by_box.values() for a, b in pairwise(sorted(moments))]
    return [
        at_least("shortest gap of a mailbox in bulk", min(gaps) / 1000, 3.0, "s"),
        shown("median gap of a mailbox in bulk", statistics.median(gaps) / 1000, "s"),
    ]


async def _crowd(yard: Yard) -> list[Figure]:
    """Let 200 mailboxes have more to send than 50 in flight can carry, at 2 s a call."""
    each = CROWD_EACH
    boxes = yard.sized(CROWD_BOXES)
    sequences = [yard.make_sequence(_later(), spacing_seconds=3) for _ in range(boxes)]
    _enroll(yard, sequences, boxes * each)
    before = len(_accepted(yard))
    _lever(yard, "latency", ms=SLOW_MS)
    yard.sandbox.delete("/control/stats").raise_for_status()
    samples = await asyncio.to_thread(_watch, yard, before + boxes * each)
    most = yard.sandbox.get("/control/stats").json()["in_flight_max"].get("all", 0)
    _lever(yard, "latency", ms=0)
    return [
        at_most("most in flight, seen by the provider", most, MOST, ""),
        at_least(
            "the 50 in use while work waits, at 2 s", statistics.mean(samples) / MOST, 0.95, "x"
        ),
    ]


def _watch(yard: Yard, until: int) -> list[int]:
    """Sample how many calls are open, from the first full house to the last 50 sends."""
    samples: list[int] = []
    deadline = time.monotonic() + 600
    while (left := until - len(_accepted(yard))) > MOST:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} sends are left")
        stats = yard.sandbox.get("/control/stats").json()
        is_open = stats["in_flight"].get("all", 0)
        if samples or is_open >= MOST * 0.9:
            samples.append(is_open)
        time.sleep(0.5)
    yard.until(lambda: len(_accepted(yard)) >= until, 300, "the crowd is sent")
    return samples or [0]


def _later() -> dict[str, Any]:
    return {"kind": "later", "seconds": round(HEAD_START.total_seconds())}


def _enroll(yard: Yard, sequences: list[str], sends: int) -> datetime:
    due = datetime.now(UTC) + HEAD_START
    for number, sequence in enumerate(sequences):
        share = sends // len(sequences) + (number < sends % len(sequences))
        if share:
            yard.post(f"/sequences/{sequence}/enrollments:bulk", {"items": people(share)})
    return due


async def _start_plain(yard: Yard, sends: int) -> datetime:
    """Start as many by the relay's own carrier."""
    due = datetime.now(UTC) + HEAD_START
    carrier, gate = Carrier(yard.client, "plain"), asyncio.Semaphore(20)

    async def one(number: int) -> None:
        start = start_of(1, due_at=due)
        async with gate:
            parcel = Parcel(
                id=number,
                workflow_id=enrollment_workflow_id(start.enrollment_id, start.round),
                kind=WorkflowKind.ENROLLMENT,
                start=start,
                delay=due - datetime.now(UTC),
                attributes={"RepriseWorkspace": start.workspace_id},
            )
            await carrier.carry(parcel)

    await asyncio.gather(*(one(number) for number in range(sends)))
    return due


async def _drain(yard: Yard, sends: int, due: datetime) -> float:
    """Wait until all have ended; gives ends a second, from the first one due.

    What was accepted only would leave the plain one's other half behind: it makes all its calls
    first and answers Temporal afterwards.
    """
    await asyncio.sleep(max((due - datetime.now(UTC)).total_seconds(), 0))
    ended = f"WorkflowType = 'Enrollment' AND CloseTime > '{due.isoformat()}'"
    deadline = time.monotonic() + 300
    while (count := (await yard.client.count_workflows(ended)).count) < sends:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{count} of {sends} ended")
        await asyncio.sleep(0.5)
    ends = [one.close_time async for one in yard.client.list_workflows(ended)]
    return sends / (max(at for at in ends if at is not None) - due).total_seconds()


def _accepted(yard: Yard) -> list[dict[str, Any]]:
    return yard.sandbox.get("/control/ledger").json()["data"]


def _lever(yard: Yard, name: str, **body: object) -> None:
    yard.sandbox.post(f"/control/{name}", json=body).raise_for_status()


def _token(yard: Yard) -> str:
    """Consent as the plain worker's mailbox."""
    back = "http://127.0.0.1/back"
    asked = {
        "client_id": "client",
        "redirect_uri": back,
        "response_type": "code",
        "scope": "https://www.googleapis.com/auth/gmail.modify",
        "access_type": "offline",
        "prompt": "consent",
        "login_hint": "plain@recruiters.example",
    }
    link = yard.sandbox.get("/o/oauth2/v2/auth", params=asked, follow_redirects=False)
    code = parse_qs(urlsplit(link.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    answer = yard.sandbox.post("/token", data={**form, "client_id": "client"})
    return str(answer.json()["access_token"])


@asynccontextmanager
async def _plain_workers(yard: Yard, token: str) -> AsyncGenerator[None]:
    """Run as many as the stack has of ours."""
    async with AsyncExitStack() as stack:
        for _ in range(len(yard.stack.pids()["worker"])):
            more = (yard.stack.state["sandbox"], token)
            await stack.enter_async_context(process(yard, "benchmarks.plain", "plain", *more))
        yield
