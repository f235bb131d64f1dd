"""Owners are told over the channels that they chose, at once or in digests."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from domain.codes import ReasonCode
from domain.errors import Disconnected, OutcomeUnknown, Unavailable
from domain.notices import PERSONAL
from domain.sources.kinds import SourceKind
from records import facts, mailbox_faults, notifications, suppressions
from tests.conformance.sandbox_process import SandboxProcess
from tests.integration.telling import NOWHERE, OWNER, TELEPHONES
from tests.integration.test_histories import CANARY, readable
from tests.integration.test_sources import give_key
from tests.integration.test_webhooks import make_stopped
from tests.integration.world import LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PHONE = "+351912345678"
LISBON = "Europe/Lisbon"


def in_twelve_hours() -> str:
    """A local time that is far off whenever the test runs."""
    return (datetime.now(ZoneInfo(LISBON)) + 12 * HOUR).strftime("%H:%M")


DAILY = {"mode": "daily", "daily_at": in_twelve_hours(), "zone": LISBON}


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
def sandbox(process: SandboxProcess) -> Iterator[SandboxProcess]:
    process.control("reset")
    TELEPHONES.url = process.url
    yield process
    TELEPHONES.url = NOWHERE


@pytest.fixture(autouse=True)
async def _clean(world: World) -> AsyncIterator[None]:
    """Every test's owner has the same id, on the same server: leave none of his workflows."""
    yield
    for channel in PERSONAL:
        with suppress(RPCError):
            await run_of(world, channel.value).terminate()


@pytest.fixture
def by_mail(world: World) -> World:
    """An owner who is told by e-mail at once."""
    world.listeners.mailbox(world.make_mailbox(address="notices@recruiting.example"))
    world.listeners.choose("email", address=OWNER)
    return world


def heard(sandbox: SandboxProcess, kind: str) -> list[dict[str, Any]]:
    return sandbox.client.get("/control/told", params={"kind": kind}).json()["data"]


def letters(world: World) -> list[str]:
    return [one.text for one in world.mail.sent() if one.subject.startswith("Reprise: ")]


def run_of(world: World, channel: str) -> WorkflowHandle:
    workflow_id = f"notices/{world.listeners.owner_id}/{channel}"
    return world.environment.client.get_workflow_handle(workflow_id)


def disconnect(world: World, mailbox: str) -> None:
    """Let a mailbox's grant be refused."""
    with world.database.workspace(world.workspace_id) as connection:
        code = ReasonCode.MAILBOX_DISCONNECTED
        mailbox_faults.fault(connection, world.workspace_id, mailbox, code, "invalid_grant")


async def until_states(world: World, channel: str, *states: str) -> None:
    await world.until(
        lambda: {one["state"] for one in world.listeners.notices(channel)} == set(states),
        f"{channel}: {states}",
    )


async def now_of(world: World, channel: str) -> datetime:
    """Give a running workflow's own time."""
    return await world.skipper.get_current_time(run_of(world, channel))


