"""Ports with faults around them: the worker's own code runs between, untouched."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.fate import Fate, StoredDraft, Submission
from domain.mail import DELIVERY_HEADER, Arrival, Arrivals, Letter, Receipt
from domain.messages import PerformStep, StepResult
from domain.ports.mail import Leave, MailClient, MailClients
from domain.ports.steps import Attempt, Claim, Drafted, StepLedger
from tools.drill import plan
from tools.drill.grid import Fault, Point
from tools.drill.plan import Strike, Struck


@dataclass(frozen=True, slots=True)
class Hazard:
    """What is planned for whom, and does it to this very process."""

    home: Path
    struck: Struck
    stop_for: float  #: Seconds that a stopped worker sleeps: longer than a try may take.

    def meet(self, point: Point, enrollment_id: str) -> None:
        """Do what is planned at a point, once."""
        for strike in self._planned(point, enrollment_id):
            self._do(strike.fault)

    def wire(self, point: Point, enrollment_id: str) -> Fault | None:
        """Give the fault of the wire that is planned for a call, once."""
        return next((one.fault for one in self._planned(point, enrollment_id)), None)

    def lies_ahead(self, point: Point, enrollment_id: str) -> Fault | None:
        """Give the fault of the wire that `wire` will give, without letting it happen yet."""
        number, strikes = self._strikes(point, enrollment_id)
        ahead = (one for one in strikes if not self.struck.has_happened(number, one))
        return next((one.fault for one in ahead), None)

    def _planned(self, point: Point, enrollment_id: str) -> list[Strike]:
        number, strikes = self._strikes(point, enrollment_id)
        return [one for one in strikes if self.struck.claim(number, one)]

    def _strikes(self, point: Point, enrollment_id: str) -> tuple[int, list[Strike]]:
        file = self.home / "drill.json"
        numbers, strikes = _plan(file, file.stat().st_mtime_ns)
        number = numbers.get(enrollment_id, -1)
        return number, [one for one in strikes.get(number, ()) if one.point is point]

    def _do(self, fault: Fault) -> None:
        if fault is Fault.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        elif fault is Fault.STOP:
            wake = f"import os,signal,time; time.sleep({self.stop_for});"
            wake += f" os.kill({os.getpid()}, signal.SIGCONT)"
            subprocess.Popen([sys.executable, "-c", wake], start_new_session=True)
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            part = {Fault.POSTGRES: "postgres", Fault.TEMPORAL: "temporal"}[fault]
            pids = json.loads((self.home / "stack.json").read_text("utf-8"))["pids"]
            with suppress(ProcessLookupError):
                os.kill(pids[part], signal.SIGKILL)


@lru_cache(maxsize=2)
def _plan(file: Path, version: int) -> tuple[dict[str, int], dict[int, list[Strike]]]:
    del version  # Only for the cache.
    return plan.read(file)


class PerilousLedger:
    """`StepLedger` with faults before and after its transactions."""

    def __init__(self, ledger: StepLedger, hazard: Hazard) -> None:
        self._ledger = ledger
        self._hazard = hazard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim | StepResult | None:
        """Strike before and after the claim."""
        self._hazard.meet(Point.BEFORE_CLAIM, request.enrollment_id)
        claim = self._ledger.claim(request, attempt)
        if isinstance(claim, Claim):
            self._hazard.meet(Point.AFTER_CLAIM, request.enrollment_id)
        return claim

    def rendered(self, claim: Claim, letter: Letter) -> None:
        """Strike once the letter is stored."""
        self._ledger.rendered(claim, letter)
        self._hazard.meet(Point.AFTER_RENDERED, whose(claim.key))

    def drafted(self, claim: Claim, draft_id: str) -> Drafted:
        """Strike before the draft's id is stored."""
        self._hazard.meet(Point.AFTER_DRAFT, whose(claim.key))
        return self._ledger.drafted(claim, draft_id)

    def submit(self, claim: Claim, attempt: Attempt) -> StepResult | timedelta | None:
        """Strike before and after the send is announced."""
        self._hazard.meet(Point.BEFORE_SUBMIT, whose(claim.key))
        answer = self._ledger.submit(claim, attempt)
        if answer is None:
            self._hazard.meet(Point.AFTER_SUBMIT, whose(claim.key))
        return answer

    def sent(
        self,
        claim: Claim,
        receipt: Receipt,
        request: PerformStep,
        attempt: Attempt,
        *,
        answered: timedelta = timedelta(),
    ) -> StepResult:
        """Strike before and after the commit."""
        self._hazard.meet(Point.AFTER_SEND, request.enrollment_id)
        result = self._ledger.sent(claim, receipt, request, attempt, answered=answered)
        self._hazard.meet(Point.AFTER_COMMIT, request.enrollment_id)
        return result


