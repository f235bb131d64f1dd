"""SequenceWorkflow on a real server: every switch is told to the last page, then it watches."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment

from tests.factories import HOUR, MINUTE
from tests.temporal.watchers import Watchers, events_of, until, watchers

pytestmark = pytest.mark.temporal


@pytest.fixture
async def home(temporal: WorkflowEnvironment) -> AsyncIterator[Watchers]:
    async with watchers(temporal) as running:
        yield running


async def watching(home: Watchers) -> WorkflowHandle:
    """A sequence whose first fan-out and first check are done."""
    handle = await home.watch_sequence()
    await until(lambda: home.board.checks == 1, "the first check")
    return handle


class TestFanOut:
    async def test_goes_page_by_page_to_the_end_before_it_watches(self, home: Watchers) -> None:
        home.board.following = {"": "enr_1", "enr_1": "enr_2"}

        await watching(home)

        assert home.board.pages == ["", "enr_1", "enr_2"]

    async def test_runs_again_for_every_switch(self, home: Watchers) -> None:
        handle = await watching(home)

        for pages in (2, 3):
            await handle.signal("switched")
            await until(lambda pages=pages: len(home.board.pages) == pages, "a fan-out")

        await until(lambda: home.board.checks >= 2, "it watches again")
        assert home.board.pages == ["", "", ""]

    async def test_runs_again_from_the_start_when_switched_meanwhile(self, home: Watchers) -> None:
        gate = home.board.gates["enr_1"] = asyncio.Event()
        home.board.following = {"": "enr_1"}
        handle = await home.watch_sequence()
        await until(lambda: home.board.pages == ["", "enr_1"], "the second page")

        await handle.signal("switched")
        gate.set()

        await until(lambda: home.board.checks >= 1, "it watches")
        await until(lambda: len(home.board.pages) == 4, "the fan-out of the second switch")
        assert home.board.pages == ["", "enr_1"] * 2


class TestWatch:
    async def test_checks_at_its_rhythm_and_costs_no_event(self, home: Watchers) -> None:
        handle = await watching(home)
        before = await events_of(handle)

        await home.forward(handle, 5 * HOUR)

        assert 30 <= home.board.checks <= 32
        assert await events_of(handle) == before

    async def test_checks_at_once_when_asked_and_tells_nobody(self, home: Watchers) -> None:
        handle = await watching(home)

        await handle.signal("check_now")

        await until(lambda: home.board.checks == 2, "a check")
        assert home.board.pages == [""]


class TestArchived:
    async def test_tells_everybody_and_ends(self, home: Watchers) -> None:
        handle = await watching(home)

        home.board.archived = True
        await handle.signal("archived")

        await handle.result()
        assert home.board.pages == ["", ""]

    async def test_is_noticed_by_the_check_alone(self, home: Watchers) -> None:
        handle = await watching(home)

        home.board.archived = True
        await home.forward(handle, 11 * MINUTE)

        await handle.result()
        assert home.board.pages == [""]


class TestRenewal:
    async def test_at_the_bound_loses_no_switch(
        self, home: Watchers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workflows.options.HISTORY_BOUND", 12)
        handle = await watching(home)
        current = home.environment.client.get_workflow_handle(handle.id)

        for number in range(15):
            told, checks = len(home.board.pages), home.board.checks
            await current.signal("switched")
            await until(lambda told=told: len(home.board.pages) > told, f"fan-out {number}")
            await until(lambda seen=checks: home.board.checks > seen, f"watch {number}")

        assert (await current.describe()).run_id != handle.first_execution_run_id
        home.board.archived = True
        await current.signal("archived")
        await current.result()
