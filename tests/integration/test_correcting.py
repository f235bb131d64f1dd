"""A person says what a message is: what followed is undone, what follows now is done."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from domain.codes import ReasonCode
from domain.inbound.verdict import MailKind
from domain.messages import FactKind
from domain.sources.kinds import SourceKind
from records import candidates, correcting, facts
from records.switchboard import switch
from records.tables import deliveries, log_events, suppressions
from tests.integration.letters import absence, bounce, catch_up, messages_of, sent_from
from tests.integration.test_inbox import sent_one, suppressed
from tests.integration.world import INSTANT, LATER, World

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def mailbox(world: World) -> str:
    return world.make_mailbox(cursor="0")


def correct(world: World, kind: MailKind, which: int = -1) -> correcting.Corrected:
    with world.database.workspace(world.workspace_id) as connection:
        return correcting.correct(
            connection,
            str(messages_of(world)[which]["id"]),
            kind=kind,
            reason="I read it.",
            actor="usr_1",
        )


def _stop_again(world: World, how: str, mailbox: str, enrollment: str, candidate: str) -> str:
    """Stop what has ended already; gives the code of this stop."""
    if how == "by_interview":
        source = world.pretend.connect(SourceKind.CALENDLY)
        booking = world.pretend.book(source, sent_from(world, mailbox)[0].to)
        world.pretend.hear(source, world.pretend.signed(source, booking))
        return "calendly_event_scheduled"
    with world.database.workspace(world.workspace_id) as connection:
        if how == "by_api":
            code = ReasonCode.UNENROLLED_BY_USER
            facts.stop(connection, world.workspace_id, enrollment, code=code)
            return code.value
        candidates.note_event(
            connection,
            world.workspace_id,
            candidate,
            kind="interview",
            external_id="1",
            occurred_at=None,
            code=ReasonCode.INTERVIEW_SESSION_DETECTED,
            fact=FactKind.INTERVIEW_BOOKED,
        )
        return "interview_session_detected"


class TestAWrongReply:
    async def test_is_undone_and_the_rest_is_sent_once(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)
        await world.relay()
        assert (await world.ended(enrollment))["code"] == "replied"

        done = correct(world, MailKind.UNRELATED)

        assert done.resumed == [enrollment]
        assert world.standing(enrollment) == ("in_progress", "scheduled")
        assert world.row(enrollment)["round"] == 2
        assert world.row(enrollment)["first_round"] == 1
        await world.forward(enrollment, 4 * DAY)
        assert len(sent_from(world, mailbox)) == 2
        assert world.standing(enrollment) == ("finished", "no_response")
        assert (await world.ended(enrollment))["code"] == "no_response"
        with world.database.workspace(world.workspace_id) as connection:
            assert (
                connection.execute(select(func.count()).select_from(deliveries)).scalar_one() == 2
            )

    async def test_is_corrected_once(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)

        assert correct(world, MailKind.UNRELATED).applied
        assert not correct(world, MailKind.UNRELATED).applied

        assert world.row(enrollment)["round"] == 2
        assert world.events(enrollment).count("message.classified") == 1
        (message,) = messages_of(world)
        assert (message["kind"], message["first_kind"]) == ("unrelated", "reply")
        assert (message["corrected_by"], message["correction"]) == ("usr_1", "I read it.")

    async def test_stays_ended_where_another_answer_came(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        for _ in range(2):
            world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)

        assert correct(world, MailKind.UNRELATED, 0).resumed == []

        assert world.standing(enrollment) == ("replied", "replied")

    @pytest.mark.parametrize("how", ["by_api", "by_event", "by_interview"])
    async def test_stays_ended_where_something_else_stopped_it_since(
        self, world: World, mailbox: str, how: str
    ) -> None:
        candidate = world.make_candidate()
        enrollment = await sent_one(world, mailbox, candidate)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)
        code = _stop_again(world, how, mailbox, enrollment, candidate)
        assert world.standing(enrollment) == ("replied", "replied")  # The first stop wins.

        assert correct(world, MailKind.UNRELATED).resumed == []

        assert world.standing(enrollment) == ("finished", code)
        assert world.row(enrollment)["round"] == 1
        assert len(sent_from(world, mailbox)) == 1

    async def test_goes_on_only_when_its_sequence_is_on(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)
        sequence = world.row(enrollment)["sequence_id"]
        with world.database.workspace(world.workspace_id) as connection:
            switch(connection, world.workspace_id, sequence, active=False, trigger="manual")
        await world.relay()

        correct(world, MailKind.UNRELATED)
        await world.forward(enrollment, 5 * DAY)
        assert world.standing(enrollment) == ("paused", "sequence_deactivated")
        assert (await world.view(enrollment)).code == "sequence_deactivated"
        assert len(sent_from(world, mailbox)) == 1

        with world.database.workspace(world.workspace_id) as connection:
            switch(connection, world.workspace_id, sequence, active=True, trigger="manual")
        await world.until_code(enrollment, "scheduled")
        await world.forward(enrollment, 5 * DAY)
        assert len(sent_from(world, mailbox)) == 2

    async def test_whose_steps_were_all_sent_ends_as_it_would_have(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
        await world.forward(enrollment, HOUR)
        world.mail.do("send_draft", lambda: None)

        def answer() -> None:
            world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
            catch_up(world, mailbox)

        world.mail.do("send_draft", answer, after=True)
        await world.forward(enrollment, 4 * DAY)
        await world.until_code(enrollment, "replied")
        assert len(sent_from(world, mailbox)) == 2

        assert correct(world, MailKind.UNRELATED).resumed == []

        assert world.standing(enrollment) == ("finished", "no_response")

    async def test_that_was_an_opt_out_suppresses(self, world: World, mailbox: str) -> None:
        candidate = world.make_candidate()
        one = await sent_one(world, mailbox, candidate)
        other = await sent_one(world, world.make_mailbox(cursor="0"), candidate)
        world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
        catch_up(world, mailbox)

        done = correct(world, MailKind.UNSUBSCRIBE)

        assert sorted(done.ended) == sorted([one, other])
        assert done.resumed == []
        assert world.standing(one) == world.standing(other) == ("finished", "unsubscribed")
        await world.relay()
        assert (await world.ended(other))["code"] == "unsubscribed"


class TestAWrongBounce:
    async def test_lifts_its_suppression(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        world.mail.receive(mailbox, bounce(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)
        assert world.standing(enrollment) == ("finished", "bounced")

        assert correct(world, MailKind.SOFT_BOUNCE).resumed == [enrollment]

        assert suppressed(world) == []
        with world.database.workspace(world.workspace_id) as connection:
            assert connection.execute(select(suppressions.c.lifted_at)).scalar_one() is not None
        await world.forward(enrollment, 4 * DAY)
        assert len(sent_from(world, mailbox)) == 2


class TestAWrongOptOut:
    async def test_becomes_a_reply(self, world: World, mailbox: str) -> None:
        candidate = world.make_candidate()
        one = await sent_one(world, mailbox, candidate)
        other = await sent_one(world, world.make_mailbox(cursor="0"), candidate)
        sent = sent_from(world, mailbox)[0]
        world.mail.reply(mailbox, sent.sent_id, body="Please stop emailing me.")
        catch_up(world, mailbox)

        done = correct(world, MailKind.REPLY)

        assert done.ended == [one]
        assert done.resumed == [other]
        assert world.standing(one) == ("replied", "replied")
        assert world.standing(other) == ("in_progress", "scheduled")
        assert suppressed(world) == []

    async def test_keeps_what_was_asked_for_otherwise_as_well(
        self, world: World, mailbox: str
    ) -> None:
        candidate = world.make_candidate()
        await sent_one(world, mailbox, candidate)
        sent = sent_from(world, mailbox)[0]
        world.mail.reply(mailbox, sent.sent_id, body="Please stop emailing me.")
        catch_up(world, mailbox)
        before = suppressed(world)
        with world.database.workspace(world.workspace_id) as connection:
            candidates.note_event(
                connection,
                world.workspace_id,
                candidate,
                kind="unsubscribe",
                external_id="1",
                occurred_at=None,
                code=ReasonCode.UNSUBSCRIBED,
                fact=FactKind.STOP,
                address=sent.to,
            )

        assert correct(world, MailKind.REPLY).resumed == []

        assert before
        assert {one[:2] for one in suppressed(world)} == {one[:2] for one in before}


class TestAWrongAbsence:
    async def test_goes_on_at_once(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")
        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)
        assert world.standing(enrollment) == ("paused", "out_of_office")

        assert correct(world, MailKind.UNRELATED).resumed == [enrollment]

        assert world.standing(enrollment) == ("in_progress", "scheduled")
        await world.forward(enrollment, 4 * DAY)
        assert len(sent_from(world, mailbox)) == 2

    async def test_that_a_person_paused_meanwhile_stays_paused(
        self, world: World, mailbox: str
    ) -> None:
        enrollment = await sent_one(world, mailbox, out_of_office="wait")
        world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
        catch_up(world, mailbox)
        with world.database.workspace(world.workspace_id) as connection:
            facts.pause(connection, world.workspace_id, enrollment)

        assert correct(world, MailKind.UNRELATED).resumed == []

        assert world.standing(enrollment) == ("paused", "manual")


class TestAnAnswerThatWasNotBelieved:
    async def test_counts_once_a_person_says_so(self, world: World, mailbox: str) -> None:
        enrollment = await sent_one(world, mailbox)
        sent = sent_from(world, mailbox)[0]
        raw = f"From: m@new.example\r\nSubject: Hi\r\nIn-Reply-To: {sent.message_id}\r\n\r\nYes"
        world.mail.receive(mailbox, raw.encode())
        catch_up(world, mailbox)
        assert world.standing(enrollment) == ("in_progress", "scheduled")

        assert correct(world, MailKind.REPLY).ended == [enrollment]
        assert not correct(world, MailKind.REPLY).applied

        assert world.standing(enrollment) == ("replied", "replied")
        with world.database.workspace(world.workspace_id) as connection:
            query = select(log_events.c.detail).where(log_events.c.event == "message.classified")
            detail = connection.execute(query).scalar_one()
        assert (detail["was"], detail["is"], detail["ended"]) == ("reply", "reply", [enrollment])
