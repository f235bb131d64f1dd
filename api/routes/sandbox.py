"""Moves the clocks of running enrollments on, where the sandbox is on."""

import asyncio
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request

from api.problems import ApiError
from api.shapes.sandbox import Forwarded, ForwardIn
from api.unit import UnitRoute, Work
from api.views.enrollments import visible_enrollment
from api.views.sequences import visible_sequence
from domain.ids import enrollment_workflow_id
from records import listing
from relay.gateway import TemporalAway

router = APIRouter(prefix="/sandbox", route_class=UnitRoute, tags=["sandbox"])


@router.post("/fast_forward", response_model=Forwarded)
async def fast_forward(body: ForwardIn, unit: Work, request: Request) -> dict[str, Any]:
    """Move running enrollments by a span; inboxes are read before and after."""
    app = request.app.state
    if not app.has_sandbox:
        raise ApiError(404, "sandbox.off", "Fast-forwarding needs the sandbox.")
    names, boxes = await asyncio.to_thread(_forwarded, unit, body)
    await app.inboxes.poll(unit.workspace_id, boxes)
    span = timedelta(seconds=body.seconds)
    try:
        moved = await app.gateway.fast_forward(list(names), span)
    except TemporalAway as error:
        raise ApiError(503, "temporal.away", str(error), headers={"Retry-After": "2"}) from None
    done = [names[workflow_id] for workflow_id in moved]
    await asyncio.to_thread(_note_moved, request, unit.workspace_id, done, span)
    await app.inboxes.poll(unit.workspace_id, boxes)
    return {
        "data": [
            {"enrollment_id": names[workflow_id], "now": at} for workflow_id, at in moved.items()
        ]
    }


def _forwarded(unit: Work, body: ForwardIn) -> tuple[dict[str, str], list[str]]:
    """Name the workflows to move, each with its enrollment, and the mailboxes concerned."""
    if body.enrollment_id:
        rows = [visible_enrollment(unit, body.enrollment_id)]
    elif body.sequence_id:
        visible_sequence(unit, body.sequence_id)
        rows = listing.running(unit.connection, body.sequence_id)
    else:
        raise ApiError(422, "request.invalid", "Give an enrollment_id or a sequence_id.")
    names = {enrollment_workflow_id(row["id"], row["round"]): row["id"] for row in rows}
    return names, sorted({row["mailbox_id"] for row in rows if row["mailbox_id"]})


def _note_moved(request: Request, workspace_id: str, ids: list[str], span: timedelta) -> None:
    """Commit at once: the poll that follows must not wait for this request's locks."""
    with request.app.state.database.workspace(workspace_id) as connection:
        listing.move_clocks(connection, ids, span)
