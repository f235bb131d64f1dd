"""Sources on real Postgres and Temporal, against the pretend systems: nothing lost or doubled."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from domain.errors import Throttled, Unavailable
from domain.sources.asking import Found, Whose
from domain.sources.kinds import SourceKind
from records.credentials import Credentials, Secret
from records.source_desk import SourceDesk
from records.sources import change, remove
from records.tables import deliveries, log_events, sources, webhook_events
from tests.integration.provoke_sources import EMAIL, outreach
from tests.integration.world import World

pytestmark = pytest.mark.integration

POLLED = [SourceKind.GREENHOUSE, SourceKind.WORKABLE]
ASKED = [SourceKind.LEVER, SourceKind.ASHBY]
FOUND = "ats_interview_found"


def rows(world: World, table: Any, **where: Any) -> list[Any]:
    query = select(table)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with world.database.workspace(world.workspace_id) as connection:
        return list(connection.execute(query).mappings())


def source_row(world: World, source: str) -> Any:
    return rows(world, sources, id=source)[0]


def states(world: World, source: str) -> list[str]:
    return [row["state"] for row in rows(world, webhook_events, source_id=source)]


def events(world: World, name: str) -> list[Any]:
    return rows(world, log_events, event=name)


def fault(world: World, name: str, **more: Any) -> None:
    """Let a system fail, as its control API would."""
    answer = httpx.post(f"{world.pretend.url}/control/faults", json={"name": name, **more})
    assert answer.status_code == 201, answer.text


async def set_fault(world: World, name: str, **more: Any) -> None:
    await asyncio.to_thread(fault, world, name, **more)


def give_key(world: World, source: str, api_key: str) -> None:
    """Change a source's key, as PATCH does."""
    credentials = Credentials(secrets=[Secret(value="secret")], api_key=api_key)
    safe = world.pretend.safe
    row = source_row(world, source)
    with world.database.workspace(world.workspace_id) as connection:
        change(connection, row, {}, credentials, safe)


@pytest.mark.parametrize("kind", POLLED)
class TestPolling:
    async def test_finds_an_interview_once(self, world: World, kind: SourceKind) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        world.pretend.book(source, EMAIL)

        await world.until_code(enrollment, FOUND)
        again = outreach(world)
        give_key(world, source, "key-of-theirs")  # It is asked at once.
        polled_at = source_row(world, source)["polled_at"]
        await world.until(
            lambda: source_row(world, source)["polled_at"] > polled_at, "another poll"
        )

        assert states(world, source) == ["done"]
        assert world.standing(again)[1] == "scheduled"

    async def test_of_nobody_we_know_is_kept_and_ignored(
        self, world: World, kind: SourceKind
    ) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        world.pretend.book(source, "somebody@else.example")

        await world.until(lambda: states(world, source) == ["ignored"], "it to be ignored")

        assert world.standing(enrollment)[1] == "scheduled"

    async def test_with_a_refused_key_shows_it_and_is_healed_by_another(
        self, world: World, kind: SourceKind
    ) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        world.pretend.book(source, EMAIL)
        give_key(world, source, "a-wrong-key")
        await world.until(lambda: source_row(world, source)["state"] == "error", "the error")
        assert source_row(world, source)["code"] == "key_refused"
        assert len(events(world, "source.error")) == 1

        give_key(world, source, "key-of-theirs")

        await world.until_code(enrollment, FOUND)
        row = source_row(world, source)
        assert (row["state"], row["code"], row["poll_failures"]) == ("connected", None, 0)

    @pytest.mark.parametrize("name", ["source_throttled", "source_unavailable", "source_dropped"])
    async def test_goes_on_after_a_passing_fault(
        self, world: World, kind: SourceKind, name: str
    ) -> None:
        enrollment = outreach(world)
        await set_fault(world, name, times=2)
        source = world.pretend.connect(kind)
        world.pretend.book(source, EMAIL)
        await world.relay()

        async def found() -> bool:
            await world.skipper.fast_forward(watcher, timedelta(seconds=10))
            return world.standing(enrollment)[1] == FOUND

        watcher = world.environment.client.get_workflow_handle(f"source/{source}")
        await world.until(found, FOUND)

        assert events(world, "source.error") == []

    async def test_ends_when_the_source_is_removed(self, world: World, kind: SourceKind) -> None:
        source = world.pretend.connect(kind)
        await world.until(lambda: source_row(world, source)["polled_at"] is not None, "a poll")

        with world.database.workspace(world.workspace_id) as connection:
            remove(connection, source_row(world, source))
        await world.relay()

        handle = world.environment.client.get_workflow_handle(f"source/{source}")
        assert (await world.result(handle)) is None

    async def test_commits_cursor_and_facts_together(self, world: World, kind: SourceKind) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        desk = SourceDesk(world.database)
        broken = Found(key="2", whose=Whose(addresses=("\0",)))  # Postgres takes no NUL.
        good = Found(key="1", whose=Whose(addresses=(EMAIL,)))

        with pytest.raises(Exception, match="NUL"):
            desk.accept(source, world.workspace_id, [good, broken], "cursor-2")

        assert world.standing(enrollment)[1] == "scheduled"
        assert source_row(world, source)["cursor"] is None
        assert desk.unseen(source, world.workspace_id, ["1", "2"]) == {"1", "2"}


