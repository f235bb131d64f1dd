"""Deliveries: exactly what was sent."""

from typing import Any

from fastapi import APIRouter

from api.problems import not_found
from api.shapes.common import Id
from api.shapes.enrollments import DeliveryDetail
from api.unit import UnitRoute, Work
from api.views.enrollments import shown_delivery, visible_enrollment
from records import listing

router = APIRouter(prefix="/deliveries", route_class=UnitRoute, tags=["enrollments"])


@router.get("/{delivery_id}", response_model=DeliveryDetail)
def read(delivery_id: Id, unit: Work) -> dict[str, Any]:
    """Read one delivery, exactly as it was sent."""
    row = listing.delivery(unit.connection, delivery_id)
    if row is None:
        raise not_found("delivery")
    visible_enrollment(unit, row["enrollment_id"])
    names = ("enrollment_id", "step_id", "failures", "detail", "message_id")
    mime = row["mime"]
    return {
        **shown_delivery(row),
        **{name: row[name] for name in names},
        "mime": None if mime is None else bytes(mime).decode("utf-8", "replace"),
    }
