"""A worker with the real workflows and a step that does what the test says."""

import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import TimeSkipper, WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from domain.codes import ReasonCode
from domain.messages import Booking, EnrollmentView, PerformStep, ResultKind, StepResult
from domain.state import EnrollmentStart
from workflows.enrollment import EnrollmentWorkflow

Answer = Callable[[PerformStep, datetime], StepResult]

RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "domain", "activities", "workflows.options"
    )
)


@dataclass
class FakeStep:
    """Stands in for the activity: answers as scripted, else sends or books like the real one."""

    gap: timedelta = timedelta(days=3)
    script: deque[Answer] = field(default_factory=deque[Answer])
    calls: list[tuple[PerformStep, datetime]] = field(
        default_factory=list[tuple[PerformStep, datetime]]
    )
    sent: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])

    @activity.defn(name="send_email")
    async def send_email(self, request: PerformStep) -> StepResult:
        """Answer one try."""
        at = activity.info().started_time
        self.calls.append((request, at))
        if self.script:
            return self.script.popleft()(request, at)
        if request.slot_at is None:
            return defer(max(request.not_before or at, at))
        self.sent.append((request.step_id, at))
        return self.deliver(request, at)

    def deliver(self, request: PerformStep, at: datetime) -> StepResult:
        """Say that it was sent; the next step is due after the gap."""
        if request.next_step_id is None:
            return StepResult(kind=ResultKind.SENT)
        due = at + self.gap
        return StepResult(kind=ResultKind.SENT, booking=Booking(not_before=due, slot_at=due))


def defer(until: datetime, code: ReasonCode = ReasonCode.SCHEDULED) -> StepResult:
    """Say that a slot was booked."""
    booking = Booking(not_before=until, slot_at=until, code=code)
    return StepResult(kind=ResultKind.DEFERRED, code=code, booking=booking)


@dataclass
class House:
    """A running worker, its fake step and the means to start enrollments."""

    environment: WorkflowEnvironment
    queue: str
    step: FakeStep

    async def start(self, start: EnrollmentStart, **options: object) -> WorkflowHandle:
        """Start an enrollment without skipping time by itself."""
        with self.environment.with_time_skipping_disabled():
            return await self.environment.client.start_workflow(
                "Enrollment",
                start,
                id=f"enrollment/{start.enrollment_id}/{start.round}",
                task_queue=self.queue,
                execution_timeout=timedelta(days=4000),
                **options,
            )

    async def run(self, start: EnrollmentStart) -> WorkflowHandle:
        """Run an enrollment to its end, its clock skipping every wait.

        By a client of its own: whether the environment's starts skip is one switch for all tests.
        """
        skipping = TimeSkipper(self.environment.client).client
        handle = await skipping.start_workflow(
            "Enrollment",
            start,
            id=f"enrollment/{start.enrollment_id}/{start.round}",
            task_queue=self.queue,
        )
        await handle.result()
        return handle

    async def forward(self, handle: WorkflowHandle, span: timedelta) -> None:
        """Move one enrollment's clock on."""
        await self.environment.fast_forward(handle, span)

    async def view(self, handle: WorkflowHandle) -> EnrollmentView:
        """Ask it what it waits for."""
        return await handle.query("view", result_type=EnrollmentView)


@asynccontextmanager
async def house(environment: WorkflowEnvironment) -> AsyncIterator[House]:
    """Run a worker on a queue of its own."""
    step = FakeStep()
    queue = f"test-{uuid.uuid4()}"
    async with Worker(
        environment.client,
        task_queue=queue,
        workflows=[EnrollmentWorkflow],
        activities=[step.send_email],
        workflow_runner=RUNNER,
    ):
        yield House(environment, queue, step)
