"""The rules of one enrollment: what to do now, and what a try at a step changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from domain.codes import ReasonCode
from domain.messages import ResultKind, StepResult
from domain.plan import PlanStep
from domain.state import EnrollmentState, book, freeze, go_to, leave_hold, thaw


@dataclass(frozen=True, slots=True, kw_only=True)
class Perform:
    """Try the step now."""

    step: PlanStep


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """Sleep until a time or a fact."""

    at: datetime
    code: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor:
    """Sleep until a fact; no time ends this wait."""

    code: ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Nothing is left to do."""

    code: ReasonCode


Decision = Perform | WaitUntil | WaitFor | Finish


def decide(state: EnrollmentState, now: datetime) -> Decision:
    """Say what to do at `now` (the workflow's own time, UTC). Call `lapse` first."""
    if state.ended is not None:
        return Finish(code=state.ended)
    step = state.step
    if step is None:
        return Finish(code=ReasonCode.NO_RESPONSE)
    if state.is_paused:
        return _while_paused(state)
    if state.hold_id is not None:
        return WaitFor(code=state.hold_code or ReasonCode.SYSTEM_ERROR)
    if state.awaiting is not None:
        return WaitUntil(at=state.awaiting.until, code=state.code)
    if state.slot_at is None or state.slot_at <= now:
        return Perform(step=step)
    return WaitUntil(at=state.slot_at, code=state.code)


def lapse(state: EnrollmentState, now: datetime) -> EnrollmentState:
    """Let what was limited in time run out: a pause with an end, a deadline."""
    if state.paused and state.paused_until is not None and state.paused_until <= now:
        over = replace(state, paused=False, paused_until=None, pause_code=ReasonCode.MANUAL)
        state = thaw(over, now)
    awaiting = state.awaiting
    if awaiting is None or awaiting.until > now or state.is_paused:
        return state
    if awaiting.on_timeout == state.step_id:
        return replace(state, awaiting=None, slot_at=None)
    return go_to(state, awaiting.on_timeout)


def after(state: EnrollmentState, result: StepResult, now: datetime) -> EnrollmentState:
    """Put the outcome of a try at the current step into the state."""
    if state.ended is not None:
        return state
    changed = _AFTER[result.kind](state, result)
    return freeze(replace(changed, frozen=None), now) if changed.is_paused else changed


def _while_paused(state: EnrollmentState) -> Decision:
    if state.deactivated:
        return WaitFor(code=ReasonCode.SEQUENCE_DEACTIVATED)
    if state.paused_until is None:
        return WaitFor(code=state.pause_code)
    return WaitUntil(at=state.paused_until, code=state.pause_code)


def _sent(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    step = state.step
    return book(go_to(state, step.next if step else None), result.booking)


def _skipped(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    following = state.plan.after_skip(state.step_id) if state.step_id else None
    return book(go_to(state, following), result.booking)


def _deferred(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    return book(state, result.booking)


def _held(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    early = next((r for r in state.released if r.hold_id == result.hold_id), None)
    if early is not None:
        kept = tuple(r for r in state.released if r is not early)
        return leave_hold(replace(state, released=kept), early)
    return replace(state, hold_id=result.hold_id, hold_code=result.code, slot_at=None)


def _awaiting(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    awaiting = result.awaiting
    if awaiting is None:
        return state
    code = result.code or ReasonCode.AWAITING_MANUAL_ACTION
    waiting = replace(state, awaiting=awaiting, slot_at=None, code=code)
    if awaiting.fact not in state.happened:
        return waiting
    return go_to(waiting, awaiting.on_fact)


def _ended(state: EnrollmentState, result: StepResult) -> EnrollmentState:
    return replace(state, ended=result.code or ReasonCode.SYSTEM_ERROR)


_AFTER: Mapping[ResultKind, Callable[[EnrollmentState, StepResult], EnrollmentState]] = (
    MappingProxyType(
        {
            ResultKind.SENT: _sent,
            ResultKind.SKIPPED: _skipped,
            ResultKind.DEFERRED: _deferred,
            ResultKind.HELD: _held,
            ResultKind.AWAITING: _awaiting,
            ResultKind.ENDED: _ended,
        }
    )
)
