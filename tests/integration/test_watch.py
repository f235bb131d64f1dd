"""What the watcher of a mailbox does besides reading: health, and drafts left behind."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.codes import ReasonCode
from domain.errors import OutcomeUnknown, Refused, Unavailable
from domain.fate import Fate, FateKind, StoredDraft
from domain.mail import Letter
from domain.ports.inbox import Watching
from records import facts, outbox
from records.tables import mailboxes
from records.watch import Watch
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)


def age(world: World, minutes: int) -> None:
    """Let every delivery be left alone for a while."""
    with world.database.workspace(world.workspace_id) as connection:
        connection.execute(
            text("UPDATE deliveries SET updated_at = updated_at - :span"),
            {"span": timedelta(minutes=minutes)},
        )


def deliveries(world: World) -> list[tuple[str, str | None, str]]:
    with world.database.workspace(world.workspace_id) as connection:
        query = text("SELECT state, draft_id, key FROM deliveries")
        return [(row[0], row[1], row[2]) for row in connection.execute(query)]


async def drafted(world: World, mailbox: str) -> tuple[str, str]:
    """Leave a message behind as its draft, as a try does that dies; gives its key and the id."""
    world.mail.fail("arrivals", Refused("403", code=ReasonCode.MAILBOX_ERROR))
    world.mail.do("delete_draft", lambda: kept.update(world.mail.boxes[mailbox].drafts))
    kept: dict[str, Letter] = {}
    enrollment = world.enroll_one(world.make_sequence(mailbox))
    await world.forward(enrollment, HOUR)
    ((draft_id, letter),) = kept.items()
    world.mail.boxes[mailbox].drafts[draft_id] = letter
    with world.database.workspace(world.workspace_id) as connection:
        connection.execute(
            text("UPDATE deliveries SET state = 'drafted', draft_id = :id"), {"id": draft_id}
        )
    return deliveries(world)[0][2], draft_id


class TestDraftsLeftBehind:
    async def test_are_taken_back_and_named(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        key, draft_id = await drafted(world, mailbox)
        watch, ours = Watch(world.database), [StoredDraft(draft_id=draft_id, key=key)]

        assert watch.orphans(mailbox, world.workspace_id, ours) == []
        age(world, 11)
        assert watch.orphans(mailbox, world.workspace_id, ours) == [draft_id]
        assert deliveries(world) == [("rendered", None, key)]

    async def test_that_a_later_try_replaced_are_named(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        key, _ = await drafted(world, mailbox)

        orphans = Watch(world.database).orphans(
            mailbox, world.workspace_id, [StoredDraft(draft_id="old", key=key)]
        )

        assert orphans == ["old"]

    async def test_of_a_message_that_will_never_leave_are_named(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        world.mail.fail("send_draft", Refused("400"))
        world.mail.fail("delete_draft", Unavailable("503"))
        enrollment = world.enroll_one(world.make_sequence(mailbox))
        await world.forward(enrollment, HOUR)
        ((state, _, key),) = deliveries(world)
        assert state == "failed"
        (draft_id,) = world.mail.boxes[mailbox].drafts

        orphans = Watch(world.database).orphans(
            mailbox, world.workspace_id, [StoredDraft(draft_id=draft_id, key=key)]
        )

        assert orphans == [draft_id]

    def test_of_somebody_else_are_left_alone(self, world: World) -> None:
        mailbox = world.make_mailbox()
        drafts = [StoredDraft(draft_id="d1", key="enr_of_another_house:stp:1")]

        assert Watch(world.database).orphans(mailbox, world.workspace_id, drafts) == []

    async def test_are_removed_by_the_poll(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        await drafted(world, mailbox)
        age(world, 11)
        world.change(mailboxes, mailbox, state="connected")

        await poll(world, mailbox)

        await world.until(lambda: not world.mail.boxes[mailbox].drafts, "the draft is removed")


class TestAbandonedSends:
    """A stop ended the workflow while the mailbox could not say what became of its send."""

    async def leave_open(self, world: World, mailbox: str, *, accepted: bool) -> str:
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))

        def stop() -> None:
            with world.database.workspace(world.workspace_id) as connection:
                stop = ReasonCode.UNENROLLED_BY_USER
                facts.stop(connection, world.workspace_id, enrollment, code=stop)
            world.change(mailboxes, mailbox, state="disconnected")
            raise OutcomeUnknown("cut")

        world.mail.do("send_draft", stop, after=accepted)
        await world.forward(enrollment, HOUR)
        await world.until_code(enrollment, "unenrolled_by_user")
        await world.ended(enrollment)
        assert [state for state, *_ in deliveries(world)] == ["submitting"]
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(
                text("UPDATE deliveries SET submitting_at = submitting_at - interval '1 hour'")
            )
        world.change(mailboxes, mailbox, state="connected")
        return enrollment

    @pytest.mark.parametrize(("accepted", "state"), [(True, "sent"), (False, "drafted")])
    async def test_are_settled_by_the_poll(self, world: World, accepted: bool, state: str) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = await self.leave_open(world, mailbox, accepted=accepted)

        await poll(world, mailbox)
        await world.until(lambda: deliveries(world)[0][0] == state, state)

        assert not Watch(world.database).standing(mailbox, world.workspace_id).has_abandoned
        assert world.events(enrollment).count("message.sent") == (1 if accepted else 0)
        assert len(world.mail.sent()) == (1 if accepted else 0)
        await world.until(lambda: not world.mail.boxes[mailbox].drafts, "no draft is left")

    async def test_without_a_trace_are_shown_as_unknown(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = await self.leave_open(world, mailbox, accepted=True)
        world.mail.boxes[mailbox].sent.clear()

        await poll(world, mailbox)
        await world.until(lambda: deliveries(world)[0][0] == "unknown", "unknown")

        assert "message.unknown" in world.events(enrollment)

    async def test_that_a_try_took_up_again_are_left_to_it(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        await self.leave_open(world, mailbox, accepted=True)
        watch = Watch(world.database)
        (left,) = watch.abandoned(mailbox, world.workspace_id)
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(text("UPDATE deliveries SET fence = fence + 1"))

        watch.settle(left, Fate(kind=FateKind.LOST, evidence="Nothing."), world.workspace_id)

        assert deliveries(world)[0][0] == "submitting"


class TestHealth:
    async def test_of_a_mailbox_in_error_is_asked_and_heals_what_it_held(
        self, world: World
    ) -> None:
        mailbox = world.make_mailbox(cursor="0")
        world.mail.fail("create_draft", Refused("403", code=ReasonCode.MAILBOX_ERROR))
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        assert world.standing(enrollment) == ("error", "mailbox_error")

        await poll(world, mailbox)
        await world.until_code(enrollment, "scheduled")

        assert "probe" in world.mail.calls
        await world.forward(enrollment, HOUR)
        assert len(world.mail.sent()) == 1

    def test_says_what_to_do(self, world: World) -> None:
        watch = Watch(world.database)
        found = {
            state: watch.standing(world.make_mailbox(state=state), world.workspace_id).watching
            for state in ("connected", "error", "disconnected", "connecting")
        }

        assert found == {
            "connected": Watching.READ,
            "error": Watching.PROBE,
            "disconnected": Watching.REST,
            "connecting": Watching.REST,
        }


async def poll(world: World, mailbox: str) -> None:
    """Start the mailbox's watcher and wait until it read the inbox."""
    with world.database.workspace(world.workspace_id) as connection:
        outbox.signal_mailbox(connection, world.workspace_id, mailbox, "poll_now")
    before = world.mail.calls.count("our_drafts")
    await world.until(lambda: world.mail.calls.count("our_drafts") > before, "a poll")
