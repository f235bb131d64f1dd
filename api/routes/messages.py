"""Messages that came in: what a person says that they are."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from api.crossing import settle
from api.problems import not_found
from api.shapes.common import Id
from api.shapes.messages import ClassifiedMessage, ClassifyIn
from api.unit import UnitRoute, Work
from api.views.enrollments import visible_enrollment
from api.views.messages import shown_message
from records import correcting, listing

router = APIRouter(prefix="/messages", route_class=UnitRoute, tags=["enrollments"])


@router.post("/{message_id}/classify", response_model=ClassifiedMessage)
async def classify(
    message_id: Id, body: ClassifyIn, unit: Work, request: Request
) -> dict[str, Any]:
    """Correct what a message is. Again is fine.

    Suppressions that it caused are lifted, and enrollments that it ended go on at their first step
    that was not sent; then what follows from the new class is done. Where that ends something,
    nothing leaves from the answer on but what `in_flight` names.
    """

    def accept() -> correcting.Corrected:
        _visible(unit, message_id)
        return correcting.correct(
            unit.connection,
            message_id,
            kind=body.kind,
            reason=body.reason,
            actor=unit.principal.user_id,
        )

    done = await asyncio.to_thread(accept)
    in_flight = await settle(request, unit, enrollment_ids=done.ended)
    row = await asyncio.to_thread(_visible, unit, message_id)
    told = {"ended": done.ended, "resumed": done.resumed, "in_flight": in_flight}
    return {**shown_message(row), **told}


def _visible(unit: Work, message_id: str) -> Any:
    row = listing.message(unit.connection, message_id)
    if row is None:
        raise not_found("message")
    visible_enrollment(unit, row["enrollment_id"])
    return row
