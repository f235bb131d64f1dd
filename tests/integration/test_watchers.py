"""What watches or tells is woken where Temporal lost it, and what is old is forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from domain.sources.kinds import SourceKind
from records import outbox
from records.old_notices import KEPT_FOR, OldNotices
from records.switchboard import switch
from records.tables import notice_attempts, notices, webhook_endpoints
from records.tables import outbox as parcels
from records.watchers import Watchers
from relay.reconcile import wake
from tests.integration.provoke_sources import EMAIL, outreach
from tests.integration.telling import NOWHERE, OWNER
from tests.integration.test_webhooks import make_stopped
from tests.integration.world import LATER, World

pytestmark = pytest.mark.integration


async def wake_once(world: World) -> int:
    return await wake(Watchers(world.database), world.environment.client)


async def woken(world: World) -> set[str]:
    """Wake what is lost; give what lies in the outbox then."""
    await wake_once(world)
    return waiting(world)


def waiting(world: World) -> set[str]:
    """Give the workflows for which something lies in the outbox."""
    query = select(parcels.c.workflow_id).where(parcels.c.delivered_at.is_(None))
    with world.database.workspace(world.workspace_id) as connection:
        return set(connection.execute(query).scalars())


async def runs(world: World, workflow_id: str) -> bool:
    try:
        handle = world.environment.client.get_workflow_handle(workflow_id)
        return (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False


def mailbox(world: World) -> str:
    mailbox_id = world.make_mailbox()
    with world.database.workspace(world.workspace_id) as connection:
        outbox.signal_mailbox(connection, world.workspace_id, mailbox_id, "connected")
    return f"mailbox/{mailbox_id}"


def sequence(world: World) -> str:
    sequence_id = world.make_sequence(world.make_mailbox(state="disconnected"), LATER)
    with world.database.workspace(world.workspace_id) as connection:
        switch(connection, world.workspace_id, sequence_id, active=False, trigger="manual")
    return f"sequence/{sequence_id}"


def polled(world: World) -> str:
    return f"source/{world.pretend.connect(SourceKind.GREENHOUSE)}"


def digest(world: World) -> str:
    world.listeners.mailbox(world.make_mailbox(state="disconnected"))
    at = (datetime.now(UTC) + timedelta(hours=12)).strftime("%H:%M")
    world.listeners.choose("email", address=OWNER, mode="daily", daily_at=at)
    make_stopped(world)
    return f"notices/{world.listeners.owner_id}/email"


def endpoint(world: World) -> str:
    world.listeners.endpoint(f"{NOWHERE}/hooks/ours", "enrollment.replied")
    make_stopped(world)
    (notice,) = world.listeners.notices()
    return f"webhook/{notice['id']}/1"


@pytest.mark.parametrize("make", [mailbox, sequence, polled, digest, endpoint])
async def test_a_lost_one_runs_again(world: World, make: Callable[[World], str]) -> None:
    workflow_id = make(world)
    await world.until(lambda: runs(world, workflow_id), f"{workflow_id} to run")
    await world.until(lambda: workflow_id not in waiting(world), "all of its signals")
    # The workflow of a webhook's round happens once, so the next round is begun.
    name = f"{workflow_id[:-1]}2" if workflow_id.startswith("webhook/") else workflow_id
    assert name not in await woken(world)
    await world.environment.client.get_workflow_handle(workflow_id).terminate()

    assert name in await woken(world)
    assert await wake_once(world) == 0  # It lies in the outbox already.

    await world.until(lambda: runs(world, name), f"{name} to run")
    await world.environment.client.get_workflow_handle(name).terminate()


async def test_a_notice_whose_endpoint_was_switched_off_meanwhile_is_stopped(world: World) -> None:
    name = endpoint(world)
    await world.until(lambda: runs(world, name), f"{name} to run")
    await world.environment.client.get_workflow_handle(name).terminate()
    (notice,) = world.listeners.notices()
    world.change(webhook_endpoints, notice["endpoint_id"], state="disabled")

    assert not any(one.startswith("webhook/") for one in await woken(world))

    assert world.listeners.notices()[0]["state"] == "stopped"


async def test_a_stored_webhook_that_nobody_was_told_of_is_asked_about(world: World) -> None:
    enrollment = outreach(world)
    source = world.pretend.connect(SourceKind.LEVER)
    await world.relay()
    world.pretend.hear(source, world.pretend.signed(source, world.pretend.book(source, EMAIL)))
    with world.database.workspace(world.workspace_id) as connection:
        connection.execute(delete(parcels).where(parcels.c.workflow_id == f"source/{source}"))

    assert f"source/{source}" in await woken(world)

    assert (await world.ended(enrollment))["code"] == "ats_interview_found"


async def test_what_has_nothing_to_do_is_left_alone(world: World) -> None:
    world.make_sequence(world.make_mailbox(state="connecting"), LATER)
    world.make_mailbox(removed_at=datetime.now(UTC))
    world.pretend.connect(SourceKind.CALENDLY)
    world.pretend.connect(SourceKind.LEVER)
    await world.relay()

    assert await wake_once(world) == 0


class TestOldNotices:
    """Notices are kept for a while, those that wait for as long as they must."""

    async def test_what_came_to_an_end_long_ago_is_forgotten_with_its_tries(
        self, world: World
    ) -> None:
        endpoint(world)
        await world.until(lambda: world.listeners.notices()[0]["tries"] == 1, "a try")
        for _ in range(3):
            make_stopped(world)
        old, young, waiting, redelivered = (one["id"] for one in world.listeners.notices())
        long_ago = datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1)
        with world.database.workspace(world.workspace_id) as connection:
            for one, created, settled, state in (
                (old, long_ago, long_ago, "failed"),
                (young, datetime.now(UTC), datetime.now(UTC), "failed"),
                (waiting, long_ago, None, "pending"),
                (redelivered, long_ago, datetime.now(UTC), "delivered"),
            ):
                values = {"state": state, "created_at": created, "settled_at": settled}
                connection.execute(update(notices).where(notices.c.id == one).values(**values))

        assert OldNotices(world.database).sweep() == 1

        assert [one["id"] for one in world.listeners.notices()] == [young, waiting, redelivered]
        with world.database.workspace(world.workspace_id) as connection:
            tries = select(func.count()).where(notice_attempts.c.notice_id == old)
            assert connection.execute(tries).scalar_one() == 0
        assert len(world.listeners.logged("enrollment.replied")) == 4