@pytest.mark.parametrize("kind", ASKED)
class TestWebhooksThatMustBeAskedAbout:
    async def test_that_were_stored_are_acted_on_after_a_crash(
        self, world: World, kind: SourceKind
    ) -> None:
        """The 2xx left, then everything died: no relay ran, no worker knew of it."""
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        interview = world.pretend.book(source, EMAIL)
        heard = world.pretend.hear(source, world.pretend.signed(source, interview))
        assert (heard.state, states(world, source)) == ("stored", ["stored"])
        assert world.standing(enrollment)[1] == "scheduled"

        await world.until_code(enrollment, FOUND)  # `until` is what runs the relay.

        assert states(world, source) == ["done"]

    async def test_are_asked_about_again_while_the_system_is_down(
        self, world: World, kind: SourceKind
    ) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        interview = world.pretend.book(source, EMAIL)
        await set_fault(world, "source_unavailable", times=2)

        world.pretend.hear(source, world.pretend.signed(source, interview))

        await world.until_code(enrollment, FOUND)
        assert rows(world, webhook_events, source_id=source)[0]["attempts"] >= 1

    async def test_wait_for_a_valid_key(self, world: World, kind: SourceKind) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        interview = world.pretend.book(source, EMAIL)
        signed = world.pretend.signed(source, interview)
        await set_fault(world, "source_key_refused", times=1)

        world.pretend.hear(source, signed)
        await world.until(lambda: source_row(world, source)["state"] == "error", "the error")
        assert states(world, source) == ["stored"]
        give_key(world, source, "key-of-theirs")

        await world.until_code(enrollment, FOUND)

    async def test_of_what_is_gone_are_ignored(self, world: World, kind: SourceKind) -> None:
        enrollment = outreach(world)
        source = world.pretend.connect(kind)
        interview = world.pretend.book(source, EMAIL)
        signed = world.pretend.signed(source, interview)
        world.pretend.sandbox.diary.interviews.clear()

        world.pretend.hear(source, signed)

        await world.until(lambda: states(world, source) == ["ignored"], "it to be ignored")
        assert world.standing(enrollment)[1] == "scheduled"

    async def test_one_without_an_answer_holds_up_no_other(
        self, world: World, kind: SourceKind
    ) -> None:
        enrollment = outreach(world, "al@candidate.example")
        source = world.pretend.connect(kind)
        desk = SourceDesk(world.database)
        stuck, good = (world.pretend.book(source, one) for one in (EMAIL, "al@candidate.example"))
        for one in (stuck, good):
            world.pretend.hear(source, world.pretend.signed(source, one))
        first = desk.stored(source, world.workspace_id, 1)[0]
        desk.postpone(first, world.workspace_id, Unavailable("It gave no answer."))

        await world.until_code(enrollment, FOUND)

        assert states(world, source).count("done") >= 1


async def test_lever_does_not_believe_an_interview_that_lever_does_not_show(world: World) -> None:
    """Whoever saw one signature of Lever's could write another body under it."""
    enrollment = outreach(world)
    source = world.pretend.connect(SourceKind.LEVER)
    interview = world.pretend.book(source, EMAIL)
    headers, body = world.pretend.signed(source, interview)
    world.pretend.sandbox.diary.cancel(interview.number)

    world.pretend.hear(source, (headers, body))

    await world.until(lambda: states(world, source) == ["ignored"], "it to be ignored")
    assert world.standing(enrollment)[1] == "scheduled"


async def test_an_outage_is_shown_once_it_lasts_and_is_over_with_the_first_answer(
    world: World,
) -> None:
    source = world.pretend.connect(SourceKind.GREENHOUSE)
    desk, who = SourceDesk(world.database), (source, world.workspace_id)

    for number in range(1, 6):
        assert desk.failed(*who, Throttled("slow down")) == number
        assert source_row(world, source)["state"] == ("connected" if number < 3 else "error")
    assert [row["detail"]["code"] for row in events(world, "source.error")] == ["unreachable"]
    desk.answered(*who, polled=True)

    assert source_row(world, source)["state"] == "connected"


