"""A small house without its HTTP door: Postgres, Temporal, real activities, mail in memory."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper, TimeSkippingConfig, WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.email import EmailActivities
from activities.mailbox import MailboxActivities
from activities.sequence import SequenceActivities
from domain.ids import Prefix, enrollment_workflow_id
from domain.messages import EnrollmentView
from providers.memory import MemoryMail
from providers.mime import LetterWriter
from records.database import Database
from records.enrollments import Enrolled, NewEnrollment, enroll
from records.ids import fresh
from records.inbox import Inbox
from records.mailboxes import limit_day
from records.parcels import Outbox
from records.steps import Ledger
from records.switchboard import Switchboard
from records.tables import (
    candidates,
    enrollments,
    log_events,
    mailboxes,
    schedules,
    sequences,
    users,
    versions,
)
from records.watch import Watch
from relay.carrier import Carrier
from relay.pump import Pump
from tests.integration import telling
from tests.integration.pretend import Pretend, pretend_sources
from workflows.enrollment import EnrollmentWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.notices import NoticesWorkflow
from workflows.sequence import SequenceWorkflow
from workflows.source import SourceWorkflow
from workflows.webhook import WebhookDeliveryWorkflow

LATER = {"kind": "later", "seconds": 3 * 86_400}
INSTANT = {"kind": "instant"}
DEADLINE = 20.0
SHUTDOWN = 30.0
MOMENT = timedelta(milliseconds=100)
EVERY = timedelta(minutes=5)
OPT_OUT_PAGE = "https://reprise.example/unsubscribe"
IN_FLIGHT = 5  #: Sends at once in this house.


@dataclass
class World:
    """What tests speak to."""

    database: Database
    environment: WorkflowEnvironment
    mail: MemoryMail
    pump: Pump
    skipper: TimeSkipper
    workspace_id: str
    pretend: Pretend  #: Calendars and recruiting systems.

    @property
    def listeners(self) -> telling.Listeners:
        """Whoever is told of what happens."""
        return telling.Listeners(self.database, self.workspace_id)

    def make_mailbox(self, **values: Any) -> str:
        """Make a connected mailbox."""
        mailbox_id = fresh(Prefix.MAILBOX)
        daily_limit = values.pop("daily_limit", 400)
        row = {
            "id": mailbox_id,
            "workspace_id": self.workspace_id,
            "kind": "gmail",
            "address": f"{mailbox_id[-6:]}@sender.example",
            "display_name": "Ana Sender",
            "state": "connected",
            **values,
        }
        self._insert(mailboxes, row)
        with self.database.workspace(self.workspace_id) as connection:
            limit_day(connection, self.workspace_id, mailbox_id, daily_limit)
        return mailbox_id

    def make_sequence(
        self,
        mailbox_id: str | None,
        *timings: dict[str, Any],
        active: bool = True,
        steps: list[dict[str, Any]] | None = None,
        **values: Any,
    ) -> str:
        """Make a sequence of e-mail steps."""
        sequence_id = fresh(Prefix.SEQUENCE)
        with self.database.workspace(self.workspace_id) as connection:
            owner = connection.execute(select(users.c.id).limit(1)).scalar_one()
        row = {
            "id": sequence_id,
            "workspace_id": self.workspace_id,
            "owner_id": owner,
            "name": "Engineers",
            "mailbox_id": mailbox_id,
            "active": active,
            **values,
        }
        self._insert(sequences, row)
        self._insert(
            versions,
            {
                "id": fresh(Prefix.VERSION),
                "workspace_id": self.workspace_id,
                "sequence_id": sequence_id,
                "number": 1,
                "steps": steps or make_steps(*timings),
            },
        )
        return sequence_id

    def make_candidate(self, **values: Any) -> str:
        """Make a candidate with one work address."""
        candidate_id = fresh(Prefix.CANDIDATE)
        row = {
            "id": candidate_id,
            "workspace_id": self.workspace_id,
            "first_name": "Bo",
            "last_name": "Candidate",
            "emails": [
                {
                    "id": fresh(Prefix.ADDRESS),
                    "address": f"{candidate_id[-8:]}@candidate.example",
                    "type": "work",
                }
            ],
            **values,
        }
        self._insert(candidates, row)
        return candidate_id

    def make_schedule(self, **values: Any) -> str:
        """Make a schedule: Monday to Friday, nine to five, in Lisbon."""
        schedule_id = fresh(Prefix.SCHEDULE)
        row = {
            "id": schedule_id,
            "workspace_id": self.workspace_id,
            "name": "Office hours",
            "zone": "Europe/Lisbon",
            "zone_source": "schedule",
            "windows": [
                {"days": ["mon", "tue", "wed", "thu", "fri"], "start": "09:00", "end": "17:00"}
            ],
            **values,
        }
        self._insert(schedules, row)
        return schedule_id

    def enroll(self, sequence_id: str, *candidate_ids: str, **values: Any) -> list[Enrolled]:
        """Enroll candidates in one call."""
        items = [
            NewEnrollment(index=n, candidate_id=one, **values)
            for n, one in enumerate(candidate_ids)
        ]
        with self.database.workspace(self.workspace_id) as connection:
            return enroll(connection, self.workspace_id, sequence_id, items)

    def enroll_one(self, sequence_id: str, candidate_id: str | None = None, **values: Any) -> str:
        """Enroll one candidate; gives the enrollment's id."""
        done = self.enroll(sequence_id, candidate_id or self.make_candidate(), **values)
        assert done[0].enrollment_id is not None, done
        return done[0].enrollment_id

    def row(self, enrollment_id: str) -> dict[str, Any]:
        """Read an enrollment's row."""
        with self.database.workspace(self.workspace_id) as connection:
            query = select(enrollments).where(enrollments.c.id == enrollment_id)
            return dict(connection.execute(query).mappings().one())

    def standing(self, enrollment_id: str) -> tuple[str, str]:
        """Read its status and code."""
        row = self.row(enrollment_id)
        return row["status"], row["code"]

    def codes(self) -> set[str]:
        """Read the codes of all enrollments."""
        with self.database.workspace(self.workspace_id) as connection:
            return set(connection.execute(select(enrollments.c.code)).scalars())

    def events(self, enrollment_id: str) -> list[str]:
        """Read what the log says of an enrollment, in order."""
        with self.database.workspace(self.workspace_id) as connection:
            query = (
                select(log_events.c.event)
                .where(log_events.c.enrollment_id == enrollment_id)
                .order_by(log_events.c.recorded_at, log_events.c.id)
            )
            return list(connection.execute(query).scalars())

    def change(self, table: Any, row_id: str, **values: Any) -> None:
        """Change a row as its owner would, its generation with it."""
        if "generation" in table.c:
            values["generation"] = table.c.generation + 1
        with self.database.workspace(self.workspace_id) as connection:
            connection.execute(update(table).where(table.c.id == row_id).values(**values))

    def handle(self, enrollment_id: str) -> WorkflowHandle:
        """Name its workflow's present round."""
        round_ = self.row(enrollment_id)["round"]
        workflow_id = enrollment_workflow_id(enrollment_id, round_)
        return self.environment.client.get_workflow_handle(workflow_id)

    async def relay(self) -> None:
        """Deliver everything that lies in the outbox."""
        while await self.pump.drain():
            pass

    async def forward(self, enrollment_id: str, span: timedelta) -> None:
        """Deliver, then move one enrollment's clock on; one that has ended meanwhile stays.

        The server lets a clock jump over what is due but has not fired yet, so a first step that
        is about to begin is let begin.
        """
        await self.relay()
        await self.until(lambda: not self._beginning(enrollment_id), "its first slot, passed")
        await self.until(lambda: self._moved(enrollment_id, span), "its workflow, running or ended")

    def _beginning(self, enrollment_id: str) -> bool:
        slot_at = self.row(enrollment_id)["slot_at"]
        now = datetime.now(UTC)
        return slot_at is not None and slot_at - MOMENT < now < slot_at + 5 * MOMENT

    async def _moved(self, enrollment_id: str, span: timedelta) -> bool:
        await self.relay()
        try:
            if await self.skipper.fast_forward(self.handle(enrollment_id), span):
                return True
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        # A busy server may have put its start off, and may have begun it since: try again.
        ended = self.row(enrollment_id)["ended_code"] is not None
        return ended or await self._closed(self.handle(enrollment_id))

    async def ended(self, enrollment_id: str) -> dict[str, Any]:
        """Deliver until its workflow has ended; give its result."""
        return await self.result(self.handle(enrollment_id))

    async def result(self, handle: WorkflowHandle) -> Any:
        """Deliver until a workflow has ended; give its result."""
        await self.relay()
        await self.until(lambda: self._closed(handle), f"the end of {handle.id}")
        return await handle.result()

    async def _closed(self, handle: WorkflowHandle) -> bool:
        try:
            status = (await handle.describe()).status
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return status is not WorkflowExecutionStatus.RUNNING

    async def view(self, enrollment_id: str) -> EnrollmentView:
        """Ask its workflow."""
        return await self.handle(enrollment_id).query("view", result_type=EnrollmentView)

    async def until(self, true: Callable[[], bool | Awaitable[bool]], what: str) -> None:
        """Poll until something is true; fail with its name after the deadline."""
        deadline = asyncio.get_running_loop().time() + DEADLINE
        while asyncio.get_running_loop().time() < deadline:
            answer = true()
            if answer if isinstance(answer, bool) else await answer:
                return
            await self.relay()
            await asyncio.sleep(0.02)
        raise AssertionError(f"Not within {DEADLINE:.0f} s: {what}")

    async def until_code(self, enrollment_id: str, code: str) -> None:
        """Poll until an enrollment's row shows a code."""
        await self.until(
            lambda: self.standing(enrollment_id)[1] == code,
            f"{code}, but it is {self.standing(enrollment_id)}",
        )

    def _insert(self, table: Any, row: dict[str, Any]) -> None:
        with self.database.workspace(self.workspace_id) as connection:
            connection.execute(insert(table).values(**row))


