"""Facts: what each does to an enrollment, in whatever order and however often they arrive."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import ReasonCode
from domain.enrollment import Perform, WaitFor, WaitUntil, after, decide, lapse
from domain.facts import learn
from domain.messages import Awaiting, Fact, FactKind, ResultKind, StepResult
from domain.state import EnrollmentState, Release
from tests.factories import (
    AT_NINE,
    DAY,
    HOUR,
    INSTANT,
    MINUTE,
    NOON,
    THREE_DAYS,
    fact,
    plan,
    state,
    step_id,
)

K = FactKind
Heard = tuple[FactKind, Fact]


def told(before: EnrollmentState, *heard: Heard, at: datetime = NOON) -> EnrollmentState:
    for kind, one in heard:
        before = learn(before, kind, one, at)
    return before


def held(hold_id: str) -> EnrollmentState:
    return state(hold_id=hold_id, hold_code=ReasonCode.MAILBOX_DISCONNECTED, slot_at=None)


def truths(known: EnrollmentState) -> dict[str, object]:
    """Everything that must not depend on the order of arrival."""
    return {
        "manual": (known.manual_number, known.paused, known.paused_until, known.pause_code),
        "sequence": (known.sequence_number, known.deactivated),
        "retry": known.retry_number,
        "version": (known.migrate_number, known.plan.version),
        "happened": frozenset(known.happened),
        "frozen": known.frozen if known.is_paused else None,
        "due": None if known.is_paused else known.not_before,
        "ended": known.ended,
        "waits": type(decide(replace(known, slot_at=None), NOON)),
    }


def a_fact(number: int, kind: FactKind) -> Heard:
    """The one fact that has this number: a number is given out once."""
    return kind, Fact(
        number=number,
        until=NOON + number * DAY if kind is K.PAUSE and number % 2 else None,
        hold_id=f"hld_{number}" if kind in (K.RETRY, K.RESOURCE_FIXED) else None,
        plan=plan(version=number + 1) if kind is K.MIGRATE else None,
        name=f"thing {number % 3}" if kind is K.HAPPENED else None,
    )


LASTING = [kind for kind in FactKind if kind not in (K.STOP, K.REPLY_RECEIVED, K.INTERVIEW_BOOKED)]


@st.composite
def deliveries(draw: st.DrawFn, *, ending: bool = False) -> tuple[list[Heard], list[Heard]]:
    """Numbered facts in their order, and a delivery of them: any order, any of them repeated."""
    kinds = draw(st.lists(st.sampled_from(LASTING), min_size=1, max_size=12))
    facts = [a_fact(number, kind) for number, kind in enumerate(kinds, 1)]
    if ending:
        facts.append((K.STOP, fact(len(facts) + 1, code=ReasonCode.BOUNCED)))
    repeats = draw(st.lists(st.sampled_from(facts), max_size=6))
    return facts, draw(st.permutations([*facts, *repeats]))


class TestOrder:
    @given(deliveries())
    def test_of_arrival_and_repeats_change_nothing(
        self, both: tuple[list[Heard], list[Heard]]
    ) -> None:
        in_order, as_delivered = both
        waiting = state(at=NOON + 2 * DAY)

        assert truths(told(waiting, *as_delivered)) == truths(told(waiting, *in_order))

    @given(deliveries(ending=True))
    def test_never_saves_an_enrollment_from_its_ending(
        self, both: tuple[list[Heard], list[Heard]]
    ) -> None:
        _, as_delivered = both

        known = told(state(at=NOON + DAY), *as_delivered)

        assert known.ended is ReasonCode.BOUNCED

    @given(deliveries())
    def test_decides_the_last_switch_of_each_cause(
        self, both: tuple[list[Heard], list[Heard]]
    ) -> None:
        in_order, as_delivered = both

        known = told(state(at=NOON + DAY), *as_delivered)

        manual = [kind for kind, _ in in_order if kind in (K.PAUSE, K.RESUME)]
        switch = [kind for kind, _ in in_order if kind in (K.ACTIVATE, K.DEACTIVATE)]
        assert known.paused == (manual[-1:] == [K.PAUSE])
        assert known.deactivated == (switch[-1:] == [K.DEACTIVATE])

    @given(deliveries())
    def test_never_lets_a_paused_enrollment_perform(
        self, both: tuple[list[Heard], list[Heard]]
    ) -> None:
        known = told(state(at=NOON), *both[1])

        assert known.is_paused != isinstance(decide(known, NOON), Perform | WaitUntil) or (
            known.paused_until is not None
        )
        if known.is_paused:
            assert not isinstance(decide(known, NOON + 100 * DAY), Perform)


class TestEndings:
    @pytest.mark.parametrize(
        ("kind", "code", "expected"),
        [
            (K.STOP, None, ReasonCode.UNENROLLED_BY_USER),
            (K.STOP, ReasonCode.DELETED, ReasonCode.DELETED),
            (K.REPLY_RECEIVED, None, ReasonCode.REPLIED),
            (K.INTERVIEW_BOOKED, None, ReasonCode.INTERVIEW_SESSION_DETECTED),
            (K.INTERVIEW_BOOKED, ReasonCode.ATS_INTERVIEW_FOUND, ReasonCode.ATS_INTERVIEW_FOUND),
        ],
    )
    def test_end_with_their_own_code_or_their_kinds(
        self, kind: FactKind, code: ReasonCode | None, expected: ReasonCode
    ) -> None:
        assert told(state(), (kind, fact(1, code=code))).ended is expected

    def test_keep_the_first(self) -> None:
        first, second = (K.STOP, fact(2, code=ReasonCode.BLOCKED)), (K.REPLY_RECEIVED, fact(1))

        assert told(state(), first, second).ended is ReasonCode.BLOCKED

    @pytest.mark.parametrize("kind", LASTING)
    def test_are_deaf_to_everything_after(self, kind: FactKind) -> None:
        ended = told(state(), (K.STOP, fact(1)))

        assert told(ended, a_fact(2, kind)) == ended


class TestPauses:
    def test_keep_what_is_left_of_a_delay(self) -> None:
        paused = told(state(at=NOON + 2 * DAY), (K.PAUSE, fact(1)), at=NOON)

        resumed = told(paused, (K.RESUME, fact(2)), at=NOON + 30 * DAY)

        assert (resumed.not_before, resumed.slot_at) == (NOON + 32 * DAY, None)

    def test_keep_the_same_remainder_when_two_causes_overlap(self) -> None:
        known = told(state(at=NOON + 2 * DAY), (K.PAUSE, fact(1)), at=NOON)
        known = told(known, (K.DEACTIVATE, fact(2)), at=NOON + DAY)
        known = told(known, (K.RESUME, fact(3)), at=NOON + 5 * DAY)
        assert known.is_paused

        known = told(known, (K.ACTIVATE, fact(4)), at=NOON + 9 * DAY)

        assert known.not_before == NOON + 11 * DAY

    @given(st.lists(st.integers(0, 500), min_size=1, max_size=8), st.integers(0, 10_000))
    def test_never_add_to_a_delay_nor_eat_of_it(self, breaks: list[int], delay: int) -> None:
        known, at, running = state(at=NOON + delay * MINUTE), NOON, 0
        for n, minutes in enumerate(breaks):
            known = told(known, (K.PAUSE, fact(2 * n + 1)), at=at)
            at += minutes * MINUTE
            known = told(known, (K.RESUME, fact(2 * n + 2)), at=at)
            step = min(minutes, max(0, delay - running))
            at, running = at + step * MINUTE, running + step

        assert known.not_before is not None
        assert known.not_before == at + (delay - running) * MINUTE

    @pytest.mark.parametrize("timing", [AT_NINE, INSTANT])
    def test_move_nothing_that_is_bound_to_a_date(self, timing: object) -> None:
        bound = state(at=NOON + 2 * DAY, plan=plan(INSTANT, timing))  # pyright: ignore[reportArgumentType]

        known = told(bound, (K.PAUSE, fact(1)), at=NOON)
        known = told(known, (K.RESUME, fact(2)), at=NOON + DAY)

        assert known.not_before == NOON + 2 * DAY

    def test_again_with_another_end_keep_the_remainder(self) -> None:
        known = told(state(at=NOON + 2 * DAY), (K.PAUSE, fact(1)), at=NOON)
        known = told(known, (K.PAUSE, fact(2, until=NOON + 4 * DAY)), at=NOON + DAY)
        assert decide(known, NOON + DAY) == WaitUntil(at=NOON + 4 * DAY, code=ReasonCode.MANUAL)

        lapsed = lapse(known, NOON + 4 * DAY)

        assert (lapsed.paused, lapsed.not_before) == (False, NOON + 6 * DAY)

    def test_give_their_slot_back(self) -> None:
        assert told(state(), (K.PAUSE, fact(1))).slot_at is None
        assert told(state(), (K.DEACTIVATE, fact(1))).slot_at is None


class TestReleases:
    def test_let_go_of_their_own_hold(self) -> None:
        free = told(held("hld_1"), (K.RESOURCE_FIXED, fact(1, hold_id="hld_1")))

        assert isinstance(decide(free, NOON), Perform)
        assert (free.hold_id, free.hold_code) == (None, None)

    def test_leave_another_hold_alone(self) -> None:
        still = told(held("hld_1"), (K.RESOURCE_FIXED, fact(1, hold_id="hld_2")))

        assert decide(still, NOON) == WaitFor(code=ReasonCode.MAILBOX_DISCONNECTED)

    def test_before_their_hold_count_once(self) -> None:
        early = told(state(at=NOON), (K.RESOURCE_FIXED, fact(1, hold_id="hld_1")))
        result = StepResult(
            kind=ResultKind.HELD, code=ReasonCode.MAILBOX_ERROR, hold_id="hld_1", resource="mbx"
        )

        free = after(early, result, NOON)
        assert isinstance(decide(free, NOON), Perform)
        assert free.released == ()
        assert isinstance(decide(after(free, result, NOON), NOON), WaitFor)

    def test_without_a_hold_are_remembered_up_to_a_bound(self) -> None:
        many = [(K.RESOURCE_FIXED, fact(n, hold_id=f"hld_{n}")) for n in range(1, 31)]

        known = told(state(), *many, *many[-3:])

        assert known.released == tuple(Release(hold_id=f"hld_{n}") for n in range(11, 31))

    def test_without_an_id_mean_nothing(self) -> None:
        assert told(held("hld_1"), (K.RESOURCE_FIXED, fact(1))) == held("hld_1")

    @pytest.mark.parametrize("hold", ["heard", "to come"])
    def test_keep_the_time_at_which_the_step_is_due(self, hold: str) -> None:
        due = NOON + 2 * DAY
        waiting = state(at=due, slot_at=None)
        lift = (K.RESOURCE_FIXED, fact(1, hold_id="hld_1"))
        result = StepResult(kind=ResultKind.HELD, code=ReasonCode.MAILBOX_ERROR, hold_id="hld_1")

        if hold == "heard":
            free = told(after(waiting, result, NOON), lift)
        else:
            free = after(told(waiting, lift), result, NOON)

        assert isinstance(decide(free, NOON), Perform)  # It books a slot…
        assert free.not_before == due  # …not before the step is due.

    def test_of_a_paused_enrollment_do_not_wake_it(self) -> None:
        paused = told(held("hld_1"), (K.PAUSE, fact(1)))

        free = told(paused, (K.RESOURCE_FIXED, fact(2, hold_id="hld_1")))
        assert decide(free, NOON) == WaitFor(code=ReasonCode.MANUAL)

        assert isinstance(decide(told(free, (K.RESUME, fact(3))), NOON), Perform)


class TestRetries:
    def test_go_on_at_the_step_that_they_name_at_once(self) -> None:
        free = told(held("hld_1"), (K.RETRY, fact(1, hold_id="hld_1", step_id=step_id(2))))

        assert (free.step_id, free.not_before, free.hold_id) == (step_id(2), None, None)

    def test_that_are_not_newer_do_nothing(self) -> None:
        known = state(hold_id="hld_1", retry_number=5)

        assert told(known, (K.RETRY, fact(5, hold_id="hld_1"))) == known


class TestMigrations:
    NEW = plan(INSTANT, THREE_DAYS, version=2)

    def test_keep_step_time_and_slot_where_the_step_survives(self) -> None:
        known = told(state(at=NOON + DAY), (K.MIGRATE, fact(1, plan=self.NEW)))

        expected = replace(state(at=NOON + DAY), plan=self.NEW, migrate_number=1)
        assert known == expected

    def test_go_to_the_step_that_they_name(self) -> None:
        known = told(state(at=NOON + DAY), (K.MIGRATE, fact(1, plan=self.NEW, step_id=step_id(0))))

        assert (known.step_id, known.not_before, known.slot_at) == (step_id(0), None, None)

    def test_to_a_version_without_the_step_end_the_steps(self) -> None:
        known = told(state(step=2), (K.MIGRATE, fact(1, plan=self.NEW)))

        assert known.step_id is None

    def test_of_a_paused_enrollment_leave_it_paused_and_its_new_step_due(self) -> None:
        paused = told(state(at=NOON + DAY), (K.PAUSE, fact(1)))

        known = told(paused, (K.MIGRATE, fact(2, plan=self.NEW, step_id=step_id(0))))
        assert decide(known, NOON) == WaitFor(code=ReasonCode.MANUAL)

        known = told(known, (K.RESUME, fact(3)), at=NOON + HOUR)
        assert isinstance(decide(known, NOON + HOUR), Perform)
        assert known.not_before is None  # What was left belonged to the step before.

    def test_without_a_plan_or_with_an_old_number_do_nothing(self) -> None:
        known = state(migrate_number=3)

        assert told(known, (K.MIGRATE, fact(4)), (K.MIGRATE, fact(3, plan=self.NEW))) == known


class TestHappenings:
    def waiting(self, on_fact: str | None) -> EnrollmentState:
        awaiting = Awaiting(fact="accepted", until=NOON + DAY, on_fact=on_fact)
        return state(slot_at=None, awaiting=awaiting)

    def test_lead_to_the_successor(self) -> None:
        known = told(self.waiting(step_id(2)), (K.HAPPENED, fact(1, name="accepted")))

        assert (known.step_id, known.awaiting) == (step_id(2), None)

    @pytest.mark.parametrize("successor", [None, "stp_of_another_version"])
    def test_without_a_successor_end_the_steps(self, successor: str | None) -> None:
        known = told(self.waiting(successor), (K.HAPPENED, fact(1, name="accepted")))

        assert known.step_id is None

    def test_of_another_name_are_noted_once(self) -> None:
        twice = [(K.HAPPENED, fact(n, name="withdrawn")) for n in (1, 2)]

        known = told(self.waiting(step_id(2)), *twice)

        assert known.awaiting is not None
        assert known.happened == ("withdrawn",)

    def test_may_be_facts_themselves_and_leave_the_step_its_time(self) -> None:
        awaiting = Awaiting(fact="pause", until=NOON + DAY, on_fact=step_id(1))
        bound = state(at=NOON + 7 * DAY, plan=plan(INSTANT, AT_NINE), slot_at=None)

        known = told(replace(bound, awaiting=awaiting), (K.PAUSE, fact(1)))
        assert known.awaiting is None

        resumed = told(known, (K.RESUME, fact(2)), at=NOON + 5 * DAY)
        assert resumed.not_before == NOON + 7 * DAY
