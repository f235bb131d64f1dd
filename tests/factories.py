"""Makes the things that tests speak of, naming only what matters to the test."""

from datetime import UTC, datetime, timedelta
from itertools import count

from domain.messages import Booking, Fact
from domain.plan import Channel, Plan, PlanStep
from domain.state import EnrollmentStart, EnrollmentState
from domain.timing import Timing, TimingKind

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  #: A Monday.
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

INSTANT = Timing(kind=TimingKind.INSTANT)
THREE_DAYS = Timing(kind=TimingKind.LATER, seconds=3 * 86_400)
AT_NINE = Timing(kind=TimingKind.NEXT_BUSINESS_DAY, time="09:00")

_numbers = count(1)


def step_id(number: int) -> str:
    """Give the id of the n-th step, from 0."""
    return f"stp_{number:020d}"


def plan(*timings: Timing, version: int = 1) -> Plan:
    """Make a plan of e-mail steps with these timings, one after the other."""
    chosen = timings or (INSTANT, THREE_DAYS, THREE_DAYS)
    steps = tuple(
        PlanStep(
            id=step_id(n),
            timing=timing,
            next=step_id(n + 1) if n + 1 < len(chosen) else None,
        )
        for n, timing in enumerate(chosen)
    )
    return Plan(version=version, accounts={Channel.EMAIL: f"mbx_{0:020d}"}, steps=steps)


def state(*, at: datetime = NOON, step: int = 1, **changes: object) -> EnrollmentState:
    """Make the state of an enrollment that waits for its second step until `at`."""
    values: dict[str, object] = {
        "plan": plan(),
        "step_id": step_id(step),
        "not_before": at,
        "slot_at": at,
        **changes,
    }
    return EnrollmentState(**values)  # pyright: ignore[reportArgumentType]


def fact(number: int = 1, **values: object) -> Fact:
    """Make a fact."""
    return Fact(number=number, **values)  # pyright: ignore[reportArgumentType]


def enrollment_start(
    *, due_at: datetime, made: Plan | None = None, name: str | None = None
) -> EnrollmentStart:
    """Make the input of an enrollment's workflow whose first step is due at a moment."""
    chosen = made or plan()
    return EnrollmentStart(
        enrollment_id=name or f"enr_{next(_numbers):020d}",
        workspace_id=f"wsp_{0:020d}",
        plan=chosen,
        step_id=chosen.steps[0].id,
        first=Booking(not_before=due_at, slot_at=due_at),
    )
