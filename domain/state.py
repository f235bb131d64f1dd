"""The state of one enrollment: what its workflow remembers between two looks at the clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.codes import ReasonCode
from domain.messages import Awaiting, Booking
from domain.plan import Plan, PlanStep

REMEMBERED_RELEASES = 20  #: How many releases without their hold are kept; the oldest go first.


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A hold that was lifted before this workflow heard of it."""

    hold_id: str
    step_id: str | None = None  #: Where to go on, when a person said so.


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """What a pause or a hold keeps of a delay that was running."""

    remaining_ms: int | None = None  #: Milliseconds left of a `later` delay; None: date-bound.


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentState:
    """Everything `decide` needs besides the time; it survives continue-as-new whole.

    The numbers are those of the newest fact heard per kind of state (see `domain.facts`).
    """

    plan: Plan
    step_id: str | None
    not_before: datetime | None = None  #: When the step itself is due (UTC); None: at once.
    slot_at: datetime | None = None  #: The moment reserved to send (UTC); None: none yet.
    code: ReasonCode = ReasonCode.SCHEDULED  #: Why the slot is where it is.
    manual_number: int = 0
    paused: bool = False
    paused_until: datetime | None = None
    pause_code: ReasonCode = ReasonCode.MANUAL  #: Why it is paused.
    sequence_number: int = 0
    deactivated: bool = False
    frozen: Freeze | None = None
    retry_number: int = 0
    migrate_number: int = 0
    hold_id: str | None = None
    hold_code: ReasonCode | None = None
    awaiting: Awaiting | None = None
    released: tuple[Release, ...] = ()
    happened: tuple[str, ...] = ()  #: Numbered facts by name that came before they were awaited.
    ended: ReasonCode | None = None

    @property
    def is_paused(self) -> bool:
        """Say whether any pause is on."""
        return self.paused or self.deactivated

    @property
    def step(self) -> PlanStep | None:
        """The step that comes next, if one does."""
        return None if self.step_id is None else self.plan.step(self.step_id)


def freeze(state: EnrollmentState, now: datetime) -> EnrollmentState:
    """Give the slot back; keep what is left of a delay that moves with pauses."""
    if state.frozen is not None:
        return replace(state, slot_at=None)
    return replace(state, slot_at=None, frozen=Freeze(remaining_ms=_remaining_ms(state, now)))


def thaw(state: EnrollmentState, now: datetime) -> EnrollmentState:
    """Go on where `freeze` stopped, once nothing pauses any more."""
    if state.is_paused or state.frozen is None:
        return state
    left = state.frozen.remaining_ms
    due = state.not_before if left is None else now + timedelta(milliseconds=left)
    return replace(state, frozen=None, not_before=due, slot_at=None)


def book(state: EnrollmentState, booking: Booking | None) -> EnrollmentState:
    """Take over when the current step is due and which slot is reserved for it."""
    if booking is None:
        return replace(state, not_before=None, slot_at=None, code=ReasonCode.SCHEDULED)
    return replace(state, not_before=booking.not_before, slot_at=booking.slot_at, code=booking.code)


def go_to(state: EnrollmentState, step_id: str | None) -> EnrollmentState:
    """Move to a step, due at once; None is the end of the steps."""
    return replace(
        state,
        step_id=step_id if state.plan.has(step_id) else None,
        not_before=None,
        slot_at=None,
        code=ReasonCode.SCHEDULED,
        hold_id=None,
        hold_code=None,
        awaiting=None,
    )


def leave_hold(state: EnrollmentState, release: Release) -> EnrollmentState:
    """Go on after a hold: at once where a person named the step, else when the step is due.

    A step may be held before it is due: when its slot is booked anew after a pause.
    """
    if release.step_id is not None:
        return go_to(state, release.step_id)
    return replace(go_to(state, state.step_id), not_before=state.not_before)


def _remaining_ms(state: EnrollmentState, now: datetime) -> int | None:
    step = state.step
    if step is None or state.not_before is None or not step.timing.moves_with_pause:
        return None
    return max(0, round((state.not_before - now).total_seconds() * 1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentStart:
    """The input of an enrollment's workflow, and of the run after continue-as-new."""

    enrollment_id: str
    workspace_id: str
    plan: Plan
    step_id: str | None
    round: int = 1
    first: Booking | None = None  #: The first step's slot.
    carried: EnrollmentState | None = None  #: The state of the run before, without its plan.


def begin(start: EnrollmentStart) -> EnrollmentState:
    """Build the state with which a run begins."""
    if start.carried is not None:
        return replace(start.carried, plan=start.plan)
    state = EnrollmentState(plan=start.plan, step_id=start.step_id)
    return book(state, start.first)


def carry(start: EnrollmentStart, state: EnrollmentState) -> EnrollmentStart:
    """Build the input of the next run: the same state, the plan said once."""
    bare = replace(state, plan=Plan(version=state.plan.version))
    return replace(start, plan=state.plan, step_id=state.step_id, first=None, carried=bare)
