"""How the codes of what comes in come true; see `provoke`."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from domain.codes import ReasonCode
from domain.errors import Unavailable
from tests.integration.letters import absence, bounce, sent_from
from tests.integration.world import INSTANT, LATER, Provocation, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def _sent_one(world: World) -> tuple[str, str]:
    """Let the first of two messages go out; gives the enrollment and its mailbox."""
    mailbox = world.make_mailbox(cursor="0")
    enrollment = world.enroll_one(world.make_sequence(mailbox, INSTANT, LATER))
    await world.forward(enrollment, HOUR)
    assert len(world.mail.sent()) == 1
    return enrollment, mailbox


async def _ends(world: World, enrollment: str, status: str, code: str) -> None:
    """Let the next message come due: the look before it finds what came."""
    await world.forward(enrollment, 4 * DAY)
    assert world.standing(enrollment) == (status, code)
    assert (await world.ended(enrollment))["code"] == code
    assert len(world.mail.sent()) == 1


async def replied(world: World) -> None:
    enrollment, mailbox = await _sent_one(world)
    world.mail.reply(mailbox, sent_from(world, mailbox)[0].sent_id)
    await _ends(world, enrollment, "replied", "replied")


async def out_of_office(world: World) -> None:
    enrollment, mailbox = await _sent_one(world)
    world.mail.receive(mailbox, absence(sent_from(world, mailbox)[0]))
    await _ends(world, enrollment, "finished", "out_of_office")


async def bounced(world: World) -> None:
    enrollment, mailbox = await _sent_one(world)
    world.mail.receive(mailbox, bounce(sent_from(world, mailbox)[0]))
    await _ends(world, enrollment, "finished", "bounced")


async def unsubscribed(world: World) -> None:
    enrollment, mailbox = await _sent_one(world)
    sent_id = sent_from(world, mailbox)[0].sent_id
    world.mail.reply(mailbox, sent_id, body="Please remove me from your list.")
    await _ends(world, enrollment, "finished", "unsubscribed")


async def detection_failed(world: World) -> None:
    mailbox = world.make_mailbox(cursor="0")
    world.mail.fail("arrivals", *[Unavailable("503")] * 3)  # Two of the step, one of the watcher.
    enrollment = world.enroll_one(world.make_sequence(mailbox))
    await world.forward(enrollment, timedelta(minutes=1))
    await world.until_code(enrollment, "detection_failed")
    assert world.mail.sent() == []


INBOX: Mapping[ReasonCode, Provocation] = MappingProxyType(
    {
        ReasonCode.DETECTION_FAILED: detection_failed,
        ReasonCode.REPLIED: replied,
        ReasonCode.OUT_OF_OFFICE: out_of_office,
        ReasonCode.BOUNCED: bounced,
        ReasonCode.UNSUBSCRIBED: unsubscribed,
    }
)
