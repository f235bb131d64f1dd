"""Decisions: what to do now, what runs out by itself, what a try leads to, and what is carried."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import ReasonCode
from domain.enrollment import Decision, Finish, Perform, WaitFor, WaitUntil, after, decide, lapse
from domain.messages import Awaiting, Booking, ResultKind, StepResult
from domain.state import EnrollmentStart, EnrollmentState, Freeze, Release, begin, carry
from relay.codec import CompactConverter
from tests.factories import AT_NINE, DAY, HOUR, INSTANT, NOON, THREE_DAYS, plan, state, step_id

LATER = NOON + DAY
SECOND = plan().steps[1]
BLOCKED = ReasonCode.MAILBOX_BLOCKED


def awaiting(*, until: datetime = LATER, on_fact: int | None = 2, on_timeout: int | None = 1):
    return Awaiting(
        fact="accepted",
        until=until,
        on_fact=None if on_fact is None else step_id(on_fact),
        on_timeout=None if on_timeout is None else step_id(on_timeout),
    )


@pytest.mark.parametrize(
    ("known", "decision"),
    [
        pytest.param(state(at=LATER), WaitUntil(at=LATER, code=ReasonCode.SCHEDULED), id="slot"),
        pytest.param(
            state(at=LATER, code=BLOCKED), WaitUntil(at=LATER, code=BLOCKED), id="slot with a cause"
        ),
        pytest.param(state(at=NOON), Perform(step=SECOND), id="slot now"),
        pytest.param(state(at=NOON - DAY), Perform(step=SECOND), id="slot missed"),
        pytest.param(state(at=LATER, slot_at=None), Perform(step=SECOND), id="no slot: book one"),
        pytest.param(
            state(step_id=None), Finish(code=ReasonCode.NO_RESPONSE), id="no step is left"
        ),
        pytest.param(
            state(ended=ReasonCode.REPLIED, paused=True, hold_id="h"),
            Finish(code=ReasonCode.REPLIED),
            id="an ending beats everything",
        ),
        pytest.param(
            state(paused=True, hold_id="h", hold_code=BLOCKED),
            WaitFor(code=ReasonCode.MANUAL),
            id="a pause beats a hold",
        ),
        pytest.param(
            state(paused=True, paused_until=LATER),
            WaitUntil(at=LATER, code=ReasonCode.MANUAL),
            id="a pause with an end",
        ),
        pytest.param(
            state(paused=True, paused_until=LATER, deactivated=True),
            WaitFor(code=ReasonCode.SEQUENCE_DEACTIVATED),
            id="a switch beats a pause",
        ),
        pytest.param(
            state(at=NOON, hold_id="h", hold_code=BLOCKED), WaitFor(code=BLOCKED), id="a hold"
        ),
        pytest.param(
            state(at=NOON, hold_id="h"), WaitFor(code=ReasonCode.SYSTEM_ERROR), id="a nameless hold"
        ),
        pytest.param(
            state(at=NOON, awaiting=awaiting(), code=ReasonCode.WAITING_TO_CONNECT),
            WaitUntil(at=LATER, code=ReasonCode.WAITING_TO_CONNECT),
            id="awaiting",
        ),
    ],
)
def test_decide(known: EnrollmentState, decision: Decision) -> None:
    assert decide(known, NOON) == decision


class TestLapse:
    def test_ends_a_pause_at_its_end_and_gives_the_delay_back(self) -> None:
        paused = state(paused=True, paused_until=LATER, frozen=Freeze(remaining_ms=3_600_000))
        assert lapse(paused, LATER - HOUR) == paused

        free = lapse(paused, LATER)

        assert (free.is_paused, free.paused_until, free.frozen) == (False, None, None)
        assert (free.not_before, free.slot_at) == (LATER + HOUR, None)

    def test_of_a_pause_leaves_the_switch_on(self) -> None:
        frozen = Freeze(remaining_ms=1000)
        both = state(paused=True, paused_until=NOON, deactivated=True, frozen=frozen)

        known = lapse(both, NOON)

        assert (known.paused, known.deactivated, known.frozen) == (False, True, frozen)

    @pytest.mark.parametrize(("on_timeout", "goes_to"), [(2, step_id(2)), (None, None)])
    def test_of_a_deadline_goes_to_the_successor(
        self, on_timeout: int | None, goes_to: str | None
    ) -> None:
        waiting = state(slot_at=None, awaiting=awaiting(on_timeout=on_timeout))
        assert lapse(waiting, LATER - HOUR) == waiting

        known = lapse(waiting, LATER)

        assert (known.step_id, known.awaiting, known.not_before) == (goes_to, None, None)

    def test_of_a_deadline_to_the_same_step_keeps_its_due_time(self) -> None:
        waiting = state(at=NOON + 3 * DAY, slot_at=None, awaiting=awaiting())

        known = lapse(waiting, LATER)

        assert (known.step_id, known.not_before) == (step_id(1), NOON + 3 * DAY)

    def test_of_a_deadline_waits_for_the_end_of_a_pause(self) -> None:
        waiting = state(slot_at=None, awaiting=awaiting(), deactivated=True)

        assert lapse(waiting, LATER + DAY) == waiting


class TestAfter:
    BOOKED = Booking(not_before=LATER, slot_at=LATER + HOUR, code=ReasonCode.BULK_STAGGER)

    def test_a_send_the_next_step_waits_for_its_slot(self) -> None:
        known = after(state(), StepResult(kind=ResultKind.SENT, booking=self.BOOKED), NOON)

        assert (known.step_id, known.not_before) == (step_id(2), LATER)
        expected = WaitUntil(at=LATER + HOUR, code=ReasonCode.BULK_STAGGER)
        assert decide(known, NOON) == expected

    def test_the_last_send_nothing_is_left(self) -> None:
        known = after(state(step=2), StepResult(kind=ResultKind.SENT), NOON)

        assert decide(known, NOON) == Finish(code=ReasonCode.NO_RESPONSE)

    @pytest.mark.parametrize(("on_skip", "goes_to"), [(None, 1), (2, 2)])
    def test_a_skip_its_own_successor_counts(self, on_skip: int | None, goes_to: int) -> None:
        made = plan()
        skip_to = None if on_skip is None else step_id(on_skip)
        first = replace(made.steps[0], on_skip=skip_to)
        known = state(step=0, plan=replace(made, steps=(first, *made.steps[1:])))

        skipped = after(known, StepResult(kind=ResultKind.SKIPPED), NOON)

        assert skipped.step_id == step_id(goes_to)

    def test_a_deferral_the_step_stays_and_moves(self) -> None:
        known = after(state(), StepResult(kind=ResultKind.DEFERRED, booking=self.BOOKED), NOON)

        assert (known.step_id, known.slot_at) == (step_id(1), LATER + HOUR)
        assert known.code is ReasonCode.BULK_STAGGER

    def test_a_hold_only_a_fact_helps(self) -> None:
        result = StepResult(kind=ResultKind.HELD, code=BLOCKED, hold_id="hld_1")

        assert decide(after(state(), result, NOON), NOON + 99 * DAY) == WaitFor(code=BLOCKED)

    def test_a_hold_that_was_lifted_before_the_named_step_comes(self) -> None:
        others = (Release(hold_id="hld_0"), Release(hold_id="hld_1", step_id=step_id(2)))
        result = StepResult(kind=ResultKind.HELD, code=BLOCKED, hold_id="hld_1")

        known = after(state(released=others), result, NOON)

        assert (known.step_id, known.not_before, known.hold_id) == (step_id(2), None, None)
        assert known.released == (Release(hold_id="hld_0"),)

    def test_an_ending_everything_is_over(self) -> None:
        for code, expected in ((BLOCKED, BLOCKED), (None, ReasonCode.SYSTEM_ERROR)):
            known = after(state(), StepResult(kind=ResultKind.ENDED, code=code), NOON)
            assert decide(known, NOON) == Finish(code=expected)

    def test_the_end_nothing_changes_it(self) -> None:
        ended = state(ended=ReasonCode.REPLIED)

        for kind in ResultKind:
            assert after(ended, StepResult(kind=kind, code=BLOCKED), NOON) == ended

    def test_awaiting_begins_with_a_deadline(self) -> None:
        result = StepResult(kind=ResultKind.AWAITING, awaiting=awaiting())

        known = after(state(), result, NOON)

        expected = WaitUntil(at=LATER, code=ReasonCode.AWAITING_MANUAL_ACTION)
        assert decide(known, NOON) == expected

    @pytest.mark.parametrize(("on_fact", "goes_to"), [(2, step_id(2)), (None, None)])
    def test_awaiting_what_happened_already_the_successor_comes(
        self, on_fact: int | None, goes_to: str | None
    ) -> None:
        result = StepResult(kind=ResultKind.AWAITING, awaiting=awaiting(on_fact=on_fact))

        known = after(state(happened=("accepted",)), result, NOON)

        assert (known.step_id, known.awaiting) == (goes_to, None)

    def test_a_try_that_a_pause_overtook_the_new_delay_is_frozen(self) -> None:
        old = state(paused=True, frozen=Freeze(remaining_ms=5))
        result = StepResult(kind=ResultKind.SENT, booking=self.BOOKED)

        known = after(old, result, NOON)

        assert known.frozen == Freeze(remaining_ms=86_400_000)
        assert (known.step_id, known.slot_at) == (step_id(2), None)


moments = st.none() | st.integers(-100, 100).map(lambda n: NOON + n * HOUR)
ids = st.sampled_from([step_id(n) for n in range(3)])
names = st.none() | st.sampled_from(["hld_1", "hld_2"])
codes = st.sampled_from(ReasonCode)


@st.composite
def states(draw: st.DrawFn) -> EnrollmentState:
    awaited = st.builds(
        Awaiting,
        fact=st.sampled_from(["accepted", "pause"]),
        until=moments.filter(bool),
        on_fact=st.none() | ids,
        on_timeout=st.none() | ids,
    )
    hold_id = draw(names)
    return EnrollmentState(
        plan=plan(INSTANT, THREE_DAYS, AT_NINE, version=draw(st.integers(1, 9))),
        step_id=draw(st.none() | ids),
        not_before=draw(moments),
        slot_at=draw(moments),
        code=draw(codes),
        manual_number=draw(st.integers(0, 9)),
        paused=draw(st.booleans()),
        paused_until=draw(moments),
        sequence_number=draw(st.integers(0, 9)),
        deactivated=draw(st.booleans()),
        frozen=draw(st.none() | st.builds(Freeze, remaining_ms=st.none() | st.integers(0, 9**9))),
        retry_number=draw(st.integers(0, 9)),
        migrate_number=draw(st.integers(0, 9)),
        hold_id=hold_id,
        hold_code=None if hold_id is None else draw(codes),
        awaiting=draw(st.none() | awaited),
        released=tuple(
            draw(
                st.lists(
                    st.builds(Release, hold_id=names.filter(bool), step_id=st.none() | ids),
                    max_size=3,
                )
            )
        ),
        happened=tuple(draw(st.lists(st.sampled_from(["accepted", "done"]), unique=True))),
        ended=draw(st.none() | codes),
    )


@given(states(), st.integers(-200, 200))
def test_nothing_is_performed_while_paused_held_or_ended(known: EnrollmentState, n: int) -> None:
    stopped = known.is_paused or known.hold_id is not None or known.ended is not None

    assert not (stopped and isinstance(decide(known, NOON + n * HOUR), Perform))


@given(states(), st.integers(-200, 200))
def test_a_wait_always_ends_later_than_now(known: EnrollmentState, n: int) -> None:
    now = NOON + n * HOUR

    decision = decide(lapse(known, now), now)

    assert not isinstance(decision, WaitUntil) or decision.at > now


@given(states(), st.integers(-200, 200))
def test_what_lapsed_once_does_not_lapse_again(known: EnrollmentState, n: int) -> None:
    now = NOON + n * HOUR
    once = lapse(known, now)

    assert lapse(once, now) == once


@given(states(), st.integers(1, 5))
def test_a_renewal_carries_the_state_whole(known: EnrollmentState, round_: int) -> None:
    first = Booking(not_before=NOON, slot_at=NOON)
    start = EnrollmentStart(
        enrollment_id="enr_1",
        workspace_id="wsp_1",
        plan=plan(),
        step_id=step_id(0),
        round=round_,
        first=first,
    )

    renewed = carry(start, known)
    [payload] = CompactConverter().to_payloads([renewed])
    [read] = CompactConverter().from_payloads([payload], [EnrollmentStart])

    assert begin(renewed) == known
    assert read == renewed
    assert begin(read) == known
    assert (read.enrollment_id, read.round, read.first) == ("enr_1", round_, None)
    assert payload.data.count(b'"steps"') == 1  # The plan is said once.


def test_a_run_begins_with_its_first_booking() -> None:
    first = Booking(not_before=NOON, slot_at=LATER, code=ReasonCode.BULK_STAGGER)
    start = EnrollmentStart(
        enrollment_id="e", workspace_id="w", plan=plan(), step_id=step_id(0), first=first
    )

    expected = WaitUntil(at=LATER, code=ReasonCode.BULK_STAGGER)
    assert decide(begin(start), NOON) == expected
    assert isinstance(decide(begin(replace(start, first=None)), NOON), Perform)
