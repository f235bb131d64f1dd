"""What a whole e-mail step on a quiet inbox costs at the provider, in calls."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.deadline import Deadline
from activities.sending import Sending
from benchmarks.noop import NoopInbox, NoopLedger
from domain.messages import PerformStep, ResultKind
from domain.ports.mail import MailClient
from domain.ports.steps import Attempt, Claim, Drafted
from providers.mime import LetterWriter
from tests.conformance.posts import GmailPost, OutlookPost, Post, SmtpPost
from tests.conformance.sandbox_process import SandboxProcess
from tests.conformance.test_mail_client import KEY, draft

pytestmark = pytest.mark.integration

GMAIL_CALLS = {  # Draft, barrier, send, read back.
    "gmail.users.drafts.create": 1,
    "gmail.users.history.list": 1,
    "gmail.users.drafts.send": 1,
    "gmail.users.messages.get": 1,
}


class OneClient:
    """Opens one client, whatever mailbox is asked for."""

    def __init__(self, client: MailClient) -> None:
        self._client = client

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        return self._client


class OneStep(NoopLedger):
    """Lets one real letter through, and knows where the inbox was last read."""

    def __init__(self, cursor: str) -> None:
        super().__init__(timedelta())
        self._cursor = cursor

    def claim(self, request: PerformStep, attempt: Attempt) -> Claim:
        claim = super().claim(request, attempt)
        assert isinstance(claim, Claim)
        return replace(claim, key=KEY, draft=draft(KEY))

    def drafted(self, claim: Claim, draft_id: str) -> Drafted:
        return Drafted(cursor=self._cursor, wait=timedelta())


OUTLOOK_CALLS = {  # Draft, barrier, is it still a draft, send, read back.
    "graph.messages.create": 1,
    "graph.messages.delta": 1,
    "graph.messages.get": 2,
    "graph.messages.send": 1,
}


SMTP_CALLS = {  # One IMAP session for the barrier, one SMTP session; the server files the copy.
    "imap.login": 1,
    "smtp.auth": 1,
    "smtp.mail": 1,
    "smtp.rcpt": 1,
    "smtp.data": 1,
}


@pytest.mark.parametrize(
    ("open_post", "wanted"),
    [(GmailPost, GMAIL_CALLS), (OutlookPost, OUTLOOK_CALLS), (SmtpPost, SMTP_CALLS)],
)
def test_a_step_costs(
    sandbox: SandboxProcess, open_post: Callable[[SandboxProcess], Post], wanted: dict[str, int]
) -> None:
    post = open_post(sandbox)
    cursor = post.client.cursor()
    sandbox.client.delete("/control/stats")

    perform(post.client, cursor)

    post.close()
    calls = sandbox.client.get("/control/stats").json()
    assert calls["operations"] == wanted


def perform(client: MailClient, cursor: str) -> None:
    request = PerformStep(enrollment_id="enr_1", workspace_id="wsp_1", step_id="stp_1")
    attempt = Attempt(at=datetime.now(UTC), workflow_id="", run_id="", activity_id="1", number=1)
    ledger = OneStep(cursor)
    sending = Sending(
        request=request,
        attempt=attempt,
        deadline=Deadline(time.monotonic() + 30),
        ledger=ledger,
        clients=OneClient(client),
        writer=LetterWriter(),
        inbox=NoopInbox(),
    )
    claim = ledger.claim(request, attempt)
    assert sending.run(claim).kind is ResultKind.SENT
