"""A worker with the real workflows that tell, and activities that answer as the test says."""

import uuid
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.failures import again
from domain.messages import NoticesReport, NoticesStart, WebhookReport, WebhookStart
from tests.temporal.house import RUNNER
from workflows.notices import NoticesWorkflow
from workflows.webhook import WebhookDeliveryWorkflow


@dataclass
class FakeEndpoint:
    """Fails as often as it is told to, then takes it."""

    failures: int = 0
    tries: int = 0

    @activity.defn(name="deliver_webhook")
    async def deliver_webhook(self, start: WebhookStart) -> WebhookReport:
        """Answer one try."""
        del start
        self.tries += 1
        if self.tries <= self.failures:
            raise again("No.", after=timedelta(hours=1), kind="Webhook")
        return WebhookReport(state="delivered")


@dataclass
class FakeOwner:
    """Says when the next digest is due, as scripted; nothing waits when the script is over."""

    script: deque[timedelta] = field(default_factory=deque[timedelta])
    looks: list[datetime] = field(default_factory=list[datetime])

    @activity.defn(name="tell_owner")
    async def tell_owner(self, start: NoticesStart) -> NoticesReport:
        """Answer one look."""
        del start
        at = activity.info().started_time
        self.looks.append(at)
        return NoticesReport(until=at + self.script.popleft()) if self.script else NoticesReport()


@dataclass
class Tellers:
    """A running worker and its fakes."""

    environment: WorkflowEnvironment
    queue: str
    endpoint: FakeEndpoint
    owner: FakeOwner

    async def webhook(self) -> WorkflowHandle:
        """Start a delivery."""
        start = WebhookStart(notice_id="ntc_1", workspace_id="wsp_1")
        return await self._start("WebhookDelivery", start)

    async def notices(self) -> WorkflowHandle:
        """Start what tells an owner."""
        start = NoticesStart(user_id="usr_1", workspace_id="wsp_1", channel="email")
        return await self._start("Notices", start)

    async def _start(self, kind: str, start: object) -> WorkflowHandle:
        with self.environment.with_time_skipping_disabled():
            return await self.environment.client.start_workflow(
                kind,
                start,
                id=f"{kind.lower()}/{uuid.uuid4()}",
                task_queue=self.queue,
                execution_timeout=timedelta(days=400),
            )

    async def forward(self, handle: WorkflowHandle, span: timedelta) -> None:
        """Move one workflow's clock on."""
        await self.environment.fast_forward(handle, span)


@asynccontextmanager
async def tellers(environment: WorkflowEnvironment) -> AsyncIterator[Tellers]:
    """Run a worker on a queue of its own."""
    endpoint, owner = FakeEndpoint(), FakeOwner()
    queue = f"test-{uuid.uuid4()}"
    async with Worker(
        environment.client,
        task_queue=queue,
        workflows=[WebhookDeliveryWorkflow, NoticesWorkflow],
        activities=[endpoint.deliver_webhook, owner.tell_owner],
        workflow_runner=RUNNER,
    ):
        yield Tellers(environment, queue, endpoint, owner)
