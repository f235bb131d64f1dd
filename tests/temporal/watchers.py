"""A worker with the real watchers, and activities that answer as the test says."""

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.failures import again
from benchmarks import cost
from domain.messages import (
    CheckReport,
    FanOutPage,
    FanOutReport,
    MailboxStart,
    PollReport,
    SequenceStart,
    SourceReport,
    SourceStart,
)
from tests.temporal.house import RUNNER
from workflows.mailbox import MailboxWorkflow
from workflows.sequence import SequenceWorkflow
from workflows.source import SourceWorkflow

DEADLINE = 20.0


@dataclass
class Inbox:
    """Stands in for the poll: quiet until it is given something to report."""

    every: timedelta = timedelta(minutes=5)
    polls: int = 0
    attempts: list[int] = field(default_factory=list[int])
    news: deque[PollReport] = field(default_factory=deque[PollReport])
    hold: asyncio.Event = field(default_factory=asyncio.Event)  #: Clear: a poll waits in place.
    held: int = 0  #: How many polls had to wait.

    def __post_init__(self) -> None:
        self.hold.set()

    @activity.defn(name="poll_inbox")
    async def poll_inbox(self, mailbox: MailboxStart) -> PollReport:
        """Poll once."""
        del mailbox
        self.polls += 1
        self.attempts.append(activity.info().attempt)
        if not self.hold.is_set():
            self.held += 1
            await self.hold.wait()
        if self.news:
            return self.news.popleft()
        raise again("Nothing new.", after=self.every, kind="Poll")


@dataclass
class Switchboard:
    """Stands in for the fan-out and the check of a sequence."""

    every: timedelta = timedelta(minutes=10)
    archived: bool = False
    checks: int = 0
    pages: list[str] = field(default_factory=list[str])
    following: dict[str, str] = field(default_factory=dict[str, str])
    gates: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])

    @activity.defn(name="fan_out")
    async def fan_out(self, page: FanOutPage) -> FanOutReport:
        """Tell one page, once its gate is open."""
        self.pages.append(page.after)
        if page.after in self.gates:
            await self.gates[page.after].wait()
        return FanOutReport(told=1, after=self.following.get(page.after))

    @activity.defn(name="watch_sequence")
    async def watch_sequence(self, sequence: SequenceStart) -> CheckReport:
        """Check once."""
        del sequence
        self.checks += 1
        if self.archived:
            return CheckReport(archived=True)
        raise again("Checked.", after=self.every, kind="Check")


@dataclass
class Source:
    """Stands in for the asking of a source: quiet until it is given something to report."""

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


@dataclass
class Watchers:
    """A running worker and its fakes."""

    environment: WorkflowEnvironment
    queue: str
    inbox: Inbox
    board: Switchboard
    source: Source

    async def watch_mailbox(self) -> WorkflowHandle:
        """Start the workflow of a mailbox."""
        start = MailboxStart(mailbox_id="mbx_1", workspace_id="wsp_1")
        return await self._start("Mailbox", start)

    async def watch_sequence(self) -> WorkflowHandle:
        """Start the workflow of a sequence."""
        start = SequenceStart(sequence_id="seq_1", workspace_id="wsp_1")
        return await self._start("Sequence", start)

    async def watch_source(self, signal: str | None = None) -> WorkflowHandle:
        """Start the workflow of a source, as the relay does."""
        start = SourceStart(source_id="src_1", workspace_id="wsp_1")
        return await self._start("Source", start, signal)

    async def _start(self, kind: str, start: object, signal: str | None = None) -> WorkflowHandle:
        with self.environment.with_time_skipping_disabled():
            return await self.environment.client.start_workflow(
                kind,
                start,
                id=f"{kind.lower()}/{uuid.uuid4()}",
                task_queue=self.queue,
                start_signal=signal,
                execution_timeout=timedelta(days=400),
            )

    async def forward(self, handle: WorkflowHandle, span: timedelta) -> None:
        """Move one watcher's clock on."""
        await self.environment.fast_forward(handle, span)


@asynccontextmanager
async def watchers(
    environment: WorkflowEnvironment, *, every: timedelta = timedelta(minutes=5)
) -> AsyncIterator[Watchers]:
    """Run a worker on a queue of its own; `every` is the time between two polls."""
    inbox, board, source = Inbox(every=every), Switchboard(), Source()
    queue = f"test-{uuid.uuid4()}"
    async with Worker(
        environment.client,
        task_queue=queue,
        workflows=[MailboxWorkflow, SequenceWorkflow, SourceWorkflow],
        activities=[
            inbox.poll_inbox,
            board.fan_out,
            board.watch_sequence,
            source.watch_source,
        ],
        workflow_runner=RUNNER,
    ):
        yield Watchers(environment, queue, inbox, board, source)


async def until(true: Callable[[], bool], what: str) -> None:
    """Poll until something is true; fail with its name after the deadline."""
    deadline = asyncio.get_running_loop().time() + DEADLINE
    while not true():
        assert asyncio.get_running_loop().time() < deadline, f"Not in time: {what}"
        await asyncio.sleep(0.01)


async def events_of(handle: WorkflowHandle) -> int:
    """Count the events of a run, without those that moving its clock causes."""
    return cost.events_of(await handle.fetch_history())