class TestEmail:
    async def test_a_reply_is_told_with_the_names_that_its_owner_knows(
        self, by_mail: World
    ) -> None:
        make_stopped(by_mail, first_name="Zoë", last_name="Quist")
        await until_states(by_mail, "email", "delivered")

        (letter,) = letters(by_mail)
        assert "Replied (1)" in letter
        assert "Zoë Quist in “Engineers”" in letter
        assert "What to do: Answer the candidate." in letter

    async def test_many_at_once_are_one_letter(self, by_mail: World) -> None:
        by_mail.mail.fail("open", Unavailable("503"))  # The first try meets all of them.
        for _ in range(4):
            make_stopped(by_mail)
        await until_states(by_mail, "email", "pending")
        await by_mail.relay()
        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), HOUR)
        await until_states(by_mail, "email", "delivered")

        assert sum("Replied (" in one for one in letters(by_mail)) <= 4
        counted = sum(int(one.split("Replied (")[1].split(")")[0]) for one in letters(by_mail))
        assert counted == 4  # Each exactly once, in however many letters.

    async def test_a_mailboxs_fault_is_told_to_the_owners_of_its_sequences(
        self, by_mail: World
    ) -> None:
        mailbox = by_mail.make_mailbox(address="ana@sender.example")
        for _ in range(3):
            by_mail.make_sequence(mailbox, LATER)
        disconnect(by_mail, mailbox)
        await until_states(by_mail, "email", "delivered")

        (letter,) = letters(by_mail)
        assert "Mailbox disconnected (1)" in letter
        assert "ana@sender.example" in letter

    async def test_a_fault_of_nobodys_mailbox_is_told_to_the_admins(self, by_mail: World) -> None:
        mailbox = by_mail.make_mailbox(address="spare@sender.example")
        with by_mail.database.workspace(by_mail.workspace_id) as connection:
            connection.execute(
                text(
                    "INSERT INTO users (id, workspace_id, name, role)"
                    " VALUES ('usr_plain', :workspace_id, 'No admin', 'user')"
                ),
                {"workspace_id": by_mail.workspace_id},
            )
        by_mail.listeners.choose("email", user_id="usr_plain", address="plain@owner.example")
        disconnect(by_mail, mailbox)
        await until_states(by_mail, "email", "delivered")

        (letter,) = letters(by_mail)
        assert "spare@sender.example" in letter
        assert {one["user_id"] for one in by_mail.listeners.notices()} == {
            by_mail.listeners.owner_id
        }

    async def test_an_entry_of_the_list_of_suppressions_is_told_to_nobody_in_person(
        self, by_mail: World
    ) -> None:
        with by_mail.database.workspace(by_mail.workspace_id) as connection:
            suppressions.add(
                connection,
                by_mail.workspace_id,
                kind="address",
                value="jo@acme.example",
                reason="blocked",
                origin="api",
            )
        await by_mail.relay()

        assert by_mail.listeners.logged("suppression.added")
        assert by_mail.listeners.notices() == []

    async def test_a_source_in_error_is_told_to_the_admins(self, by_mail: World) -> None:
        source = by_mail.pretend.connect(SourceKind.GREENHOUSE)
        give_key(by_mail, source, "a-wrong-key")
        await until_states(by_mail, "email", "delivered")

        (letter,) = letters(by_mail)
        assert "Source in error (1)" in letter
        assert "greenhouse" in letter
        assert "GET /sources/{id} says why" in letter

    async def test_nothing_personal_enters_a_history(self, by_mail: World) -> None:
        by_mail.listeners.choose("email", address=f"{CANARY}@owner.example")
        make_stopped(by_mail, first_name=CANARY)
        await until_states(by_mail, "email", "delivered")

        said = readable(await run_of(by_mail, "email").fetch_history())

        assert by_mail.listeners.owner_id in said
        assert "Tell the owner what is due" in said
        assert CANARY.lower() not in said.lower()
        assert any(CANARY in one for one in letters(by_mail))

    async def test_a_lost_answer_may_tell_twice_but_in_the_same_words(self, by_mail: World) -> None:
        by_mail.mail.fail("send_draft", OutcomeUnknown("cut"), after=True)
        make_stopped(by_mail)
        await by_mail.until(lambda: len(letters(by_mail)) == 1, "the first")
        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), HOUR)
        await until_states(by_mail, "email", "delivered")

        sent = [one for one in by_mail.mail.sent() if one.subject.startswith("Reprise: ")]
        assert len({one.message_id for one in sent}) == 1
        assert len({one.mime for one in sent}) == 1

    async def test_a_dead_mailbox_is_given_up_after_three_days_and_the_log_says_so(
        self, by_mail: World
    ) -> None:
        by_mail.mail.fail("open", *[Disconnected("dead")] * 60)
        enrollment = make_stopped(by_mail)
        await by_mail.relay()

        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), 4 * DAY)
        await until_states(by_mail, "email", "failed")

        (logged,) = by_mail.listeners.logged("notification.failed")
        assert logged["enrollment_id"] == enrollment
        assert "connect it again" in logged["detail"]["why"]

    async def test_without_a_notification_mailbox_it_waits_for_one(self, world: World) -> None:
        world.listeners.choose("email", address=OWNER)
        make_stopped(world)
        await until_states(world, "email", "held")
        assert letters(world) == []

        world.listeners.mailbox(world.make_mailbox())
        await until_states(world, "email", "delivered")

        assert len(letters(world)) == 1

    async def test_whoever_chose_nothing_is_told_nothing(self, world: World) -> None:
        make_stopped(world)
        world.listeners.choose("email", address=OWNER, mode="off")
        make_stopped(world)
        await world.relay()

        assert world.listeners.notices() == []


