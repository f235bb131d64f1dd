"""Leases of the sends in flight, and the spacing of a mailbox by the machine's clock."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from domain.codes import ReasonCode
from domain.errors import OutcomeUnknown
from records import facts, leases
from records.database import Database
from records.desk import Desk
from tests.integration.letters import sent_from
from tests.integration.world import IN_FLIGHT, World

pytestmark = pytest.mark.integration


def take(database: Database, key: str, mailbox: str = "mbx_1", most: int = 2) -> bool:
    with database.workspace("wsp_nobody") as connection:
        return leases.take(connection, key, mailbox, most=most)


def keep(database: Database, key: str) -> bool:
    with database.workspace("wsp_nobody") as connection:
        return connection.execute(select(leases.KEPT), {"delivery_key": key}).first() is not None


class TestLeases:
    def test_are_as_many_as_may_be(self, database: Database) -> None:
        assert [take(database, key) for key in ("a", "b", "c")] == [True, True, False]

    def test_are_taken_over_by_the_next_try_of_their_delivery(self, database: Database) -> None:
        assert take(database, "a", most=1)
        assert take(database, "a", most=1)
        assert not take(database, "b", most=1)

    def test_go_to_the_next_one(self, database: Database) -> None:
        take(database, "a", most=1)
        with database.workspace("wsp_nobody") as connection:
            leases.give_back(connection, "a")
        assert take(database, "b", most=1)

    def test_expire_and_cannot_be_held_on_to(self, database: Database) -> None:
        take(database, "a", most=1)
        assert keep(database, "a")
        expire(database)
        assert take(database, "b", most=1)
        assert not keep(database, "a")

    def test_are_not_taken_past_a_queue(self, database: Database) -> None:
        with database.workspace("wsp_nobody") as connection:
            assert not leases.take(connection, "a", "mbx_1", most=2, anew=False)

    def test_are_never_handed_out_twice_at_once(self, database: Database) -> None:
        got: list[str] = []
        barrier = threading.Barrier(12)

        def rush(key: str) -> None:
            barrier.wait(10)
            if take(database, key, most=5):
                got.append(key)

        threads = [threading.Thread(target=rush, args=(f"k{n}",)) for n in range(12)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(20)
        assert len(got) <= 5
        with database.workspace("wsp_nobody") as connection:
            assert sum(leases.held(connection).values()) == len(got)


@pytest.mark.parametrize(
    ("waiting", "held", "first"),
    [
        ([("a", "m1"), ("b", "m2")], {}, ["a", "b"]),
        ([("a", "m1"), ("b", "m2")], {"m1": 1}, ["b", "a"]),
        ([("a", "m1"), ("b", "m1"), ("c", "m1"), ("d", "m2")], {}, ["a", "d", "b", "c"]),
        ([("a", "m1"), ("b", "m1"), ("c", "m2")], {"m2": 2}, ["a", "b", "c"]),
    ],
)
def test_the_mailbox_with_the_fewest_comes_first(
    waiting: list[tuple[str, str]], held: dict[str, int], first: list[str]
) -> None:
    assert [key for key, _ in leases.order(waiting, held)] == first


class TestTheDesk:
    def test_serves_whoever_waits_when_one_comes_back(self, database: Database) -> None:
        desk = Desk(database, most=1)
        take(database, "a", most=1)
        assert not desk.wait("b", "mbx_2", patience=0.1)

        def go() -> None:
            with database.workspace("wsp_nobody") as connection:
                leases.give_back(connection, "a")

        later = threading.Timer(0.1, go)
        later.start()
        assert desk.wait("b", "mbx_2", patience=10)
        later.join()
        assert not desk.has_queue


class TestAnOpenOutcome:
    @pytest.mark.parametrize("may_run", [False, True])
    async def test_holds_a_lease_only_while_the_provider_may_be_at_it(
        self, world: World, may_run: bool
    ) -> None:
        lost, seen = OutcomeUnknown("no answer"), list[dict[str, int]]()
        lost.may_run = may_run
        world.mail.fail("send_draft", lost, after=True)
        world.mail.do("fate", lambda: seen.append(held(world.database)))
        mailbox = world.make_mailbox()
        enrollment = world.enroll_one(world.make_sequence(mailbox))

        await world.forward(enrollment, timedelta(hours=1))

        assert world.standing(enrollment) == ("finished", "no_response")
        assert seen == [{mailbox: 1} if may_run else {}]
        assert held(world.database) == {}

    async def test_is_looked_up_though_no_lease_is_free(self, world: World) -> None:
        def lose() -> None:
            for number in range(IN_FLIGHT):
                take(world.database, f"other{number}", "mbx_other", most=IN_FLIGHT + 1)
            raise OutcomeUnknown("reset")

        world.mail.do("send_draft", lose, after=True)
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()))

        await world.forward(enrollment, timedelta(hours=1))

        assert world.standing(enrollment) == ("finished", "no_response")
        assert held(world.database) == {"mbx_other": IN_FLIGHT}


class TestAClaimThatWaits:
    async def test_sends_nothing_once_it_is_stopped(self, world: World) -> None:
        mailbox = await self.queue(world)
        with world.database.workspace(world.workspace_id) as connection:
            stop = ReasonCode.UNENROLLED_BY_USER
            facts.stop(connection, world.workspace_id, self.enrollment, code=stop)

        await self.free(world)

        assert world.standing(self.enrollment) == ("finished", "unenrolled_by_user")
        assert world.mail.sent() == []
        assert world.mail.boxes[mailbox].drafts == {}

    async def test_sends_once_a_lease_is_free(self, world: World) -> None:
        mailbox = await self.queue(world)

        await self.free(world)

        assert world.standing(self.enrollment) == ("finished", "no_response")
        assert len(sent_from(world, mailbox)) == 1
        assert held(world.database) == {}

    async def test_sends_nothing_when_its_lease_is_lost_again(self, world: World) -> None:
        """Another has it by then; the next try takes one of its own."""
        mailbox = await self.queue(world)
        world.mail.do("create_draft", lambda: lose(world.database))

        await self.free(world)

        assert len(sent_from(world, mailbox)) == 1
        assert world.standing(self.enrollment) == ("finished", "no_response")

    async def queue(self, world: World) -> str:
        for number in range(IN_FLIGHT):
            take(world.database, f"other{number}", "mbx_other", most=IN_FLIGHT)
        mailbox = world.make_mailbox()
        self.enrollment = world.enroll_one(world.make_sequence(mailbox))
        await world.relay()
        await world.until(lambda: count(world, "claimed") == 1, "it waits for a lease")
        return mailbox

    async def free(self, world: World) -> None:
        with world.database.workspace("wsp_nobody") as connection:
            for number in range(IN_FLIGHT):
                leases.give_back(connection, f"other{number}")
        await world.until(lambda: world.row(self.enrollment)["ended_code"] is not None, "its end")


def count(world: World, state: str) -> int:
    with world.database.workspace(world.workspace_id) as connection:
        query = text("SELECT count(*) FROM deliveries WHERE state = :state")
        return connection.execute(query, {"state": state}).scalar_one()


def held(database: Database) -> dict[str, int]:
    with database.workspace("wsp_nobody") as connection:
        return leases.held(connection)


class TestSpacing:
    async def test_is_kept_between_two_sends_of_a_mailbox(self, world: World) -> None:
        mailbox = world.make_mailbox(spacing_ms=300)
        sequence = world.make_sequence(mailbox)
        world.enroll(sequence, *(world.make_candidate() for _ in range(4)))

        await world.until(lambda: len(world.mail.sent()) == 4, "four messages")

        times = submitted(world)
        gaps = [later - one for one, later in zip(times, times[1:], strict=False)]
        assert min(gaps) >= timedelta(milliseconds=300)

    async def test_keeps_no_other_mailbox_back(self, world: World) -> None:
        boxes = [world.make_mailbox(spacing_ms=8_000) for _ in range(3)]
        for box in boxes:
            world.enroll_one(world.make_sequence(box))

        await world.until(lambda: len(world.mail.sent()) == 3, "one message of each")


def submitted(world: World) -> list[object]:
    with world.database.workspace(world.workspace_id) as connection:
        query = text("SELECT submitting_at FROM deliveries ORDER BY submitting_at")
        return list(connection.execute(query).scalars())


def expire(database: Database) -> None:
    with database.workspace("wsp_nobody") as connection:
        connection.execute(
            text("UPDATE leases SET expires_at = clock_timestamp() - interval '1 second'")
        )


def lose(database: Database) -> None:
    with database.workspace("wsp_nobody") as connection:
        connection.execute(text("UPDATE leases SET key = 'another' WHERE key IS NOT NULL"))
