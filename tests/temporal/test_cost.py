"""What an enrollment costs in Temporal's own currency: its `action` metric, events, bytes."""

import asyncio
import socket
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment

from benchmarks.cost import events_of, payload_sizes
from tests import temporal_server
from tests.factories import DAY, THREE_DAYS, enrollment_start, plan
from tests.temporal.house import house
from tests.temporal.watchers import events_of as events_so_far
from tests.temporal.watchers import until, watchers

pytestmark = pytest.mark.temporal

STEPS = 4
RUNS = 10
POLLS = 20


class Meter:
    """Reads the server's counters; they are published once a second."""

    def __init__(self, environment: WorkflowEnvironment, port: int) -> None:
        self._environment = environment
        self._url = f"http://127.0.0.1:{port}/metrics"

    async def actions(self) -> float:
        """Give the count of actions once all that happened before this call is in it."""
        fence = ("service_requests{", 'operation="DescribeNamespace"')
        before = self._sum(*fence)
        request = DescribeNamespaceRequest(namespace="default")
        await self._environment.client.workflow_service.describe_namespace(request)
        deadline = asyncio.get_running_loop().time() + 20
        while self._sum(*fence) == before:
            assert asyncio.get_running_loop().time() < deadline, "The metrics do not move."
            await asyncio.sleep(0.05)
        return self._sum("action{", "")

    def _sum(self, prefix: str, having: str) -> float:
        with urllib.request.urlopen(self._url, timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return sum(
            float(one.rsplit(" ", 1)[1])
            for one in lines
            if one.startswith(prefix) and having in one
        )


@pytest.fixture
async def metered() -> AsyncIterator[tuple[WorkflowEnvironment, Meter]]:
    """A server of its own: nobody else spends anything on it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = ("--metrics-port", str(port))
    async with await temporal_server.start(temporal_server.command(), *flags) as environment:
        yield environment, Meter(environment, port)


async def test_two_actions_a_step_and_one_per_start(
    metered: tuple[WorkflowEnvironment, Meter],
) -> None:
    environment, meter = metered
    made = plan(*[THREE_DAYS] * STEPS)
    async with house(environment) as home:
        before = await meter.actions()

        for _ in range(RUNS):
            soon = datetime.now(UTC) + timedelta(days=1)
            await home.run(enrollment_start(due_at=soon, made=made))

        spent = await meter.actions() - before
    assert spent == RUNS * (1 + 2 * STEPS)


async def test_one_action_less_when_the_first_wait_is_a_start_delay(
    metered: tuple[WorkflowEnvironment, Meter],
) -> None:
    environment, meter = metered
    made = plan(*[THREE_DAYS] * STEPS)
    async with house(environment) as home:
        before = await meter.actions()
        start = enrollment_start(due_at=datetime.now(UTC) + DAY, made=made)
        handle = await environment.client.start_workflow(
            "Enrollment",
            start,
            id=f"enrollment/{start.enrollment_id}/1",
            task_queue=home.queue,
            start_delay=DAY,
        )

        await handle.result()

        assert await meter.actions() - before == 2 * STEPS
        assert events_of(await handle.fetch_history()) == 11 * STEPS


async def test_a_quiet_poll_costs_one_action_and_no_event(
    metered: tuple[WorkflowEnvironment, Meter],
) -> None:
    environment, meter = metered
    async with watchers(environment, every=timedelta(milliseconds=20)) as home:
        handle = await home.watch_mailbox()
        await until(lambda: home.inbox.polls >= POLLS, "polls that find nothing")
        home.inbox.hold.clear()  # From here on no poll ends.
        await until(lambda: home.inbox.held == 1, "the poll that waits")
        events, polls = await events_so_far(handle), home.inbox.polls
        before = await meter.actions()
        home.inbox.hold.set()

        await until(lambda: home.inbox.polls >= polls + POLLS, "as many polls again")
        home.inbox.hold.clear()
        await until(lambda: home.inbox.held == 2, "the poll that waits")

        assert await meter.actions() - before == home.inbox.polls - polls
        assert await events_so_far(handle) == events
        home.inbox.hold.set()


async def test_payloads_and_events_stay_within_their_bounds(temporal: WorkflowEnvironment) -> None:
    made = plan(*[THREE_DAYS] * STEPS)
    async with house(temporal) as home:
        soon = datetime.now(UTC) + timedelta(days=1)
        handle = await home.run(enrollment_start(due_at=soon, made=made))

    history = await handle.fetch_history()
    start, *others = payload_sizes(history)
    assert start <= 250 + 150 * STEPS
    assert max(others) <= 350
    assert events_of(history) <= 11 * STEPS + 8
