"""MailboxWorkflow on a real server: quiet polls are free, and nobody knocks in vain."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from domain.messages import PollReport
from tests.factories import HOUR, MINUTE
from tests.temporal.watchers import Watchers, events_of, until, watchers

pytestmark = pytest.mark.temporal

SIGNALS = ["connected", "paused", "resumed", "removed", "poll_now"]


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[Watchers]:
    async with watchers(temporal) as running:
        yield running


async def quiet(home: Watchers) -> WorkflowHandle:
    """A mailbox whose first poll found nothing."""
    handle = await home.watch_mailbox()
    await until(lambda: home.inbox.polls == 1, "the first poll")
    return handle


class TestQuietPolls:
    async def test_cost_no_event(self, home: Watchers) -> None:
        handle = await quiet(home)
        before = await events_of(handle)

        await home.forward(handle, 5 * HOUR)

        assert home.inbox.attempts == list(range(1, len(home.inbox.attempts) + 1))
        assert 60 <= home.inbox.polls <= 62  # One in five minutes.
        assert await events_of(handle) == before


class TestNews:
    async def test_are_reported_and_polling_goes_on_at_once(self, home: Watchers) -> None:
        handle = await quiet(home)
        before = await events_of(handle)
        home.inbox.news.append(PollReport(found=2, stopped=1))

        await home.forward(handle, 6 * MINUTE)

        assert home.inbox.attempts[:3] == [1, 2, 1]  # News end the second try; a new poll began.
        assert await events_of(handle) > before


class TestSignals:
    @pytest.mark.parametrize("signal", SIGNALS)
    async def test_bring_the_next_poll_forward(self, home: Watchers, signal: str) -> None:
        handle = await quiet(home)

        await handle.signal(signal)

        await until(lambda: home.inbox.polls == 2, f"a poll after {signal}")
        assert home.inbox.attempts == [1, 1]

    async def test_leave_one_poll_running(self, home: Watchers) -> None:
        handle = await quiet(home)
        for signal in SIGNALS:
            await handle.signal(signal)
        await until(lambda: home.inbox.attempts[-1:] == [1], "a poll after the signals")
        seen = home.inbox.polls

        await home.forward(handle, HOUR)

        assert 12 <= home.inbox.polls - seen <= 17  # As many as one poller makes, and few more.
        pending = (await handle.describe()).raw_description.pending_activities
        assert len(pending) == 1

    @pytest.mark.parametrize("signal", SIGNALS)
    async def test_wake_a_closed_mailbox(self, home: Watchers, signal: str) -> None:
        home.inbox.news.append(PollReport(closed=True))
        handle = await quiet(home)
        await home.forward(handle, 10 * HOUR)
        assert home.inbox.polls == 1

        await handle.signal(signal)

        await until(lambda: home.inbox.polls == 2, f"a poll after {signal}")

    async def test_of_a_closed_mailbox_that_stays_closed_cost_one_poll_each(
        self, home: Watchers
    ) -> None:
        home.inbox.news.extend([PollReport(closed=True)] * 3)
        handle = await quiet(home)

        for polls in (2, 3):
            await handle.signal("poll_now")
            await until(lambda polls=polls: home.inbox.polls == polls, "one more poll")
        await home.forward(handle, 10 * HOUR)

        assert home.inbox.polls == 3


class TestRenewal:
    async def test_happens_at_the_bound_and_polling_goes_on(
        self, home: Watchers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workflows.options.HISTORY_BOUND", 20)
        home.inbox.news.extend([PollReport(found=1)] * 12)
        handle = await home.watch_mailbox()

        await until(lambda: home.inbox.polls == 13, "the quiet poll after the news")

        current = home.environment.client.get_workflow_handle(handle.id)
        assert (await current.describe()).run_id != handle.first_execution_run_id
        assert (await current.describe()).status is WorkflowExecutionStatus.RUNNING
        assert await events_of(current) < 20 + 10

    async def test_loses_no_signal(self, home: Watchers, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("workflows.options.HISTORY_BOUND", 10)
        handle = await home.watch_mailbox()
        current = home.environment.client.get_workflow_handle(handle.id)

        for number in range(1, 25):
            await until(lambda: bool(home.inbox.polls), "the first poll")
            seen = home.inbox.polls
            home.inbox.news.extend([PollReport(closed=True)] * (number % 3))
            await current.signal(SIGNALS[number % len(SIGNALS)])
            await until(lambda seen=seen: home.inbox.polls > seen, f"a poll after signal {number}")

        assert (await current.describe()).run_id != handle.first_execution_run_id
