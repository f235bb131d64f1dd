"""SourceWorkflow on a real server: quiet polls are free, and what was stored is asked about."""

from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from domain.messages import SourceReport
from tests.factories import HOUR, MINUTE
from tests.temporal.watchers import Watchers, events_of, until, watchers

pytestmark = pytest.mark.temporal

SIGNALS = ["connected", "changed", "heard", "deleted"]


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[Watchers]:
    async with watchers(temporal) as running:
        yield running


async def quiet(home: Watchers) -> WorkflowHandle:
    handle = await home.watch_source()
    await until(lambda: home.source.asked == 1, "the first poll")
    return handle


async def test_a_quiet_poll_costs_no_event(home: Watchers) -> None:
    handle = await quiet(home)
    before = await events_of(handle)

    await home.forward(handle, 5 * HOUR)

    assert home.source.attempts == list(range(1, len(home.source.attempts) + 1))
    assert 60 <= home.source.asked <= 62
    assert await events_of(handle) == before


async def test_news_are_reported_and_polling_goes_on_at_once(home: Watchers) -> None:
    handle = await quiet(home)
    home.source.news.append(SourceReport(found=1, stopped=1))

    await home.forward(handle, 6 * MINUTE)

    assert home.source.attempts[:3] == [1, 2, 1]


@pytest.mark.parametrize("signal", SIGNALS)
async def test_a_signal_brings_the_next_poll_forward(home: Watchers, signal: str) -> None:
    handle = await quiet(home)

    await handle.signal(signal)

    await until(lambda: home.source.asked == 2, f"a poll after {signal}")
    assert home.source.attempts == [1, 1]


async def test_one_with_nothing_left_to_ask_ends(home: Watchers) -> None:
    home.source.news.extend([SourceReport(found=1), SourceReport(idle=True)])

    handle = await home.watch_source("heard")

    await handle.result()
    assert home.source.asked in (2, 3)  # The signal that started it may bring one look more.


async def test_it_renews_itself_at_the_bound(
    home: Watchers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.options.HISTORY_BOUND", 20)
    home.source.news.extend([SourceReport(found=1)] * 12)

    handle = await home.watch_source()

    await until(lambda: home.source.asked == 13, "the quiet poll after the news")
    current = home.environment.client.get_workflow_handle(handle.id)
    assert (await current.describe()).run_id != handle.first_execution_run_id
    assert await events_of(current) < 30
