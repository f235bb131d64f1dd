"""The story of an enrollment, from the workflow's own history."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from api.shapes.common import Id
from api.shapes.enrollments import Timeline
from api.unit import UnitRoute, Work
from api.views.enrollments import visible_enrollment
from api.views.timeline import (
    history_line,
    log_line,
    message_lines,
    planned_lines,
    suppression_lines,
)
from domain.ids import enrollment_workflow_id
from records import sequences
from relay.gateway import Gateway, TemporalAway

router = APIRouter(route_class=UnitRoute, tags=["enrollments"])


@router.get("/enrollments/{enrollment_id}/timeline", response_model=Timeline)
async def timeline(enrollment_id: Id, unit: Work, request: Request) -> dict[str, Any]:
    """Read what happened and what will; from the log while Temporal is away."""
    row = await asyncio.to_thread(visible_enrollment, unit, enrollment_id)
    lines, source = await _from_history(request.app.state.gateway, row), "history"
    events = await asyncio.to_thread(
        sequences.events, unit.connection, enrollment_id=enrollment_id, limit=1000
    )
    if lines:
        told = suppression_lines(events) + message_lines(events)
        lines = sorted(lines + told, key=lambda line: line["at"])
    else:
        lines, source = [log_line(event) for event in events], "log"
    return {"data": lines + planned_lines(row), "source": source}


async def _from_history(gateway: Gateway, row: Any) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    try:
        for round_ in range(1, row["round"] + 1):
            history = await gateway.history(enrollment_workflow_id(row["id"], round_))
            lines += [history_line(row, one) for one in history]
    except TemporalAway:
        return []
    return lines