class TestDigests:
    async def test_a_day_is_one_letter_at_its_hour(self, by_mail: World) -> None:
        at = in_twelve_hours()
        by_mail.listeners.choose("email", address=OWNER, mode="daily", daily_at=at, zone=LISBON)
        for _ in range(3):
            make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "its time is known")
        due = self.due(by_mail)
        assert due is not None
        assert due.astimezone(ZoneInfo(LISBON)).strftime("%H:%M") == at
        await by_mail.relay()
        assert letters(by_mail) == []

        handle = run_of(by_mail, "email")
        await by_mail.skipper.fast_forward(
            handle, due - await now_of(by_mail, "email") - timedelta(minutes=5)
        )
        assert letters(by_mail) == []
        await by_mail.skipper.fast_forward(handle, timedelta(minutes=10))
        await until_states(by_mail, "email", "delivered")

        (letter,) = letters(by_mail)
        assert "Replied (3)" in letter

    async def test_what_comes_after_it_waits_for_the_next(self, by_mail: World) -> None:
        by_mail.listeners.choose("email", address=OWNER, **DAILY)
        make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "its time is known")
        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), DAY)
        await until_states(by_mail, "email", "delivered")

        make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "the next one's time is known")

        assert len(letters(by_mail)) == 1
        due = self.due(by_mail)
        assert due is not None
        assert due > datetime.now(UTC)

    async def test_a_notice_that_comes_while_it_waits_is_no_reason_to_look(
        self, by_mail: World
    ) -> None:
        by_mail.listeners.choose("email", address=OWNER, **DAILY)
        make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "its time is known")
        before = await self.looks(by_mail)

        for _ in range(5):
            make_stopped(by_mail)
        await by_mail.relay()

        assert await self.looks(by_mail) == before
        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), DAY)
        await until_states(by_mail, "email", "delivered")
        assert "Replied (6)" in letters(by_mail)[0]

    async def test_other_settings_count_at_once(self, by_mail: World) -> None:
        by_mail.listeners.choose("email", address=OWNER, **DAILY)
        make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "its time is known")

        by_mail.listeners.choose("email", address=OWNER, mode="immediately")
        await until_states(by_mail, "email", "delivered")

        assert len(letters(by_mail)) == 1

    async def test_it_ends_when_nothing_waits_and_begins_again(self, by_mail: World) -> None:
        make_stopped(by_mail)
        await until_states(by_mail, "email", "delivered")
        await by_mail.result(run_of(by_mail, "email"))

        make_stopped(by_mail)
        await until_states(by_mail, "email", "delivered")
        await by_mail.result(run_of(by_mail, "email"))

        described = await run_of(by_mail, "email").describe()
        assert described.status is WorkflowExecutionStatus.COMPLETED
        assert len(letters(by_mail)) == 2

    async def test_a_renewed_history_keeps_the_appointment(
        self, by_mail: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("workflows.options.HISTORY_BOUND", 15)
        by_mail.listeners.choose("email", address=OWNER, **DAILY)
        make_stopped(by_mail)
        await by_mail.until(lambda: self.due(by_mail) is not None, "its time is known")
        due = self.due(by_mail)
        first = (await run_of(by_mail, "email").describe()).run_id

        for _ in range(8):
            make_stopped(by_mail)
            await by_mail.relay()

        async def renewed() -> bool:
            return (await run_of(by_mail, "email").describe()).run_id != first

        await by_mail.until(renewed, "the next run")
        assert letters(by_mail) == []
        assert self.due(by_mail) == due
        await by_mail.skipper.fast_forward(run_of(by_mail, "email"), DAY)
        await until_states(by_mail, "email", "delivered")
        assert "Replied (9)" in letters(by_mail)[0]

    @staticmethod
    def due(world: World) -> datetime | None:
        with world.database.workspace(world.workspace_id) as connection:
            rows = notifications.of_user(connection, world.listeners.owner_id)
        return rows["email"]["due_at"]

    @staticmethod
    async def looks(world: World) -> int:
        history = await run_of(world, "email").fetch_history()
        return sum(
            1
            for event in history.events
            if event.HasField("activity_task_scheduled_event_attributes")
        )


class TestSlack:
    async def test_takes_a_message(self, world: World, sandbox: SandboxProcess) -> None:
        world.listeners.choose("slack", hook=f"{sandbox.url}/services/T0/B0/key")
        make_stopped(world, first_name="<!channel>")
        await until_states(world, "slack", "delivered")

        (message,) = heard(sandbox, "slack")
        body = json.loads(message["body"])
        assert body["text"] == "Reprise: Replied (1)"
        assert [block["text"]["type"] for block in body["blocks"]] == ["plain_text"]

    async def test_one_that_is_gone_is_switched_off_and_its_owner_told_by_email(
        self, by_mail: World, sandbox: SandboxProcess
    ) -> None:
        by_mail.listeners.choose("slack", hook=f"{sandbox.url}/services/T0/B0/key")
        sandbox.control("faults", name="slack_archived")
        make_stopped(by_mail)
        await until_states(by_mail, "slack", "failed")

        await by_mail.until(
            lambda: any("switched off" in one for one in letters(by_mail)), "a letter"
        )
        (logged,) = by_mail.listeners.logged("notification.disabled")
        assert "410 channel_is_archived" in logged["detail"]["why"]
        make_stopped(by_mail)
        await until_states(by_mail, "email", "delivered")
        assert len(by_mail.listeners.notices("slack")) == 1

    async def test_its_own_delay_is_waited_for(self, world: World, sandbox: SandboxProcess) -> None:
        world.listeners.choose("slack", hook=f"{sandbox.url}/services/T0/B0/key")
        sandbox.control("faults", name="slack_rate_limited")
        make_stopped(world)
        await world.until(lambda: world.listeners.notices()[0]["tries"] == 1, "the first try")

        notice = world.listeners.notices()[0]
        wait = notice["next_try_at"] - notice["created_at"]
        assert timedelta(seconds=29) < wait < timedelta(seconds=45)
        await world.skipper.fast_forward(run_of(world, "slack"), HOUR)
        await until_states(world, "slack", "delivered")


class TestSms:
    async def test_a_short_message_leaves(self, world: World, sandbox: SandboxProcess) -> None:
        world.listeners.choose("sms", address=PHONE)
        make_stopped(world, first_name="Bo", last_name="Quist")
        await until_states(world, "sms", "delivered")

        (message,) = heard(sandbox, "sms")
        assert message["name"] == PHONE
        assert message["text"].startswith("Reprise: Replied (1). Bo Quist in “Engineers”")

    async def test_an_owner_without_a_number_is_noted_and_the_sequence_goes_on(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        world.listeners.choose("sms", address=None)
        sequence = world.make_sequence(world.make_mailbox(), LATER)
        first, second = world.enroll_one(sequence), world.enroll_one(sequence)
        with world.database.workspace(world.workspace_id) as connection:
            facts.stop(connection, world.workspace_id, first, code=ReasonCode.REPLIED)
        await until_states(world, "sms", "held")

        (logged,) = world.listeners.logged("notification.failed")
        assert (logged["code"], logged["enrollment_id"]) == ("owner_no_phone", first)
        assert logged["sequence_id"] == sequence
        assert heard(sandbox, "sms") == []
        await world.forward(second, 4 * DAY)
        assert world.standing(second) == ("finished", "no_response")  # Nobody was kept waiting.

    async def test_it_heals_when_a_number_is_added(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        world.listeners.choose("sms", address=None)
        for _ in range(2):
            make_stopped(world)
        await until_states(world, "sms", "held")

        world.listeners.choose("sms", address=PHONE)
        await until_states(world, "sms", "delivered")

        (message,) = heard(sandbox, "sms")
        assert "Replied (2)" in message["text"]

    @pytest.mark.parametrize("number", ["+15005550001", "+15005550004", "+15005550009"])
    async def test_a_number_that_never_works_is_switched_off(
        self, by_mail: World, sandbox: SandboxProcess, number: str
    ) -> None:
        by_mail.listeners.choose("sms", address=number)
        make_stopped(by_mail)
        await until_states(by_mail, "sms", "failed")

        await by_mail.until(
            lambda: any("switched off" in one for one in letters(by_mail)), "a letter"
        )
        assert number not in str(by_mail.listeners.logged("notification.disabled"))
