"""Webhooks in: signed by the source that its path names; no API key is asked for."""

from typing import Any

from fastapi import APIRouter, Request

from api import hearing
from api.crossing import let_cross
from api.openapi import refusals
from api.shapes.common import Id
from api.shapes.sources import Accepted

router = APIRouter(prefix="/webhooks", tags=["sources"])

_BODY = {
    "requestBody": {
        "description": "As the source writes it, at most 1 MiB.",
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.post(
    "/{source_id}",
    response_model=Accepted,
    openapi_extra=_BODY,
    responses=refusals({401: "Not signed by this source, or too long ago."}),
)
async def hear(source_id: Id, request: Request) -> dict[str, Any]:
    """Take in what a source tells; a repeat changes nothing.

    The answer means that it is stored: from its commit on nothing is sent that it stops, except
    what `in_flight` names.
    """
    source, heard = await hearing.take_in(request, source_id)
    app = request.app.state
    app.nudge()
    in_flight = await let_cross(app.database, source["workspace_id"], heard.ended)
    return {
        "event_id": heard.event_id,
        "state": heard.state,
        "ended": list(heard.ended),
        "in_flight": in_flight,
    }