async def test_an_event_that_is_asked_about_in_vain_for_a_week_has_failed(world: World) -> None:
    source = world.pretend.connect(SourceKind.LEVER)
    interview = world.pretend.book(source, EMAIL)
    world.pretend.hear(source, world.pretend.signed(source, interview))
    desk = SourceDesk(world.database)
    event = desk.stored(source, world.workspace_id, 1)[0]
    row = rows(world, webhook_events)[0]
    with world.database.workspace(world.workspace_id) as connection:
        week_ago = row["received_at"] - timedelta(days=8)
        connection.execute(update(webhook_events).values(received_at=week_ago))

    desk.postpone(event, world.workspace_id, Unavailable("It gave no answer."))

    assert states(world, source) == ["failed"]


async def test_two_deliveries_at_the_same_time_are_one_event(world: World) -> None:
    enrollment = outreach(world)
    source = world.pretend.connect(SourceKind.CALENDLY)
    signed = world.pretend.signed(source, world.pretend.book(source, EMAIL))

    with ThreadPoolExecutor(8) as threads:
        heard = list(threads.map(lambda _: world.pretend.hear(source, signed), range(8)))

    assert sorted(one.state for one in heard) == ["done", *["duplicate"] * 7]
    assert [one.ended for one in heard if one.ended] == [[enrollment]]
    assert len(rows(world, webhook_events)) == 1


class TestARaceWithSends:
    """Bookings against sends that are due: stored wins."""

    async def test_nothing_leaves_after_a_booking_was_stored(self, world: World) -> None:
        source = world.pretend.connect(SourceKind.CALENDLY)
        sequence = world.make_sequence(world.make_mailbox(spacing_ms=0, cursor="0"))
        people: dict[str, str] = {}
        for n in range(24):
            email = f"p{n}@candidate.example"
            emails = [{"id": "adr_1", "address": email, "type": "work"}]
            people[email] = world.enroll_one(sequence, world.make_candidate(emails=emails))
        signed = {
            email: world.pretend.signed(source, world.pretend.book(source, email))
            for email in people
        }

        async def hear(email: str, n: int) -> None:
            await asyncio.sleep(0.01 * n)
            await asyncio.to_thread(world.pretend.hear, source, signed[email])

        relaying = asyncio.create_task(world.relay())
        await asyncio.gather(*(hear(email, n) for n, email in enumerate(people)))
        await relaying
        await world.relay()
        await asyncio.gather(*(world.ended(one) for one in people.values()))

        sent = {row["enrollment_id"]: row for row in rows(world, deliveries, state="sent")}
        heard = rows(world, webhook_events, source_id=source)
        stored = {one: row["done_at"] for row in heard for one in row["outcome"]["ended"]}
        crossed = [(sent[one], at) for one, at in stored.items() if one in sent]
        assert len(stored) > len(crossed)  # Some were stopped in time.
        for delivery, at in crossed:  # Announced before the booking was stored, or known as sent.
            assert delivery["submitting_at"] < at
            assert delivery["sent_before_stop"] or delivery["updated_at"] < at
        assert len(world.mail.sent()) == len(sent)

    async def test_a_send_that_is_on_its_way_is_marked(self, world: World) -> None:
        enrollment = outreach_now(world)
        source = world.pretend.connect(SourceKind.CALENDLY)
        signed = world.pretend.signed(source, world.pretend.book(source, EMAIL))
        world.mail.do("send_draft", lambda: _heard(world, source, signed))

        await world.forward(enrollment, timedelta(hours=1))
        await world.until_code(enrollment, "calendly_event_scheduled")
        await world.until(lambda: self._quiet(world), "the send's outcome")

        delivery = rows(world, deliveries, enrollment_id=enrollment)[0]
        assert (delivery["state"], delivery["sent_before_stop"]) == ("sent", True)

    async def test_a_booking_before_the_last_gate_keeps_the_mail_back(self, world: World) -> None:
        enrollment = outreach_now(world)
        source = world.pretend.connect(SourceKind.CALENDLY)
        signed = world.pretend.signed(source, world.pretend.book(source, EMAIL))
        world.mail.do("create_draft", lambda: _heard(world, source, signed), after=True)

        await world.forward(enrollment, timedelta(hours=1))
        await world.until_code(enrollment, "calendly_event_scheduled")
        await world.ended(enrollment)

        assert world.mail.sent() == []

    def _quiet(self, world: World) -> bool:
        return not rows(world, deliveries, state="submitting")


def outreach_now(world: World) -> str:
    emails = [{"id": "adr_1", "address": EMAIL, "type": "work"}]
    candidate = world.make_candidate(emails=emails)
    return world.enroll_one(world.make_sequence(world.make_mailbox(cursor="0")), candidate)


def _heard(world: World, source: str, signed: Any) -> None:
    assert world.pretend.hear(source, signed).state == "done"
