"""What Temporal lost begins again as the next round; what it runs is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Disconnected, OutcomeUnknown
from domain.messages import PerformStep, ResultKind, StepResult
from domain.ports.steps import Attempt
from records import facts, reconcile
from records.reconcile import Reconciler
from records.steps import Ledger
from records.switchboard import switch
from records.tables import enrollments
from relay.reconcile import reconcile as reconcile_once
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def no_quiet_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rows count at once, not after a minute."""
    monkeypatch.setattr(reconcile, "QUIET", 0)


async def once(world: World) -> int:
    return await reconcile_once(Reconciler(world.database), world.environment.client)


async def test_a_lost_run_begins_again_at_its_first_unsent_step(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), INSTANT, LATER))
    await world.forward(enrollment, timedelta(hours=1))
    await world.handle(enrollment).terminate()

    assert await once(world) == 1

    assert world.row(enrollment)["round"] == 2
    assert "enrollment.restarted" in world.events(enrollment)
    await world.forward(enrollment, timedelta(days=10))
    assert world.standing(enrollment) == ("finished", "no_response")
    assert len(world.mail.sent()) == 2


async def test_what_runs_or_has_ended_is_left_alone(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(), LATER)
    running, ended = world.enroll_one(sequence), world.enroll_one(sequence)
    await world.relay()
    await world.forward(ended, timedelta(days=10))

    assert await once(world) == 0
    assert (world.row(running)["round"], world.row(ended)["round"]) == (1, 1)


async def test_what_is_still_in_the_outbox_is_not_lost(world: World) -> None:
    world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))

    assert await once(world) == 0


async def test_a_paused_one_comes_back_paused(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    await world.relay()
    with world.database.workspace(world.workspace_id) as connection:
        facts.pause(connection, world.workspace_id, enrollment)
    await world.relay()
    await world.handle(enrollment).terminate()

    assert await once(world) == 1
    await world.forward(enrollment, timedelta(days=10))

    assert world.standing(enrollment) == ("paused", "manual")
    assert world.mail.sent() == []


async def test_a_paused_one_keeps_what_was_left_of_its_delay(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    await world.relay()
    with world.database.workspace(world.workspace_id) as connection:
        facts.pause(connection, world.workspace_id, enrollment)
    long_ago = datetime.now(UTC) - timedelta(days=30)  # It was paused with two days to go.
    world.change(
        enrollments, enrollment, frozen_at=long_ago, not_before=long_ago + timedelta(days=2)
    )
    await world.relay()
    await world.handle(enrollment).terminate()

    assert await once(world) == 1
    with world.database.workspace(world.workspace_id) as connection:
        facts.resume(connection, world.workspace_id, enrollment)
    await world.forward(enrollment, timedelta(days=1, hours=20))
    assert world.mail.sent() == []
    await world.forward(enrollment, timedelta(hours=6))
    assert len(world.mail.sent()) == 1


async def test_a_held_one_shows_that_it_is_tried_again(world: World) -> None:
    mailbox = world.make_mailbox()
    enrollment = world.enroll_one(world.make_sequence(mailbox))
    world.mail.fail("open", Disconnected("invalid_grant"))
    await world.forward(enrollment, timedelta(hours=1))
    assert world.standing(enrollment) == ("error", "mailbox_disconnected")
    await world.handle(enrollment).terminate()

    assert await once(world) == 1

    assert world.standing(enrollment) == ("in_progress", "scheduled")
    await world.forward(enrollment, timedelta(hours=1))
    assert world.standing(enrollment) == ("error", "mailbox_disconnected")


async def test_a_deactivated_one_comes_back_deactivated(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(), LATER)
    enrollment = world.enroll_one(sequence)
    await world.relay()
    with world.database.workspace(world.workspace_id) as connection:
        switch(connection, world.workspace_id, sequence, active=False, trigger="manual")
    await world.until_code(enrollment, "sequence_deactivated")
    await world.relay()
    await world.handle(enrollment).terminate()

    assert await once(world) == 1
    await world.forward(enrollment, timedelta(days=10))

    assert world.standing(enrollment) == ("paused", "sequence_deactivated")
    assert world.mail.sent() == []


async def test_one_process_reconciles_at_a_time(world: World) -> None:
    rows = Reconciler(world.database)

    with rows.turn() as first, rows.turn() as second:
        assert (first, second) == (True, False)
    with rows.turn() as again:
        assert again


async def test_what_may_have_been_sent_before_is_not_sent_again(world: World) -> None:
    def vanish() -> None:
        for box in world.mail.boxes.values():
            box.sent.clear()
        raise OutcomeUnknown("cut")

    world.mail.do("send_draft", vanish, after=True)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))
    await world.forward(enrollment, timedelta(hours=1))
    await world.handle(enrollment).terminate()

    await once(world)
    await world.forward(enrollment, timedelta(hours=1))

    assert world.standing(enrollment) == ("error", "send_outcome_unknown")
    assert world.mail.calls.count("send_draft") == 1


async def test_a_zombie_of_the_lost_run_does_nothing(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    await world.relay()
    await world.handle(enrollment).terminate()
    await once(world)
    row = world.row(enrollment)
    request = PerformStep(
        enrollment_id=enrollment, workspace_id=world.workspace_id, step_id=row["step_id"], round=1
    )
    attempt = Attempt(at=datetime.now(UTC), workflow_id="", run_id="", activity_id="1", number=1)

    answer = Ledger(world.database).claim(request, attempt)

    assert isinstance(answer, StepResult)
    assert answer.kind is ResultKind.ENDED
