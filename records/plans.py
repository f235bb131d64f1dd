"""Reads a version's stored steps as the plan that workflows follow and the content they send."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.mail import StepContent, Thread
from domain.plan import Channel, Plan, PlanStep, StepKind
from domain.timing import Timing, TimingKind

StoredStep = Mapping[str, Any]


def plan_of(number: int, steps: Sequence[StoredStep], mailbox_id: str | None) -> Plan:
    """Build the plan of a version for an enrollment that sends from this mailbox."""
    accounts = {} if mailbox_id is None else {Channel.EMAIL: mailbox_id}
    return Plan(version=number, accounts=accounts, steps=tuple(_step(step) for step in steps))


def content_of(step: StoredStep) -> StepContent:
    """Read what an e-mail step says."""
    return StepContent(
        thread=Thread(step.get("thread", Thread.NEW)),
        subject=step.get("subject") or "",
        body=step.get("body") or "",
        cc=tuple(step.get("cc") or ()),
        bcc=tuple(step.get("bcc") or ()),
    )


def timing_of(raw: Mapping[str, Any]) -> Timing:
    """Read a stored timing."""
    return Timing(
        kind=TimingKind(raw["kind"]),
        seconds=raw.get("seconds"),
        at=raw.get("at"),
        zone=raw.get("zone"),
        time=raw.get("time"),
    )


def _step(step: StoredStep) -> PlanStep:
    return PlanStep(
        id=step["id"],
        kind=StepKind(step.get("kind", StepKind.EMAIL)),
        timing=timing_of(step["timing"]),
        next=step.get("next"),
        on_skip=step.get("on_skip"),
        on_failure=step.get("on_failure"),
        on_timeout=step.get("on_timeout"),
    )
