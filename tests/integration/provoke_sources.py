"""Bookings and interviews, told by the systems themselves: signed webhooks, and polls."""

from domain.sources.kinds import SourceKind
from tests.integration.world import LATER, World

EMAIL = "jo@candidate.example"


def outreach(world: World, email: str = EMAIL) -> str:
    """Enroll somebody who has this address."""
    emails = [{"id": "adr_1", "address": email, "type": "work"}]
    candidate = world.make_candidate(emails=emails)
    return world.enroll_one(world.make_sequence(world.make_mailbox(), LATER), candidate)


async def calendly_event_scheduled(world: World) -> None:
    """A signed webhook of Calendly, delivered twice."""
    enrollment = outreach(world)
    source = world.pretend.connect(SourceKind.CALENDLY)
    signed = world.pretend.signed(source, world.pretend.book(source, EMAIL))

    assert world.pretend.hear(source, signed).ended == [enrollment]
    assert world.pretend.hear(source, signed).state == "duplicate"

    await world.relay()
    assert (await world.ended(enrollment))["code"] == "calendly_event_scheduled"


async def ats_interview_found(world: World) -> None:
    """An interview that a poll of Greenhouse finds, and one that Lever tells by webhook."""
    polled, told = outreach(world), outreach(world, "al@candidate.example")
    greenhouse = world.pretend.connect(SourceKind.GREENHOUSE)
    lever = world.pretend.connect(SourceKind.LEVER)
    world.pretend.book(greenhouse, EMAIL)
    interview = world.pretend.book(lever, "al@candidate.example")

    world.pretend.hear(lever, world.pretend.signed(lever, interview))

    for enrollment in (polled, told):
        await world.until_code(enrollment, "ats_interview_found")
        assert (await world.ended(enrollment))["code"] == "ats_interview_found"
