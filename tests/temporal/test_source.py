"""SourceWorkflow on a real server: quiet polls are free, and what was stored is asked about."""

import uuid
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.failures import again
from domain.messages import SourceReport, SourceStart
from tests.factories import HOUR, MINUTE
from tests.temporal.house import RUNNER
from tests.temporal.watchers import events_of, until
from workflows.source import SourceWorkflow

pytestmark = pytest.mark.temporal

SIGNALS = ["connected", "changed", "heard", "deleted"]


@dataclass
class Asking:
    """Stands in for the activity: quiet until it is given something to report."""

    environment: WorkflowEnvironment
    queue: str
    asked: int = 0
    attempts: list[int] = field(default_factory=list[int])
    news: deque[SourceReport] = field(default_factory=deque[SourceReport])

    @activity.defn(name="watch_source")
    async def watch_source(self, source: SourceStart) -> SourceReport:
        """Ask once."""
        del source
        self.asked += 1
        self.attempts.append(activity.info().attempt)
        if self.news:
            return self.news.popleft()
        raise again("Nothing new.", after=timedelta(minutes=5), kind="Poll")

    async def start(self, signal: str | None = None) -> WorkflowHandle:
        """Start the workflow of a source, as the relay does."""
        with self.environment.with_time_skipping_disabled():
            return await self.environment.client.start_workflow(
                "Source",
                SourceStart(source_id="src_1", workspace_id="wsp_1"),
                id=f"source/{uuid.uuid4()}",
                task_queue=self.queue,
                start_signal=signal,
                execution_timeout=timedelta(days=400),
            )


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[Asking]:
    asking = Asking(temporal, f"test-{uuid.uuid4()}")
    async with Worker(
        temporal.client,
        task_queue=asking.queue,
        workflows=[SourceWorkflow],
        activities=[asking.watch_source],
        workflow_runner=RUNNER,
    ):
        yield asking


async def quiet(home: Asking) -> WorkflowHandle:
    handle = await home.start()
    await until(lambda: home.asked == 1, "the first poll")
    return handle


async def test_a_quiet_poll_costs_no_event(home: Asking) -> None:
    handle = await quiet(home)
    before = await events_of(handle)

    await home.environment.fast_forward(handle, 5 * HOUR)

    assert home.attempts == list(range(1, len(home.attempts) + 1))
    assert 60 <= home.asked <= 62
    assert await events_of(handle) == before


async def test_news_are_reported_and_polling_goes_on_at_once(home: Asking) -> None:
    handle = await quiet(home)
    home.news.append(SourceReport(found=1, stopped=1))

    await home.environment.fast_forward(handle, 6 * MINUTE)

    assert home.attempts[:3] == [1, 2, 1]


@pytest.mark.parametrize("signal", SIGNALS)
async def test_a_signal_brings_the_next_poll_forward(home: Asking, signal: str) -> None:
    handle = await quiet(home)

    await handle.signal(signal)

    await until(lambda: home.asked == 2, f"a poll after {signal}")
    assert home.attempts == [1, 1]


async def test_one_with_nothing_left_to_ask_ends(home: Asking) -> None:
    home.news.extend([SourceReport(found=1), SourceReport(idle=True)])

    handle = await home.start("heard")

    await handle.result()
    assert home.asked in (2, 3)  # The signal that started it may bring one look more.


async def test_it_renews_itself_at_the_bound(home: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.options.HISTORY_BOUND", 20)
    home.news.extend([SourceReport(found=1)] * 12)

    handle = await home.start()

    await until(lambda: home.asked == 13, "the quiet poll after the news")
    current = home.environment.client.get_workflow_handle(handle.id)
    assert (await current.describe()).run_id != handle.first_execution_run_id
    assert await events_of(current) < 30
