"""How each reason code that can be reached so far comes true: by real events, on real servers.

`docs/reason-codes.md` is written from this table (`make codes`), so it cannot promise more.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from domain.codes import ReasonCode
from domain.errors import Disconnected, Unavailable
from domain.messages import FactKind
from records import candidates as people
from records import checks, facts
from records.switchboard import switch
from records.tables import mailboxes
from tests.integration.provoke_inbox import INBOX
from tests.integration.provoke_sending import SENDING
from tests.integration.provoke_sources import ats_interview_found, calendly_event_scheduled
from tests.integration.provoke_suppressions import SUPPRESSIONS
from tests.integration.provoke_telling import TELLING
from tests.integration.world import INSTANT, LATER, Provocation, World, make_steps

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def _run(world: World, **values: Any) -> str:
    """Enroll one candidate and let its first step come due."""
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(**values)))
    await world.forward(enrollment, HOUR)
    return enrollment


async def sequence_inactive(world: World) -> None:
    world.enroll_one(world.make_sequence(world.make_mailbox(), active=False))


async def added_paused(world: World) -> None:
    world.enroll_one(world.make_sequence(world.make_mailbox()), paused=True)


async def scheduled(world: World) -> None:
    world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))


async def bulk_stagger(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox())
    world.enroll(sequence, *(world.make_candidate() for _ in range(3)))


async def mailbox_daily_limit(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(daily_limit=1))
    world.enroll(sequence, *(world.make_candidate() for _ in range(2)))


async def outside_working_hours(world: World) -> None:
    yesterday = (datetime.now(UTC) - DAY).strftime("%a").lower()
    window = {"days": [yesterday], "start": "10:00", "end": "11:00"}
    schedule = world.make_schedule(windows=[window])
    world.enroll_one(world.make_sequence(world.make_mailbox(), schedule_id=schedule))


async def mailbox_disconnected(world: World) -> None:
    world.mail.fail("open", Disconnected("invalid_grant"))
    await _run(world)


async def retrying_step(world: World) -> None:
    world.mail.fail("create_draft", Unavailable("503"), Unavailable("503"))
    await _run(world)


async def manual(world: World) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    with world.database.workspace(world.workspace_id) as connection:
        facts.pause(connection, world.workspace_id, enrollment)
    await world.forward(enrollment, 10 * DAY)
    assert world.mail.sent() == []


async def sequence_deactivated(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(), LATER)
    enrollment = world.enroll_one(sequence)
    _switch(world, sequence, active=False)
    await world.forward(enrollment, 10 * DAY)
    assert world.mail.sent() == []


async def active(world: World) -> None:
    sequence = world.make_sequence(world.make_mailbox(), active=False)
    enrollment = world.enroll_one(sequence)
    _switch(world, sequence, active=True)
    await world.forward(enrollment, HOUR)
    assert len(world.mail.sent()) == 1


async def no_sender(world: World) -> None:
    await world.forward(world.enroll_one(world.make_sequence(None)), HOUR)


async def sender_removed(world: World) -> None:
    mailbox = world.make_mailbox()
    enrollment = world.enroll_one(world.make_sequence(mailbox))
    world.change(mailboxes, mailbox, removed_at=datetime.now(UTC))
    await world.forward(enrollment, HOUR)


async def missing_contact_email(world: World) -> None:
    await _with_candidate(world, emails=[])


async def invalid_contact_email(world: World) -> None:
    await _with_candidate(world, emails=[{"id": "adr_1", "address": "a@@b", "type": "work"}])


async def lead_not_scraped(world: World) -> None:
    await _with_step(world, body="<p>{{ candidate.fields.company }}</p>")


async def missing_email_subject(world: World) -> None:
    await _with_step(world, subject="{{ candidate.fields.topic | default: '' }}")


async def empty_message(world: World) -> None:
    await _with_step(world, body="<p>{{ candidate.fields.note | default: '' }}</p>")


async def system_error(world: World) -> None:
    world.mail.fail("open", *[ZeroDivisionError("bug")] * 5)
    await _run(world)


async def no_response(world: World) -> None:
    await _run(world)


async def deleted(world: World) -> None:
    await _stopped(world, ReasonCode.DELETED)


async def unenrolled_by_user(world: World) -> None:
    await _stopped(world, ReasonCode.UNENROLLED_BY_USER)


def by_event(kind: str, code: ReasonCode, fact: FactKind = FactKind.STOP) -> Provocation:
    """End an enrollment by what a caller says happened to its candidate."""

    async def provoke(world: World) -> None:
        candidate = world.make_candidate()
        enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER), candidate)
        with world.database.workspace(world.workspace_id) as connection:
            people.note_event(
                connection,
                world.workspace_id,
                candidate,
                kind=kind,
                external_id="1",
                occurred_at=None,
                code=code,
                fact=fact,
            )
        await world.relay()
        assert (await world.ended(enrollment))["code"] == code

    return provoke


async def incomplete(world: World) -> None:
    _check(world, world.make_sequence(world.make_mailbox(), name=""))


async def no_prospects(world: World) -> None:
    _check(world, world.make_sequence(world.make_mailbox(), schedule_id=world.make_schedule()))


async def schedule_invalid(world: World) -> None:
    schedule = world.make_schedule(windows=[])
    sequence = world.make_sequence(world.make_mailbox(), schedule_id=schedule)
    enrollment = world.enroll_one(sequence)
    await world.forward(enrollment, HOUR)
    assert world.standing(enrollment) == ("error", "schedule_invalid")


async def followup_schedule_invalid(world: World) -> None:
    sequence = world.make_sequence(
        world.make_mailbox(),
        INSTANT,
        LATER,
        schedule_id=world.make_schedule(windows=[_ALWAYS]),
        follow_up_schedule_id=world.make_schedule(windows=[]),
    )
    enrollment = world.enroll_one(sequence)
    await world.forward(enrollment, 10 * DAY)
    assert world.standing(enrollment) == ("error", "followup_schedule_invalid")
    assert len(world.mail.sent()) == 1


_ALWAYS = {
    "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "start": "00:00",
    "end": "24:00",
}


async def _with_candidate(world: World, **values: Any) -> None:
    candidate = world.make_candidate(**values)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()), candidate)
    await world.forward(enrollment, HOUR)
    assert world.mail.sent() == []


async def _with_step(world: World, **values: Any) -> None:
    steps = [{**make_steps(INSTANT)[0], **values}]
    sequence = world.make_sequence(world.make_mailbox(), steps=steps)
    await world.forward(world.enroll_one(sequence), HOUR)
    assert world.mail.sent() == []


async def _stopped(world: World, code: ReasonCode) -> None:
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    await world.relay()
    with world.database.workspace(world.workspace_id) as connection:
        facts.stop(connection, world.workspace_id, enrollment, code=code)
    await world.relay()
    assert (await world.ended(enrollment))["code"] == code


def _switch(world: World, sequence: str, *, active: bool) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        switch(connection, world.workspace_id, sequence, active=active, trigger="manual")


def _check(world: World, sequence: str) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        checks.check_and_log(connection, world.workspace_id, sequence)


PROVOKE: Mapping[ReasonCode, Provocation] = MappingProxyType(
    {
        ReasonCode.SEQUENCE_INACTIVE: sequence_inactive,
        ReasonCode.ADDED_PAUSED: added_paused,
        ReasonCode.SCHEDULED: scheduled,
        ReasonCode.BULK_STAGGER: bulk_stagger,
        ReasonCode.MAILBOX_DAILY_LIMIT: mailbox_daily_limit,
        ReasonCode.OUTSIDE_WORKING_HOURS: outside_working_hours,
        ReasonCode.RETRYING_STEP: retrying_step,
        ReasonCode.MANUAL: manual,
        ReasonCode.SEQUENCE_DEACTIVATED: sequence_deactivated,
        ReasonCode.NO_SENDER: no_sender,
        ReasonCode.SENDER_REMOVED: sender_removed,
        ReasonCode.MAILBOX_DISCONNECTED: mailbox_disconnected,
        ReasonCode.MISSING_CONTACT_EMAIL: missing_contact_email,
        ReasonCode.INVALID_CONTACT_EMAIL: invalid_contact_email,
        ReasonCode.LEAD_NOT_SCRAPED: lead_not_scraped,
        ReasonCode.MISSING_EMAIL_SUBJECT: missing_email_subject,
        ReasonCode.EMPTY_MESSAGE: empty_message,
        ReasonCode.SYSTEM_ERROR: system_error,
        ReasonCode.INTERVIEW_SESSION_DETECTED: by_event(
            "interview_session", ReasonCode.INTERVIEW_SESSION_DETECTED, FactKind.INTERVIEW_BOOKED
        ),
        ReasonCode.CALENDLY_EVENT_SCHEDULED: calendly_event_scheduled,
        ReasonCode.ATS_INTERVIEW_FOUND: ats_interview_found,
        ReasonCode.NO_RESPONSE: no_response,
        ReasonCode.DELETED: deleted,
        ReasonCode.UNENROLLED_BY_USER: unenrolled_by_user,
        ReasonCode.INCOMPLETE: incomplete,
        ReasonCode.NO_PROSPECTS: no_prospects,
        ReasonCode.SCHEDULE_INVALID: schedule_invalid,
        ReasonCode.FOLLOWUP_SCHEDULE_INVALID: followup_schedule_invalid,
        ReasonCode.ACTIVE: active,
        **SENDING,
        **SUPPRESSIONS,
        **INBOX,
        **TELLING,
    }
)