class PerilousClients:
    """`MailClients` whose sends go through the port of the fault that is planned."""

    def __init__(
        self, plain: MailClients, faulty: Mapping[Fault, MailClients], hazard: Hazard
    ) -> None:
        self._plain = plain
        self._faulty = faulty
        self._hazard = hazard

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        """Open the mailbox's client."""
        plain = self._plain.open(mailbox_id, workspace_id)

        def faulty(fault: Fault) -> MailClient:
            return self._faulty[fault].open(mailbox_id, workspace_id)

        return PerilousClient(plain, faulty, self._hazard)


class PerilousClient:
    """`MailClient` over a wire that fails on purpose."""

    def __init__(self, plain: MailClient, faulty: Any, hazard: Hazard) -> None:
        self._plain = plain
        self._faulty = faulty
        self._hazard = hazard
        self._sender = plain  #: Whoever stands by for a send, or is to do it.

    def create_draft(self, letter: Letter) -> str:
        """Store a draft."""
        key = str(message_from_bytes(letter.mime)[DELIVERY_HEADER])
        fault = self._hazard.wire(Point.DRAFT_ANSWER, whose(key))
        client = self._plain if fault is None else self._through(fault)
        return client.create_draft(letter)

    @contextmanager
    def standing_by(self, submission: Submission) -> Generator[None]:
        """Stand by on the wire on which the send is to fail."""
        fault = self._hazard.lies_ahead(Point.SEND_ANSWER, whose(submission.key))
        self._sender = self._plain if fault is None else self._through(fault)
        with self._sender.standing_by(submission):
            yield

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft; from here on the fault has happened."""
        self._hazard.wire(Point.SEND_ANSWER, whose(submission.key))
        return self._sender.send_draft(submission, leave)

    def _through(self, fault: Fault) -> MailClient:
        client = self._faulty(fault)
        if fault is Fault.UNAUTHORIZED:
            client.probe()  # Its token has worked before it is refused, as the plain client's has.
        return client

    def fate(self, submission: Submission) -> Fate:
        """Pass through."""
        return self._plain.fate(submission)

    def delete_draft(self, draft_id: str) -> None:
        """Pass through."""
        self._plain.delete_draft(draft_id)

    def our_drafts(self) -> Sequence[StoredDraft]:
        """Pass through."""
        return self._plain.our_drafts()

    def read_back(self, sent_id: str) -> Receipt:
        """Pass through."""
        return self._plain.read_back(sent_id)

    def probe(self) -> None:
        """Pass through."""
        self._plain.probe()

    def cursor(self) -> str:
        """Pass through."""
        return self._plain.cursor()

    def arrivals(self, cursor: str) -> Arrivals:
        """Pass through."""
        return self._plain.arrivals(cursor)

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Pass through."""
        return self._plain.recent(since)

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Pass through."""
        return self._plain.aside(since)

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Pass through."""
        return self._plain.raw(arrival, most=most)


def whose(key: str) -> str:
    """Name the enrollment of a delivery key."""
    return key.partition(":")[0]
