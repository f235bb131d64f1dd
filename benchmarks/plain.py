"""The natural way to send, which sends twice at times: a timer, and an activity that POSTs.

`python -m benchmarks.plain ADDRESS QUEUE KEY URL TOKEN` runs a worker with it, set up like ours.
It ends with its standard input.
"""

import asyncio
import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from domain.state import EnrollmentStart
from providers.transport import OneShotTransport
from relay.client import connect
from settings import Settings
from workflows.options import SEND


class PlainMail:
    """One POST to Gmail's `messages.send`."""

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/gmail/v1/users/me/messages/send"
        self._head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._transport = OneShotTransport(timeout_seconds=20)

    @activity.defn
    def post(self, to: str) -> str:
        """Send it; returns the id."""
        message = EmailMessage()
        message["To"] = f"{to}@candidates.example"
        message["Subject"] = "A role"
        message.set_content("Hello.")
        raw = base64.urlsafe_b64encode(message.as_bytes()).decode()
        body = json.dumps({"raw": raw}).encode()
        answer = self._transport.send("POST", self._url, content=body, headers=self._head)
        answer.raise_for_status()
        return str(answer.json()["id"])


@workflow.defn(name="Plain")
class PlainWorkflow:
    """A timer and an activity."""

    @workflow.run
    async def run(self, start: EnrollmentStart) -> None:
        """Wait and send."""
        assert start.first is not None
        assert start.first.slot_at is not None
        wait = start.first.slot_at - workflow.now()
        await workflow.sleep(max(wait, timedelta()), summary="Scheduled")
        await workflow.execute_activity_method(
            PlainMail.post,
            start.enrollment_id,
            start_to_close_timeout=SEND.start_to_close,
            retry_policy=SEND.retries,
            summary="Send e-mail",
        )


async def _serve(address: str, queue: str, key: bytes, url: str, token: str) -> None:
    client = await connect(address, "default", [("k1", key)])
    settings, mail = Settings(), PlainMail(url, token)
    with ThreadPoolExecutor(settings.worker_activities) as threads:
        async with Worker(
            client,
            task_queue=queue,
            workflows=[PlainWorkflow],
            activities=[mail.post],
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
