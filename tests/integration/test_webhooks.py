"""Webhooks: signed, in order, tried for three days, redelivered; nothing lost, nothing invented."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.cost import events_of
from domain.codes import ReasonCode
from records import facts, webhook_deliveries, webhooks
from records.switchboard import switch
from records.tables import webhook_endpoints
from tests.conformance.sandbox_process import SandboxProcess
from tests.integration.telling import ENDPOINTS, NOWHERE, OWNER
from tests.integration.test_histories import CANARY, readable
from tests.integration.world import LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.control("reset")
    return process


def heard(sandbox: SandboxProcess, name: str = "ours") -> list[dict[str, Any]]:
    answer = sandbox.client.get("/control/told", params={"kind": "webhook", "name": name})
    return answer.json()["data"]


def listening(world: World, sandbox: SandboxProcess, *events: str) -> tuple[str, bytes]:
    return world.listeners.endpoint(f"{sandbox.url}/hooks/ours", *events)


def make_stopped(world: World, code: ReasonCode = ReasonCode.REPLIED, **values: Any) -> str:
    """Enroll somebody and end it."""
    sequence = world.make_sequence(world.make_mailbox(), LATER)
    enrollment = world.enroll_one(sequence, world.make_candidate(**values))
    stop(world, enrollment, code)
    return enrollment


def stop(world: World, enrollment: str, code: ReasonCode = ReasonCode.REPLIED) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        facts.stop(connection, world.workspace_id, enrollment, code=code)


def the_notice(world: World) -> dict[str, Any]:
    (notice,) = world.listeners.notices("webhook")
    return notice


def run_of(world: World, notice: dict[str, Any], round_: int = 1) -> Any:
    workflow_id = f"webhook/{notice['id']}/{round_}"
    return world.environment.client.get_workflow_handle(workflow_id)


async def until_state(world: World, state: str) -> None:
    await world.until(
        lambda: {one["state"] for one in world.listeners.notices("webhook")} == {state}, state
    )


def signature(secret: bytes, message: dict[str, Any]) -> str:
    """Sign as a receiver does who knows nothing of us but the specification."""
    headers = message["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{message['body']}"
    digest = hmac.digest(secret, signed.encode(), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


class TestTelling:
    async def test_a_stop_is_told_signed_and_without_content(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        _, secret = listening(world, sandbox, "enrollment.replied")

        enrollment = make_stopped(world, first_name=CANARY, last_name=CANARY)
        await until_state(world, "delivered")

        (message,) = heard(sandbox)
        assert message["headers"]["webhook-signature"] == signature(secret, message)
        sent_at = datetime.fromtimestamp(int(message["headers"]["webhook-timestamp"]), UTC)
        assert abs(sent_at.timestamp() - message["at_ms"] / 1000) < 60
        body = json.loads(message["body"])
        row = world.row(enrollment)
        assert body["type"] == "enrollment.replied"
        assert body["data"]["enrollment_id"] == enrollment
        assert (body["data"]["code"], body["data"]["status"]) == ("replied", "replied")
        assert body["data"]["candidate_id"] == row["candidate_id"]
        assert CANARY not in message["body"]

    async def test_nothing_personal_enters_a_history(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        world.listeners.endpoint(f"{sandbox.url}/hooks/{CANARY}", "enrollment.replied")
        make_stopped(world, first_name=CANARY)
        await until_state(world, "delivered")

        said = readable(await run_of(world, the_notice(world)).fetch_history())

        assert the_notice(world)["id"] in said
        assert "Tell the endpoint" in said
        assert CANARY.lower() not in said.lower()
        assert "whsec_" not in said

    async def test_costs_two_actions(self, world: World, sandbox: SandboxProcess) -> None:
        listening(world, sandbox, "enrollment.replied")
        make_stopped(world)
        await until_state(world, "delivered")
        handle = run_of(world, the_notice(world))
        await world.result(handle)

        history = await handle.fetch_history()

        assert events_of(history) == 11

    async def test_an_endpoint_hears_what_it_chose(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox, "mailbox.disconnected")
        make_stopped(world)
        await world.relay()

        assert world.listeners.notices() == []

    async def test_what_was_undone_is_told_to_nobody(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox, "enrollment.replied")
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))

        def stop_and_break() -> None:
            with world.database.workspace(world.workspace_id) as connection:
                facts.stop(connection, world.workspace_id, enrollment, code=ReasonCode.REPLIED)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            stop_and_break()
        await world.relay()

        assert world.listeners.notices() == []
        assert heard(sandbox) == []

    async def test_another_workspaces_endpoint_hears_nothing(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        with world.database.workspace("wsp_other") as connection:
            connection.execute(text("INSERT INTO workspaces (id, name) VALUES ('wsp_other', 'x')"))
            connection.execute(
                text(
                    "INSERT INTO users (id, workspace_id, name, role)"
                    " VALUES ('usr_other', 'wsp_other', 'x', 'admin')"
                )
            )
            values = {"url": f"{sandbox.url}/hooks/theirs", "events": ["*"], "description": ""}
            ENDPOINTS.make(connection, "wsp_other", "usr_other", values)

        make_stopped(world)
        await world.relay()

        with world.database.workspace("wsp_other") as connection:
            assert connection.execute(text("SELECT count(*) FROM notices")).scalar_one() == 0
        assert heard(sandbox, "theirs") == []


class TestOrder:
    async def test_numbers_rise_by_one_per_enrollment(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox)
        sequence = world.make_sequence(world.make_mailbox(), LATER)
        ids = [world.enroll_one(sequence) for _ in range(2)]
        for _ in range(3):
            for one in ids:
                with world.database.workspace(world.workspace_id) as connection:
                    facts.pause(connection, world.workspace_id, one)
                    facts.resume(connection, world.workspace_id, one)
        for one in ids:
            stop(world, one)
        await until_state(world, "delivered")

        told = [json.loads(message["body"])["data"] for message in heard(sandbox)]
        for one in ids:
            numbers = sorted(d["number"] for d in told if d["enrollment_id"] == one)
            assert numbers == list(range(1, len(numbers) + 1))
            newest = max((d for d in told if d["enrollment_id"] == one), key=lambda d: d["number"])
            assert newest["code"] == "replied"

    async def test_what_concerns_no_enrollment_has_no_number(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox, "sequence.paused")
        sequence = world.make_sequence(world.make_mailbox(), LATER)
        with world.database.workspace(world.workspace_id) as connection:
            switch(connection, world.workspace_id, sequence, active=False, trigger="manual")
        await until_state(world, "delivered")

        assert json.loads(heard(sandbox)[0]["body"])["data"]["number"] is None


class TestRetries:
    async def test_an_endpoint_that_fails_is_tried_for_three_days(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name="hook_error", times=None)
        make_stopped(world)
        await world.relay()
        notice = the_notice(world)
        handle = run_of(world, notice)

        await world.skipper.fast_forward(handle, 2 * DAY)
        assert the_notice(world)["state"] == "pending"
        await world.skipper.fast_forward(handle, 2 * DAY)

        assert (await world.result(handle))["state"] == "failed"
        notice = the_notice(world)
        assert notice["state"] == "failed"
        assert 14 <= notice["tries"] <= 20
        assert notice["code"] == "It answered 500."
        assert events_of(await handle.fetch_history()) == 11  # A retry costs no event.

    async def test_it_succeeds_late_with_the_same_id_and_body(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name="hook_lost_answer", times=3)
        make_stopped(world)
        await world.relay()
        handle = run_of(world, the_notice(world))
        await world.skipper.fast_forward(handle, HOUR)
        await until_state(world, "delivered")

        messages = heard(sandbox)
        assert len(messages) == 4
        assert len({message["headers"]["webhook-id"] for message in messages}) == 1
        assert len({message["body"] for message in messages}) == 1

    @pytest.mark.parametrize(
        ("fault", "says"),
        [
            ("hook_moved", "It answered 302. Redirects are not followed."),
            ("hook_dropped", "It closed or broke the connection"),
            ("hook_slow", "It did not answer within"),
            ("hook_busy", "It answered 503."),
        ],
    )
    async def test_a_failure_is_shown_with_its_reason(
        self, world: World, sandbox: SandboxProcess, fault: str, says: str
    ) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name=fault)
        make_stopped(world)
        await world.until(lambda: the_notice(world)["tries"] == 1, "the first try")

        with world.database.workspace(world.workspace_id) as connection:
            row = webhook_deliveries.one(connection, endpoint, the_notice(world)["id"])
        assert row is not None
        assert says in row["attempts"][0]["fault"]
        assert row["next_try_at"] is not None
        assert heard(sandbox, "elsewhere") == []

    async def test_retry_after_is_honoured(self, world: World, sandbox: SandboxProcess) -> None:
        listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name="hook_busy")  # 503, Retry-After: 120
        make_stopped(world)
        await world.until(lambda: the_notice(world)["tries"] == 1, "the first try")

        notice = the_notice(world)

        wait = notice["next_try_at"] - notice["created_at"]
        assert timedelta(seconds=115) < wait < timedelta(seconds=150)

    async def test_a_worker_that_never_answered_loses_nothing(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        """What was committed lies in the outbox until some relay carries it."""
        listening(world, sandbox, "enrollment.replied")
        make_stopped(world)
        assert heard(sandbox) == []

        await until_state(world, "delivered")

        assert len(heard(sandbox)) == 1


class TestSwitchingOff:
    async def test_410_switches_an_endpoint_off_and_its_maker_is_told_by_email(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        mailbox = world.make_mailbox()
        world.listeners.mailbox(mailbox)
        world.listeners.choose("email", address=OWNER)
        endpoint, _ = listening(world, sandbox, "enrollment.finished")
        sandbox.control("faults", name="hook_gone", times=None)

        make_stopped(world, ReasonCode.NO_RESPONSE)
        await until_state(world, "stopped")

        (logged,) = world.listeners.logged("webhook.disabled")
        assert logged["detail"]["endpoint_id"] == endpoint
        await world.until(
            lambda: any("switched off" in one.subject for one in world.mail.sent()), "a letter"
        )
        make_stopped(world, ReasonCode.NO_RESPONSE)
        await until_state(world, "stopped")  # Kept, for when it is on again.
        assert len(world.listeners.notices("webhook")) == 2
        assert heard(sandbox) == []

    async def test_days_of_nothing_but_failures_do_so_too(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name="hook_error", times=None)
        long_ago = datetime.now(UTC) - timedelta(days=5, minutes=1)
        world.change(webhook_endpoints, endpoint, failing_since=long_ago)

        make_stopped(world)
        await until_state(world, "stopped")

        with world.database.workspace(world.workspace_id) as connection:
            row = webhooks.one(connection, endpoint)
        assert row is not None
        assert row["state"] == "disabled"
        assert "5 days" in row["disabled_why"]

    async def test_a_success_ends_the_count(self, world: World, sandbox: SandboxProcess) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        world.change(webhook_endpoints, endpoint, failing_since=datetime.now(UTC) - 4 * DAY)

        make_stopped(world)
        await until_state(world, "delivered")

        with world.database.workspace(world.workspace_id) as connection:
            row = webhooks.one(connection, endpoint)
        assert row is not None
        assert row["failing_since"] is None


class TestRotation:
    async def test_both_secrets_sign_until_the_overlap_is_over(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, old = listening(world, sandbox, "enrollment.replied")
        with world.database.workspace(world.workspace_id) as connection:
            new = ENDPOINTS.rotate(connection, endpoint)

        make_stopped(world)
        await until_state(world, "delivered")
        world.change(webhook_endpoints, endpoint, previous_until=datetime.now(UTC))
        make_stopped(world)
        await world.until(lambda: len(heard(sandbox)) == 2, "the second")

        first, second = heard(sandbox)
        both = [signature(secret, first) for secret in (new, old)]
        assert first["headers"]["webhook-signature"].split(" ") == both
        assert second["headers"]["webhook-signature"] == signature(new, second)


class TestRedelivery:
    async def test_of_one_is_a_round_of_its_own_under_the_same_id(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        make_stopped(world)
        await until_state(world, "delivered")
        notice = the_notice(world)

        with world.database.workspace(world.workspace_id) as connection:
            assert webhook_deliveries.redeliver(connection, endpoint, notice["id"])
        await world.until(lambda: len(heard(sandbox)) == 2, "the second")

        first, second = heard(sandbox)
        assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
        assert first["body"] == second["body"]
        assert (await world.result(run_of(world, notice, 2)))["state"] == "delivered"

    async def test_while_it_is_tried_the_older_try_counts_no_more(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        sandbox.control("faults", name="hook_error")
        make_stopped(world)
        await world.until(lambda: the_notice(world)["tries"] == 1, "the first try")
        notice = the_notice(world)

        with world.database.workspace(world.workspace_id) as connection:
            webhook_deliveries.redeliver(connection, endpoint, notice["id"])
        await until_state(world, "delivered")

        assert (await world.result(run_of(world, notice)))["state"] == "stopped"
        assert len(heard(sandbox)) == 1

    async def test_since_a_moment_brings_what_happened_while_it_was_off(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, _ = listening(world, sandbox, "enrollment.replied")
        with world.database.workspace(world.workspace_id) as connection:
            webhooks.change(connection, endpoint, {"state": "disabled"})
        make_stopped(world)
        await world.relay()
        assert heard(sandbox) == []

        with world.database.workspace(world.workspace_id) as connection:
            webhooks.change(connection, endpoint, {"state": "enabled"})
            since = datetime.now(UTC) - HOUR
            webhook_deliveries.redeliver_since(connection, endpoint, since, ["stopped"])
        await until_state(world, "delivered")

        assert len(heard(sandbox)) == 1

    async def test_since_a_moment_brings_what_failed(
        self, world: World, sandbox: SandboxProcess
    ) -> None:
        endpoint, _ = world.listeners.endpoint(f"{NOWHERE}/hooks/ours", "enrollment.replied")
        enrollments = [make_stopped(world) for _ in range(3)]
        await world.until(
            lambda: any(one["tries"] for one in world.listeners.notices()), "a first try"
        )
        with world.database.workspace(world.workspace_id) as connection:
            webhooks.change(connection, endpoint, {"state": "disabled"})
            webhooks.change(
                connection, endpoint, {"state": "enabled", "url": f"{sandbox.url}/hooks/ours"}
            )
            count = webhook_deliveries.redeliver_since(
                connection, endpoint, datetime.now(UTC) - HOUR, ["failed", "stopped"]
            )
            late = webhook_deliveries.redeliver_since(
                connection, endpoint, datetime.now(UTC) + HOUR, ["failed", "stopped"]
            )
        await until_state(world, "delivered")

        assert (count, late) == (3, 0)
        told = {json.loads(message["body"])["data"]["enrollment_id"] for message in heard(sandbox)}
        assert told == set(enrollments)
