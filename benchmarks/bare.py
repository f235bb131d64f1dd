"""The yardstick: a workflow that only sleeps and calls an activity, on the same worker settings.

`python -m benchmarks.bare ADDRESS QUEUE KEY` runs a worker with it and, beside it, the real
enrollment workflow over ports that do nothing. It ends with its standard input.
"""

import asyncio
import base64
import sys
from concurrent.futures import ThreadPoolExecutor

from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.email import EmailActivities
from benchmarks.noop import GAP, NoopClients, NoopInbox, NoopLedger, NoopWriter
from domain.messages import EnrollmentEnd, PerformStep, ResultKind, StepResult
from domain.state import EnrollmentStart
from relay.client import connect
from settings import Settings
from workflows.enrollment import EnrollmentWorkflow
from workflows.options import SEND


@activity.defn
def do_nothing(request: PerformStep) -> StepResult:
    """Answer as the real step does."""
    return StepResult(kind=ResultKind.SENT)


@workflow.defn(name="Bare")
class BareWorkflow:
    """A timer and an activity per step."""

    @workflow.run
    async def run(self, start: EnrollmentStart) -> EnrollmentEnd | None:
        """Walk the steps."""
        steps = start.plan.steps
        for number, step in enumerate(steps, 1):
            due = workflow.now() + GAP
            await workflow.sleep(GAP, summary=f"Scheduled, step {number} of {len(steps)}")
            request = PerformStep(
                enrollment_id=start.enrollment_id,
                workspace_id=start.workspace_id,
                step_id=step.id,
                next_step_id=step.next,
                not_before=due,
                slot_at=due,
            )
            await workflow.execute_activity(
                do_nothing,
                request,
                start_to_close_timeout=SEND.start_to_close,
                retry_policy=SEND.retries,
                summary=f"Send e-mail, step {number} of {len(steps)}",
            )
        return None


async def _serve(address: str, queue: str, key: bytes) -> None:
    client = await connect(address, "default", [("k1", key)])
    settings = Settings()
    email = EmailActivities(
        ledger=NoopLedger(GAP), clients=NoopClients(), writer=NoopWriter(), inbox=NoopInbox()
    )
    with ThreadPoolExecutor(settings.worker_activities) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[BareWorkflow, EnrollmentWorkflow],
            activities=[do_nothing, email.send_email],
            activity_executor=threads,
            max_concurrent_activities=settings.worker_activities,
            max_cached_workflows=settings.worker_cache,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], sys.argv[2], base64.b64decode(sys.argv[3])))
