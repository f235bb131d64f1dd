"""How the codes of suppressions come true; see `provoke`."""

from collections.abc import Mapping
from datetime import timedelta
from email import message_from_bytes, policy
from types import MappingProxyType

from sqlalchemy import select

from domain.codes import ReasonCode
from domain.optouts import token_of
from domain.suppressions import Origin
from records import optouts, suppressions
from records.tables import candidates
from tests.integration.world import INSTANT, LATER, Provocation, World

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _add(world: World, kind: str, value: str, reason: str, origin: Origin) -> None:
    with world.database.workspace(world.workspace_id) as connection:
        suppressions.add(
            connection, world.workspace_id, kind=kind, value=value, reason=reason, origin=origin
        )


def _address_of(world: World, candidate: str) -> str:
    with world.database.workspace(world.workspace_id) as connection:
        query = select(candidates.c.emails).where(candidates.c.id == candidate)
        return connection.execute(query).scalar_one()[0]["address"]


async def _mid_run(world: World) -> tuple[str, str]:
    """Send a first message; the second waits for days."""
    candidate = world.make_candidate()
    sequence = world.make_sequence(world.make_mailbox(), INSTANT, LATER)
    enrollment = world.enroll_one(sequence, candidate)
    await world.forward(enrollment, HOUR)
    assert len(world.mail.sent()) == 1
    return enrollment, candidate


async def _ended(world: World, enrollment: str, code: ReasonCode) -> None:
    await world.relay()
    assert (await world.ended(enrollment))["code"] == code
    assert len(world.mail.sent()) == 1


async def previously_bounced(world: World) -> None:
    candidate = world.make_candidate()
    _add(world, "address", _address_of(world, candidate), "bounced", Origin.MESSAGE)
    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox()), candidate)
    await world.forward(enrollment, HOUR)
    assert world.mail.sent() == []


async def bounced(world: World) -> None:
    enrollment, candidate = await _mid_run(world)
    _add(world, "address", _address_of(world, candidate), "bounced", Origin.MESSAGE)
    await _ended(world, enrollment, ReasonCode.BOUNCED)


async def blocked(world: World) -> None:
    enrollment, candidate = await _mid_run(world)
    domain = _address_of(world, candidate).rpartition("@")[2]
    _add(world, "domain", domain, "blocked", Origin.API)
    await _ended(world, enrollment, ReasonCode.BLOCKED)


async def unsubscribed(world: World) -> None:
    """By the very token that the message carried."""
    enrollment, _ = await _mid_run(world)
    message = message_from_bytes(world.mail.sent()[0].mime, policy=policy.default)
    token = token_of(str(message["List-Unsubscribe"]))
    assert token is not None
    with world.database.workspace(world.workspace_id) as connection:
        done = optouts.accept(connection, world.workspace_id, token, Origin.ONE_CLICK)
    assert done is not None
    assert done.ended == [enrollment]
    await _ended(world, enrollment, ReasonCode.UNSUBSCRIBED)


SUPPRESSIONS: Mapping[ReasonCode, Provocation] = MappingProxyType(
    {
        ReasonCode.PREVIOUSLY_BOUNCED: previously_bounced,
        ReasonCode.BOUNCED: bounced,
        ReasonCode.UNSUBSCRIBED: unsubscribed,
        ReasonCode.BLOCKED: blocked,
    }
)