Provocation = Callable[[World], Awaitable[None]]


def make_steps(*timings: dict[str, Any]) -> list[dict[str, Any]]:
    """Make e-mail steps, the first in a new thread, the rest in its replies."""
    ids = [fresh(Prefix.STEP) for _ in timings or (INSTANT,)]
    return [
        {
            "id": ids[n],
            "kind": "email",
            "thread": "new" if n == 0 else "reply",
            "subject": "A role for {{ candidate.first_name | default: 'you' }}" if n == 0 else "",
            "body": f"<p>Hello {{{{ candidate.first_name | default: 'there' }}}}, mail {n + 1}.</p>",  # noqa: E501
            "timing": timing,
            "next": ids[n + 1] if n + 1 < len(ids) else None,
        }
        for n, timing in enumerate(timings or (INSTANT,))
    ]


@asynccontextmanager
async def open_world(database: Database, environment: WorkflowEnvironment) -> AsyncIterator[World]:
    """Run a worker with real activities over mail in memory."""
    mail, inbox = MemoryMail(), Inbox(database)
    email = EmailActivities(
        ledger=Ledger(database, in_flight=IN_FLIGHT, fast_forward=True),
        clients=mail,
        writer=LetterWriter(unsubscribe_url=OPT_OUT_PAGE),
        inbox=inbox,
    )
    watch = Watch(database)
    mailbox = MailboxActivities(clients=mail, inbox=inbox, watch=watch, every=EVERY)
    sequence = SequenceActivities(switchboard=Switchboard(database), every=EVERY)
    queue = f"world-{uuid.uuid4()}"
    with database.system() as connection:
        workspace_id = connection.execute(select(users.c.workspace_id).limit(1)).scalar_one()
    skipper = TimeSkipper(
        environment.client, config=TimeSkippingConfig(max_session_skip_count=1000)
    )
    with environment.with_time_skipping_disabled(), ThreadPoolExecutor(10) as threads:
        async with (
            pretend_sources(database) as pretend,
            _working(
                Worker(
                    environment.client,
                    task_queue=queue,
                    workflows=[
                        EnrollmentWorkflow,
                        MailboxWorkflow,
                        SequenceWorkflow,
                        SourceWorkflow,
                        WebhookDeliveryWorkflow,
                        NoticesWorkflow,
                    ],
                    activities=[
                        email.send_email,
                        mailbox.poll_inbox,
                        sequence.fan_out,
                        sequence.watch_sequence,
                        pretend.activities.watch_source,
                        *telling.activities(database, mail),
                    ],
                    activity_executor=threads,
                    workflow_runner=UnsandboxedWorkflowRunner(),
                )
            ),
        ):
            pretend.workspace_id = workspace_id
            carrier = Carrier(environment.client, queue)
            pump = Pump(Outbox(database), carrier)
            yield World(database, environment, mail, pump, skipper, workspace_id, pretend)


@asynccontextmanager
async def _working(worker: Worker) -> AsyncIterator[None]:
    """Run a worker; do not wait for ever until it has stopped.

    The SDK's shutdown has hung once in some ten thousand, with nothing running: that would leave
    this world's switches to every test behind it.
    """
    await worker.__aenter__()
    try:
        yield
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(worker.__aexit__(None, None, None), SHUTDOWN)
