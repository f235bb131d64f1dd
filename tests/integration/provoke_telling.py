"""How the codes of telling come true; see `provoke`."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.codes import ReasonCode
from records import facts
from tests.integration.world import LATER, Provocation, World


async def owner_no_phone(world: World) -> None:
    """Tell a reply by SMS to an owner without a number: noted, and nothing waits for it."""
    world.listeners.choose("sms", address=None)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    with world.database.workspace(world.workspace_id) as connection:
        facts.stop(connection, world.workspace_id, enrollment, code=ReasonCode.REPLIED)
    await world.until(lambda: bool(world.listeners.logged("notification.failed")), "it is noted")
    assert world.standing(enrollment) == ("replied", "replied")


TELLING: Mapping[ReasonCode, Provocation] = MappingProxyType(
    {ReasonCode.OWNER_NO_PHONE: owner_no_phone}
)
