"""An inbox that cannot be read: nothing is sent blind, and all goes on by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from domain.errors import NotFound, Unavailable
from records import outbox
from records.tables import log_events, mailboxes
from tests.integration.letters import sent_from
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CUT = Unavailable("503")


async def poll(world: World, mailbox: str) -> None:
    """Knock at the mailbox's watcher and wait until it looked."""
    seen = world.mail.calls.count("arrivals")
    with world.database.workspace(world.workspace_id) as connection:
        outbox.signal_mailbox(connection, world.workspace_id, mailbox, "poll_now")
    await world.until(lambda: world.mail.calls.count("arrivals") > seen, "a poll")


def row_of(world: World, mailbox: str) -> dict[str, Any]:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(mailboxes).where(mailboxes.c.id == mailbox)
        return dict(connection.execute(query).mappings().one())


def events(world: World, event: str) -> int:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(log_events.c.id).where(log_events.c.event == event)
        return len(connection.execute(query).all())


class TestTwoFailedPolls:
    async def test_make_the_mailbox_wait_and_the_first_good_one_lets_it_go(
        self, world: World
    ) -> None:
        mailbox = world.make_mailbox(cursor="0")
        sequence = world.make_sequence(mailbox)
        world.mail.fail("arrivals", CUT)
        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["poll_failures"] == 1, "it was counted")
        assert row_of(world, mailbox)["deaf_since"] is None

        world.mail.fail("arrivals", CUT)
        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["deaf_since"] is not None, "it is deaf")
        ids = [world.enroll_one(sequence) for _ in range(3)]
        for one in ids:
            await world.forward(one, timedelta(minutes=4))
            assert world.standing(one) == ("in_progress", "detection_failed")
            row = world.row(one)
            assert row["slot_at"] is not None
        assert sent_from(world, mailbox) == []
        assert events(world, "mailbox.detection_failed") == 1

        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["deaf_since"] is None, "it hears again")
        await world.until(lambda: len(sent_from(world, mailbox)) == 3, "all are sent")

        assert events(world, "mailbox.resumed") == 1
        assert events(world, "mailbox.detection_failed") == 1

    async def test_count_only_in_a_row(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        for failing in (True, False, True):
            if failing:
                world.mail.fail("arrivals", CUT)
            before = row_of(world, mailbox)["cursor_at"]
            await poll(world, mailbox)
            await world.until(
                lambda failing=failing, before=before: (
                    row_of(world, mailbox)["poll_failures"] == 1
                    if failing
                    else row_of(world, mailbox)["cursor_at"] != before
                ),
                "the poll is over",
            )

        assert row_of(world, mailbox)["deaf_since"] is None

    async def test_by_a_fault_of_ours_count_as_well(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        for _ in range(2):
            world.mail.fail("arrivals", ZeroDivisionError("bug"))
            await poll(world, mailbox)

        await world.until(lambda: row_of(world, mailbox)["deaf_since"] is not None, "it is deaf")


class TestABarrierThatFails:
    async def test_sends_nothing_and_goes_on_by_itself(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        world.mail.fail("arrivals", *[CUT] * 3)  # Two of the step, one of the watcher it wakes.
        await world.forward(enrollment, timedelta(minutes=1))
        await world.until_code(enrollment, "detection_failed")
        await world.until(lambda: world.mail.calls.count("arrivals") == 3, "its watcher looked")
        assert sent_from(world, mailbox) == []

        await poll(world, mailbox)
        await world.until(lambda: "message.sent" in world.events(enrollment), "it is sent")

        assert events(world, "mailbox.detection_failed") == 1
        assert len(sent_from(world, mailbox)) == 1

    async def test_once_is_tried_again_at_once(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        world.mail.fail("arrivals", CUT)
        enrollment = world.enroll_one(world.make_sequence(mailbox))

        await world.forward(enrollment, HOUR)

        assert len(sent_from(world, mailbox)) == 1
        assert events(world, "mailbox.detection_failed") == 0

    async def test_looks_again_later_and_later(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0", deaf_since=datetime.now(UTC) - 3 * HOUR)
        enrollment = world.enroll_one(world.make_sequence(mailbox))
        await world.forward(enrollment, timedelta(minutes=1))

        row = world.row(enrollment)
        assert row["code"] == "detection_failed"
        assert row["slot_at"] - row["not_before"] >= timedelta(minutes=59)


class TestAnExpiredCursor:
    async def test_before_a_send_is_the_watchers_to_mend(self, world: World) -> None:
        """What came in the gap stops the very step that found it."""
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        world.mail.expire(mailbox)

        await world.forward(enrollment, 3 * DAY)
        await world.until_code(enrollment, "replied")

        assert len(sent_from(world, mailbox)) == 1
        assert "recent" in world.mail.calls

    async def test_lets_go_what_nothing_stopped(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        world.mail.expire(mailbox)

        await world.forward(enrollment, 3 * DAY)
        await world.until_code(enrollment, "no_response")

        assert len(sent_from(world, mailbox)) == 2


class TestAQuietPoll:
    async def test_keeps_the_cursor_young(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        world.mail.receive(mailbox, b"From: fay@far.example\r\nSubject: Lunch\r\n\r\nx")

        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["cursor"] == "1", "the cursor moved")

    async def test_of_unrelated_mail_ends_no_watch(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        await poll(world, mailbox)
        world.mail.receive(mailbox, b"From: fay@far.example\r\nSubject: Lunch\r\n\r\nx")
        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["cursor"] == "1", "the cursor moved")

        assert "raw" not in world.mail.calls


class TestMailAside:
    async def test_is_read_with_the_sweep(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0")
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        await poll(world, mailbox)
        await world.until(lambda: row_of(world, mailbox)["swept_at"] is not None, "a sweep")
        box = world.mail.boxes[mailbox]
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        box.aside.append(box.arrived.pop())
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(text("UPDATE mailboxes SET swept_at = NULL"))

        await poll(world, mailbox)

        await world.until_code(enrollment, "replied")

    async def test_that_cannot_be_read_says_nothing_of_the_inbox(self, world: World) -> None:
        mailbox = world.make_mailbox(cursor="0", cursor_at=datetime.now(UTC))
        world.mail.fail("aside", NotFound("no such list"), CUT)

        await poll(world, mailbox)

        await world.until(lambda: row_of(world, mailbox)["swept_at"] is not None, "a sweep")
        assert row_of(world, mailbox)["poll_failures"] == 0
