"""The natural way to send, which sends twice at times: an activity that POSTs, then returns.

`python -m benchmarks.plain ADDRESS QUEUE KEY URL TOKEN` runs a worker set up like ours, with our
own workflow: only the activity differs. It ends with its standard input.
"""

import asyncio
import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage

from temporalio import activity
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.messages import PerformStep, ResultKind, StepResult
from providers.transport import OneShotTransport
from relay.client import connect
from settings import Settings
from workflows.enrollment import EnrollmentWorkflow


class PlainMail:
    """One POST to Gmail's `messages.send`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/gmail/v1/users/me/messages/send"
        self._head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._transport = OneShotTransport(timeout_seconds=20)

    @activity.defn
    def send_email(self, request: PerformStep) -> StepResult:
        """Send it; what the provider answers is all that is known of it."""
        message = EmailMessage()
        message["To"] = f"{request.enrollment_id}@candidates.example"
        message["Subject"] = "A role"
        message.set_content("Hello.")
        raw = base64.urlsafe_b64encode(message.as_bytes()).decode()
        body = json.dumps({"raw": raw}).encode()
        answer = self._transport.send("POST", self._url, content=body, headers=self._head)
        answer.raise_for_status()
        return StepResult(kind=ResultKind.SENT)


async def _serve(address: str, queue: str, key: bytes, url: str, token: str) -> None:
    client = await connect(address, "default", [("k1", key)])
    settings, mail = Settings(), PlainMail(url, token)
    with ThreadPoolExecutor(settings.worker_activities) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[EnrollmentWorkflow],
            activities=[mail.send_email],
            activity_executor=threads,
            max_concurrent_activities=settings.worker_activities,
            max_cached_workflows=settings.worker_cache,
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    _, server, its_queue, its_key, provider, its_token = sys.argv
    asyncio.run(_serve(server, its_queue, base64.b64decode(its_key), provider, its_token))
