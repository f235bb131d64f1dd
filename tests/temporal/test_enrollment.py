"""EnrollmentWorkflow on a real server: signals in any order, at any moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from benchmarks.cost import events_of
from domain.codes import ReasonCode
from domain.messages import Awaiting, Fact, PerformStep, ResultKind, StepResult
from tests.factories import AT_NINE, DAY, HOUR, INSTANT, MINUTE, enrollment_start, plan, step_id
from tests.temporal.house import House, house

pytestmark = pytest.mark.temporal


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[House]:
    async with house(temporal) as running:
        yield running


def now() -> datetime:
    return datetime.now(UTC)


async def code_of(home: House, handle: WorkflowHandle) -> ReasonCode:
    return (await home.view(handle)).code


async def end_of(handle: WorkflowHandle) -> str:
    return (await handle.result())["code"]


class TestSteps:
    async def test_go_out_one_after_another_on_durable_timers(self, home: House) -> None:
        handle = await home.start(enrollment_start(due_at=now()))

        await home.forward(handle, 7 * DAY)

        assert await end_of(handle) == "no_response"
        sent = [at for _, at in home.step.sent]
        assert [step for step, _ in home.step.sent] == [step_id(0), step_id(1), step_id(2)]
        assert [round((b - a) / DAY) for a, b in zip(sent, sent[1:], strict=False)] == [3, 3]

    async def test_cost_one_timer_and_one_activity_each(self, home: House) -> None:
        handle = await home.run(enrollment_start(due_at=now()))

        history = await handle.fetch_history()
        assert events_of(history) == 11 * 3
        assert len(home.step.calls) == 3

    async def test_wait_for_a_deferred_slot_and_say_why(self, home: House) -> None:
        later = now() + 2 * HOUR
        home.step.script.append(lambda _, at: _deferred(later, ReasonCode.MAILBOX_DAILY_LIMIT))
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, MINUTE)

        view = await home.view(handle)

        assert (view.code, view.until) == (ReasonCode.MAILBOX_DAILY_LIMIT, later)
        await home.forward(handle, 3 * HOUR)
        assert len(home.step.sent) == 1


class TestPause:
    async def test_keeps_what_is_left_of_a_delay(self, home: House) -> None:
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, DAY)  # The second step is due in two days.
        await handle.signal("pause", Fact(number=1))
        await home.forward(handle, 10 * DAY)

        await handle.signal("resume", Fact(number=2))
        await home.forward(handle, DAY)
        assert len(home.step.sent) == 1
        await home.forward(handle, DAY + HOUR)

        first, second = (at for _, at in home.step.sent)
        assert second - first >= 13 * DAY
        assert second - first < 13 * DAY + HOUR

    async def test_moves_nothing_that_is_fixed_to_a_date(self, home: House) -> None:
        due = now() + 2 * DAY
        start = enrollment_start(due_at=due, made=plan(AT_NINE, INSTANT))
        handle = await home.start(start)
        await handle.signal("pause", Fact(number=1))
        await home.forward(handle, DAY)

        await handle.signal("resume", Fact(number=2))
        await home.forward(handle, 2 * DAY)

        assert abs(home.step.sent[0][1] - due) < MINUTE

    async def test_ends_by_itself_when_it_was_given_an_end(self, home: House) -> None:
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        await handle.signal("pause", Fact(number=1, until=now() + 2 * DAY))
        await home.forward(handle, DAY)
        assert await code_of(home, handle) == ReasonCode.MANUAL

        await home.forward(handle, 2 * DAY)

        assert len(home.step.sent) == 1

    @pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["in order", "swapped"])
    async def test_and_resume_sent_together_leave_it_running(
        self, home: House, order: tuple[int, int]
    ) -> None:
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        names = {1: "pause", 2: "resume"}

        for number in order:
            await handle.signal(names[number], Fact(number=number))
        await home.forward(handle, 2 * HOUR)

        assert len(home.step.sent) == 1

    async def test_is_lifted_only_by_its_own_cause(self, home: House) -> None:
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        await handle.signal("pause", Fact(number=1))
        await handle.signal("deactivate", Fact(number=2))
        await handle.signal("activate", Fact(number=3))
        await home.forward(handle, DAY)
        assert await code_of(home, handle) == ReasonCode.MANUAL

        await handle.signal("resume", Fact(number=4))
        await home.forward(handle, DAY)

        assert len(home.step.sent) == 1


class TestStops:
    @pytest.mark.parametrize(
        ("signal", "fact", "code"),
        [
            ("reply_received", Fact(number=1, code=ReasonCode.REPLIED), "replied"),
            ("interview_booked", Fact(number=1), "interview_session_detected"),
            ("stop", Fact(number=1, code=ReasonCode.DELETED), "deleted"),
        ],
    )
    async def test_end_it_before_the_next_message(
        self, home: House, signal: str, fact: Fact, code: str
    ) -> None:
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, HOUR)

        await handle.signal(signal, fact)

        assert await end_of(handle) == code
        assert len(home.step.sent) == 1

    async def test_before_the_first_task_wins(self, home: House) -> None:
        start = enrollment_start(due_at=now())
        handle = await home.start(start, start_signal="stop", start_signal_args=[Fact(number=1)])

        assert await end_of(handle) == "unenrolled_by_user"
        assert home.step.calls == []

    async def test_wakes_a_run_that_sits_in_its_start_delay(self, home: House) -> None:
        start = enrollment_start(due_at=now() + DAY)
        await home.start(start, start_delay=DAY)

        handle = await home.start(
            start,
            start_signal="reply_received",
            start_signal_args=[Fact(number=1)],
            id_conflict_policy=2,
        )

        assert await end_of(handle) == "replied"

    async def test_during_a_try_that_sends_keeps_the_first_ending(self, home: House) -> None:
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        await handle.signal("stop", Fact(number=1, code=ReasonCode.DELETED))
        await handle.signal("reply_received", Fact(number=2))

        assert await end_of(handle) == "deleted"


class TestHolds:
    async def test_wait_for_their_release(self, home: House) -> None:
        home.step.script.append(_held("hld_1"))
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, DAY)
        assert await code_of(home, handle) == ReasonCode.MISSING_CONTACT_EMAIL

        await handle.signal("resource_fixed", Fact(number=1, hold_id="hld_1"))
        await home.forward(handle, MINUTE)

        assert len(home.step.sent) == 1

    async def test_a_release_that_comes_before_its_hold_counts(self, home: House) -> None:
        home.step.script.append(_held("hld_1"))
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        await handle.signal("resource_fixed", Fact(number=1, hold_id="hld_1"))

        await home.forward(handle, 2 * HOUR)

        assert len(home.step.sent) == 1

    async def test_another_hold_stays(self, home: House) -> None:
        home.step.script.append(_held("hld_1"))
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, HOUR)

        await handle.signal("resource_fixed", Fact(number=1, hold_id="hld_other"))
        await home.forward(handle, DAY)

        assert home.step.sent == []

    async def test_retry_goes_on_at_the_step_that_it_names(self, home: House) -> None:
        home.step.script.append(_held("hld_1"))
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, HOUR)

        await handle.signal("retry", Fact(number=1, hold_id="hld_1", step_id=step_id(2)))
        await home.forward(handle, MINUTE)

        assert [step for step, _ in home.step.sent] == [step_id(2)]
        assert await end_of(handle) == "no_response"


class TestAwaiting:
    async def test_follows_the_fact(self, home: House) -> None:
        home.step.script.append(_awaiting("accepted", on_fact=step_id(2), on_timeout=None))
        handle = await home.start(enrollment_start(due_at=now()))
        await home.forward(handle, HOUR)

        await handle.signal("happened", Fact(number=1, name="accepted"))
        await home.forward(handle, MINUTE)

        assert [step for step, _ in home.step.sent] == [step_id(2)]

    async def test_follows_the_deadline(self, home: House) -> None:
        home.step.script.append(_awaiting("accepted", on_fact=None, on_timeout=step_id(1)))
        handle = await home.start(enrollment_start(due_at=now()))

        await home.forward(handle, 15 * DAY)

        assert home.step.sent[0][0] == step_id(1)

    async def test_knows_a_fact_that_came_first(self, home: House) -> None:
        home.step.script.append(_awaiting("accepted", on_fact=step_id(2), on_timeout=None))
        handle = await home.start(enrollment_start(due_at=now() + HOUR))
        await handle.signal("happened", Fact(number=1, name="accepted"))

        await home.forward(handle, 2 * HOUR)

        assert home.step.sent[0][0] == step_id(2)


class TestMigration:
    async def test_keeps_the_time_of_a_step_that_survives(self, home: House) -> None:
        due = now() + 2 * HOUR
        handle = await home.start(enrollment_start(due_at=due))
        shorter = plan(INSTANT, version=2)

        await handle.signal("migrate", Fact(number=1, plan=shorter, step_id=step_id(0)))
        await home.forward(handle, 3 * HOUR)

        assert await end_of(handle) == "no_response"
        assert len(home.step.sent) == 1
        assert abs(home.step.sent[0][1] - due) < MINUTE


class TestRenewal:
    async def test_loses_nothing(self, home: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workflows.options.HISTORY_BOUND", 20)
        handle = await home.start(enrollment_start(due_at=now() + DAY))
        number = 0
        for _ in range(12):
            await handle.signal("pause", Fact(number=number + 1))
            await handle.signal("resume", Fact(number=number + 2))
            await home.view(handle)
            number += 2

        await home.forward(handle, 8 * DAY)

        current = home.environment.client.get_workflow_handle(handle.id)
        assert await end_of(current) == "no_response"
        assert [step for step, _ in home.step.sent] == [step_id(0), step_id(1), step_id(2)]
        runs = home.environment.client.list_workflows(f"WorkflowId = '{handle.id}'")
        assert len([run async for run in runs]) > 1


def _deferred(until: datetime, code: ReasonCode) -> StepResult:
    from tests.temporal.house import defer

    return defer(until, code)


def _held(hold_id: str):
    def answer(request: PerformStep, at: datetime) -> StepResult:
        del request, at
        return StepResult(
            kind=ResultKind.HELD,
            code=ReasonCode.MISSING_CONTACT_EMAIL,
            hold_id=hold_id,
            resource="cand_1",
        )

    return answer


def _awaiting(fact: str, *, on_fact: str | None, on_timeout: str | None):
    def answer(request: PerformStep, at: datetime) -> StepResult:
        del request
        awaiting = Awaiting(
            fact=fact, until=at + timedelta(days=14), on_fact=on_fact, on_timeout=on_timeout
        )
        return StepResult(
            kind=ResultKind.AWAITING, code=ReasonCode.WAITING_TO_CONNECT, awaiting=awaiting
        )

    return answer
