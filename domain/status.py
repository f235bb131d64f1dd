"""The status and the code that people see: one pure function of what is true of an enrollment."""

from dataclasses import dataclass

from domain.catalog import CATALOG
from domain.codes import ReasonCode, Status
from domain.state import EnrollmentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides the status: the flags of an enrollment's row, or of its workflow."""

    started: bool = True  #: Its workflow was asked for.
    paused: bool = False
    pause_code: ReasonCode = ReasonCode.MANUAL  #: Why it is paused.
    deactivated: bool = False
    hold_code: ReasonCode | None = None
    wait_code: ReasonCode = ReasonCode.SCHEDULED
    ended_code: ReasonCode | None = None


def code_of(standing: Standing) -> ReasonCode:
    """Say what it waits for. The outermost cause wins: mending an inner one would not help yet."""
    if standing.ended_code is not None:
        return standing.ended_code
    if not standing.started:
        return ReasonCode.ADDED_PAUSED if standing.paused else ReasonCode.SEQUENCE_INACTIVE
    if standing.deactivated:
        return ReasonCode.SEQUENCE_DEACTIVATED
    if standing.paused:
        return standing.pause_code
    return standing.hold_code or standing.wait_code


def status_of(standing: Standing) -> Status:
    """Say in which of the six states people see it.

    A code that ends an enrollment may also be why it pauses (somebody is out of office).
    """
    if standing.ended_code is None and standing.started and standing.paused:
        return Status.PAUSED
    return status_for(code_of(standing))


def status_for(code: ReasonCode) -> Status:
    """Look a code's status up in the catalog.

    The codes of steps and sequences (a schedule that never opens, say) are errors where they keep
    an enrollment from going on.
    """
    status = CATALOG[code].status
    return Status(status) if status in _STATUSES else Status.ERROR


_STATUSES = frozenset(status.value for status in Status)


def standing_of(state: EnrollmentState) -> Standing:
    """Read a workflow's standing out of its state."""
    ended = state.ended
    if ended is None and state.step_id is None:
        ended = ReasonCode.NO_RESPONSE
    return Standing(
        paused=state.paused,
        pause_code=state.pause_code,
        deactivated=state.deactivated,
        hold_code=state.hold_code if state.hold_id is not None else None,
        wait_code=state.code,
        ended_code=ended,
    )
