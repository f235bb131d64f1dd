"""What each fact does to an enrollment's state, whatever the order in which facts arrive.

A fact counts only when its number is newer than the newest of its own kind of state: manual
pauses, the sequence's switch, retries and migrations are four such kinds. Endings are first come,
first kept; releases are matched by the id of their hold. So every fact may come late, twice or in
the wrong order.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from domain.codes import ReasonCode
from domain.messages import Fact, FactKind
from domain.state import (
    REMEMBERED_RELEASES,
    EnrollmentState,
    Release,
    freeze,
    go_to,
    leave_hold,
    thaw,
)

Learn = Callable[[EnrollmentState, Fact, datetime], EnrollmentState]


def learn(state: EnrollmentState, kind: FactKind, fact: Fact, now: datetime) -> EnrollmentState:
    """Put one fact into the state; `now` is the workflow's own time."""
    if state.ended is not None:
        return state
    return _fulfil(_LEARN[kind](state, fact, now), kind.value)


def _pause(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.manual_number:
        return state
    known = replace(
        state,
        manual_number=fact.number,
        paused=True,
        paused_until=fact.until,
        pause_code=fact.code or ReasonCode.MANUAL,
    )
    return freeze(known, now)


def _resume(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.manual_number:
        return state
    known = replace(
        state,
        manual_number=fact.number,
        paused=False,
        paused_until=None,
        pause_code=ReasonCode.MANUAL,
    )
    return thaw(known, now)


def _deactivate(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.sequence_number:
        return state
    return freeze(replace(state, sequence_number=fact.number, deactivated=True), now)


def _activate(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.sequence_number:
        return state
    return thaw(replace(state, sequence_number=fact.number, deactivated=False), now)


def _end_as(default: ReasonCode) -> Learn:
    def end(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
        del now  # An ending needs no time.
        return replace(state, ended=fact.code or default)

    return end


def _retry(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.retry_number:
        return state
    return _release(replace(state, retry_number=fact.number), fact, now)


def _release(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    del now  # A released step is due when it was due before.
    if fact.hold_id is None:
        return replace(state, slot_at=None)  # What it waits for was mended: book anew.
    early = Release(hold_id=fact.hold_id, step_id=fact.step_id)
    if fact.hold_id == state.hold_id:
        return leave_hold(state, early)
    if early in state.released:
        return state
    return replace(state, released=(*state.released, early)[-REMEMBERED_RELEASES:])


def _migrate(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    if fact.number <= state.migrate_number or fact.plan is None:
        return state
    stays = fact.step_id is None or fact.step_id == state.step_id
    known = replace(state, migrate_number=fact.number, plan=fact.plan)
    if stays and known.plan.has(state.step_id):
        return known
    moved = go_to(known, fact.step_id)
    return freeze(replace(moved, frozen=None), now) if moved.is_paused else moved


def _happened(state: EnrollmentState, fact: Fact, now: datetime) -> EnrollmentState:
    del now  # What happened stays so.
    if fact.name is None or fact.name in state.happened:
        return state
    return _fulfil(replace(state, happened=(*state.happened, fact.name)), fact.name)


def _fulfil(state: EnrollmentState, fact: str) -> EnrollmentState:
    """Follow the successor of what was awaited, when this is it."""
    if state.awaiting is None or state.awaiting.fact != fact:
        return state
    following = state.awaiting.on_fact
    if following == state.step_id:
        return replace(state, awaiting=None, slot_at=None)
    return go_to(state, following)


_LEARN: Mapping[FactKind, Learn] = MappingProxyType(
    {
        FactKind.PAUSE: _pause,
        FactKind.RESUME: _resume,
        FactKind.DEACTIVATE: _deactivate,
        FactKind.ACTIVATE: _activate,
        FactKind.REPLY_RECEIVED: _end_as(ReasonCode.REPLIED),
        FactKind.INTERVIEW_BOOKED: _end_as(ReasonCode.INTERVIEW_SESSION_DETECTED),
        FactKind.STOP: _end_as(ReasonCode.UNENROLLED_BY_USER),
        FactKind.RETRY: _retry,
        FactKind.RESOURCE_FIXED: _release,
        FactKind.MIGRATE: _migrate,
        FactKind.HAPPENED: _happened,
    }
)
