"""The workflows that tell, on a real server: what they cost, when they look, when they end."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.factories import HOUR, MINUTE
from tests.temporal.tellers import Tellers, tellers
from tests.temporal.watchers import events_of, until

pytestmark = pytest.mark.temporal


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[Tellers]:
    async with tellers(temporal) as running:
        yield running


async def test_a_delivery_is_one_activity_and_a_retry_costs_no_event(home: Tellers) -> None:
    home.endpoint.failures = 5
    handle = await home.webhook()

    await home.forward(handle, 6 * HOUR)

    assert (await handle.result())["state"] == "delivered"
    assert home.endpoint.tries == 6
    assert await events_of(handle) == 11


async def test_an_owner_for_whom_nothing_waits_costs_one_look(home: Tellers) -> None:
    handle = await home.notices()

    await handle.result()

    assert len(home.owner.looks) == 1


async def test_a_digest_waits_on_a_timer_that_more_news_do_not_wake(home: Tellers) -> None:
    home.owner.script.append(HOUR)
    handle = await home.notices()
    await until(lambda: len(home.owner.looks) == 1, "the first look")
    for _ in range(5):
        await handle.signal("told")
    await home.forward(handle, HOUR - 5 * MINUTE)
    assert len(home.owner.looks) == 1

    await home.forward(handle, 10 * MINUTE)

    await handle.result()
    first, second = home.owner.looks
    assert second - first == pytest.approx(HOUR, abs=timedelta(seconds=30))


async def test_other_settings_wake_it(home: Tellers) -> None:
    home.owner.script.append(24 * HOUR)
    handle = await home.notices()
    await until(lambda: len(home.owner.looks) == 1, "the first look")

    await handle.signal("changed")

    await handle.result()
    assert len(home.owner.looks) == 2


async def test_a_long_history_is_renewed_with_a_look(
    home: Tellers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.options.HISTORY_BOUND", 15)
    home.owner.script.extend([24 * HOUR] * 2)
    handle = await home.notices()
    await until(lambda: len(home.owner.looks) == 1, "the first look")
    current = home.environment.client.get_workflow_handle(handle.id)

    for _ in range(10):
        await current.signal("told")

    await until(lambda: len(home.owner.looks) == 2, "the look of the next run")
    assert (await current.describe()).run_id != handle.first_execution_run_id
