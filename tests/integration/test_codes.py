"""Every reason code that can be reached so far is, by a real event."""

import pytest
from sqlalchemy import select, union

from domain.codes import ReasonCode
from records.tables import enrollments, log_events
from tests.integration.provoke import PROVOKE
from tests.integration.world import World

pytestmark = pytest.mark.integration


def codes_seen(world: World) -> set[str | None]:
    query = union(select(enrollments.c.code), select(log_events.c.code))
    with world.database.workspace(world.workspace_id) as connection:
        return set(connection.execute(query).scalars())


@pytest.mark.parametrize("code", PROVOKE)
async def test_is_reached(world: World, code: ReasonCode) -> None:
    assert code not in codes_seen(world)

    await PROVOKE[code](world)

    assert code in codes_seen(world)
