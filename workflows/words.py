"""What support reads in a history: the summaries of timers and steps, and the current details."""

from datetime import datetime

from domain.catalog import CATALOG
from domain.codes import ReasonCode, Status
from domain.plan import STEPS, PlanStep
from domain.state import EnrollmentState
from domain.status import code_of, standing_of, status_of

_QUIET = frozenset({Status.IN_PROGRESS, Status.NOT_STARTED})


def visible_status(state: EnrollmentState) -> Status:
    """Say which status the search attributes should show; they change only for error and pause."""
    status = status_of(standing_of(state))
    return Status.IN_PROGRESS if status in _QUIET else status


def step_name(state: EnrollmentState, step: PlanStep) -> str:
    """Name a step as people count: from 1."""
    place = state.plan.index(step.id) + 1
    return f"step {place} of {len(state.plan.steps)}"


def activity_summary(state: EnrollmentState, step: PlanStep) -> str:
    """Say what a try at a step does."""
    verb = "Send" if state.slot_at is not None else "Book a slot for"
    return f"{verb} {STEPS[step.kind].label}, {step_name(state, step)}"


def timer_summary(state: EnrollmentState, code: ReasonCode) -> str:
    """Say what a timer waits for."""
    step = state.step
    place = "" if step is None else f", {step_name(state, step)}"
    return f"{CATALOG[code].label}{place}"


def details(state: EnrollmentState, until: datetime | None) -> str:
    """Write the card that Temporal's page shows: what it waits for, until when, who can help."""
    code = code_of(standing_of(state))
    spec = CATALOG[code]
    lines = [
        f"**{spec.label}** (`{code}`)",
        f"- cause: {spec.cause}",
        f"- remedy: {spec.remedy}",
        f"- who: {spec.who}",
        f"- until: {until.isoformat() if until else 'a fact arrives'}",
    ]
    if state.step is not None:
        lines.insert(1, f"- {step_name(state, state.step)}: {STEPS[state.step.kind].label}")
    return "\n".join(lines)
