"""The pre-flight check: six checks in order, judged from plain facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.codes import ReasonCode
from domain.mailbox import MailboxState, hold_code
from domain.problems import Problem
from domain.schedule import Schedule, problems_of

Steps = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceFacts:
    """What the checks look at."""

    name: str
    steps: Steps
    has_sender: bool
    sender_removed: bool = False
    sender_state: str | None = None
    has_prospects: bool = True
    schedule: Schedule | None = None
    has_follow_up: bool = False
    follow_up: Schedule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The outcome of one check; `ok` with a code is a warning."""

    check: int
    ok: bool
    skipped: bool = False
    code: ReasonCode | None = None
    detail: str = ""


def check(facts: SequenceFacts) -> tuple[CheckResult, ...]:
    """Run checks 1 to 4, all of them; 5 and 6 only when none of those failed.

    `no_prospects` warns and never fails: the sequence goes on with its first enrollment.
    """
    first = (_linked(facts), _set_up(facts), _prospects(facts), CheckResult(check=4, ok=True))
    if not all(result.ok for result in first):
        skipped = tuple(CheckResult(check=n, ok=False, skipped=True) for n in (5, 6))
        return (*first, *skipped)
    return (*first, _schedule(facts), _follow_up(facts))


def problems(facts: SequenceFacts) -> list[Problem]:
    """Name everything that keeps a sequence from being complete, with its place."""
    found: list[Problem] = []
    if not facts.name.strip():
        found.append(Problem(ReasonCode.INCOMPLETE, "/name", "Give the sequence a name."))
    if not facts.steps:
        found.append(Problem(ReasonCode.INCOMPLETE, "/steps", "Add at least one step."))
    for n, step in enumerate(facts.steps):
        found.extend(_step_problems(step, n))
    if not facts.has_sender:
        found.append(Problem(ReasonCode.NO_SENDER, "/sender", "Choose a mailbox to send from."))
    return found


def _step_problems(step: Mapping[str, Any], n: int) -> list[Problem]:
    found: list[Problem] = []
    is_new = step.get("thread", "new") == "new"
    if n == 0 and not is_new:
        detail = "The first e-mail opens a new thread."
        found.append(Problem(ReasonCode.INCOMPLETE, "/steps/0/thread", detail))
    if is_new and not (step.get("subject") or "").strip():
        detail = "Give the step a subject."
        found.append(Problem(ReasonCode.MISSING_EMAIL_SUBJECT, f"/steps/{n}/subject", detail))
    if not (step.get("body") or "").strip():
        found.append(Problem(ReasonCode.EMPTY_MESSAGE, f"/steps/{n}/body", "Give it a body."))
    return found


def _linked(facts: SequenceFacts) -> CheckResult:
    found = problems(facts)
    if not found:
        return CheckResult(check=1, ok=True)
    worst = next((p for p in found if p.code == ReasonCode.NO_SENDER), None)
    code = ReasonCode.NO_SENDER if worst and len(found) == 1 else ReasonCode.INCOMPLETE
    detail = "; ".join(f"{p.pointer}: {p.detail}" for p in found)
    return CheckResult(check=1, ok=False, code=code, detail=detail)


def _set_up(facts: SequenceFacts) -> CheckResult:
    if not facts.has_sender:
        return CheckResult(check=2, ok=True)
    if facts.sender_removed:
        detail = "The sender's mailbox was removed; choose another or add it again."
        return CheckResult(check=2, ok=False, code=ReasonCode.SENDER_REMOVED, detail=detail)
    code = hold_code(MailboxState(facts.sender_state or MailboxState.CONNECTING))
    if code is None:
        return CheckResult(check=2, ok=True)
    detail = "The sender's mailbox must be connected again by its owner."
    return CheckResult(check=2, ok=False, code=code, detail=detail)


def _prospects(facts: SequenceFacts) -> CheckResult:
    if facts.has_prospects:
        return CheckResult(check=3, ok=True)
    detail = "Nobody is enrolled; it goes on with the first enrollment."
    return CheckResult(check=3, ok=True, code=ReasonCode.NO_PROSPECTS, detail=detail)


def _schedule(facts: SequenceFacts) -> CheckResult:
    if facts.schedule is not None and not problems_of(facts.schedule):
        return CheckResult(check=5, ok=True)
    detail = "Choose a schedule that has at least one window."
    return CheckResult(check=5, ok=False, code=ReasonCode.SCHEDULE_INVALID, detail=detail)


def _follow_up(facts: SequenceFacts) -> CheckResult:
    if not facts.has_follow_up:
        return CheckResult(check=6, ok=True)
    if facts.follow_up is not None and not problems_of(facts.follow_up):
        return CheckResult(check=6, ok=True)
    detail = "The follow-up schedule has no window."
    return CheckResult(check=6, ok=False, code=ReasonCode.FOLLOWUP_SCHEDULE_INVALID, detail=detail)
