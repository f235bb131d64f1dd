"""Deliveries: exactly what was sent, and what a person says where nothing can prove it."""

from typing import Any

from fastapi import APIRouter

from api.problems import ApiError, not_found
from api.shapes.common import Id
from api.shapes.enrollments import DeliveryDetail, ResolveIn
from api.unit import UnitRoute, Work
from api.views.enrollments import shown_delivery, visible_enrollment
from records import facts, listing, resolving

router = APIRouter(prefix="/deliveries", route_class=UnitRoute, tags=["enrollments"])


@router.get("/{delivery_id}", response_model=DeliveryDetail)
def read(delivery_id: Id, unit: Work) -> dict[str, Any]:
    """Read one delivery, exactly as it was sent, with what is known of the send."""
    return _shown(_row(unit, delivery_id))


@router.post("/{delivery_id}/resolve", response_model=DeliveryDetail)
def resolve(delivery_id: Id, body: ResolveIn, unit: Work) -> dict[str, Any]:
    """Say what became of a message of unknown outcome; its enrollment goes on from there."""
    row = _row(unit, delivery_id)
    try:
        resolving.resolve(unit.connection, row, body.outcome, reason=body.reason)
    except facts.NotApplicable as error:
        code, status = "delivery.not_unknown", error.status
        raise ApiError(409, code, error.detail, enrollment_status=status) from None
    return _shown(_row(unit, delivery_id))


def _row(unit: Work, delivery_id: str) -> Any:
    row = listing.delivery(unit.connection, delivery_id)
    if row is None:
        raise not_found("delivery")
    visible_enrollment(unit, row["enrollment_id"])
    return row


def _shown(row: Any) -> dict[str, Any]:
    names = ("enrollment_id", "step_id", "failures", "detail", "message_id")
    mime = row["mime"]
    evidence = {
        "submitted_at": row["submitting_at"],
        "looked_at": row["updated_at"],
        "own_message_id": row["own_message_id"],
        "draft_id": row["draft_id"],
        "tries": row["fence"],
        "finding": row["detail"],
    }
    return {
        **shown_delivery(row),
        **{name: row[name] for name in names},
        "mime": None if mime is None else bytes(mime).decode("utf-8", "replace"),
        "evidence": evidence,
    }
