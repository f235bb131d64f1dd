"""Acknowledges a stop only when nothing crosses it, or names what may."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from fastapi import Request

from api.unit import Unit
from records import crossing
from records.database import Database

PATIENCE = 10.0  #: Seconds that an answer waits for sends that are on their way already.
SHORT_PATIENCE = 3.0  #: The same for a machine that tells us something, and may not wait long.
LOOK_EVERY = 0.05


async def settle(
    request: Request,
    unit: Unit,
    *,
    enrollment_ids: list[str] | None = None,
    sequence_id: str | None = None,
) -> list[str]:
    """Commit the stop, wait for what is being submitted, and name what still is.

    From the commit on no new send passes its gate, so what is named here is all that can follow.
    """
    await asyncio.to_thread(unit.renew)
    request.app.state.nudge()
    in_flight, name_crossing = (
        partial(do, unit.connection, enrollment_ids=enrollment_ids, sequence_id=sequence_id)
        for do in (crossing.in_flight, crossing.name_crossing)
    )
    if await _is_quiet(in_flight):
        return []
    return await asyncio.to_thread(name_crossing)


async def let_cross(database: Database, workspace_id: str, ended: Sequence[str]) -> list[str]:
    """Wait a little for what crosses a stop that is committed already; name and mark the rest."""
    if not ended:
        return []

    def look(do: Callable[..., list[str]]) -> list[str]:
        with database.workspace(workspace_id) as connection:
            return do(connection, enrollment_ids=ended)

    if await _is_quiet(partial(look, crossing.in_flight), patience=SHORT_PATIENCE):
        return []
    return await asyncio.to_thread(look, crossing.name_crossing)


async def quiet_mailbox(unit: Unit, mailbox_id: str) -> None:
    """Commit a mailbox's pause, and wait for what it is submitting; its view counts the rest."""
    await asyncio.to_thread(unit.renew)
    await _is_quiet(partial(crossing.in_flight, unit.connection, mailbox_id=mailbox_id))


async def _is_quiet(in_flight: Callable[[], list[str]], *, patience: float = PATIENCE) -> bool:
    """Wait until nothing is being submitted; says whether that came in time."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + patience
    while clock() < deadline:
        if not await asyncio.to_thread(in_flight):
            return True
        await asyncio.sleep(LOOK_EVERY)
    return False
