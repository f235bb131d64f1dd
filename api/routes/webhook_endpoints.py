"""Webhook endpoints: whom we tell what happens, and what was told."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.webhooks import (
    Redelivered,
    RedeliverIn,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpointIn,
    WebhookEndpointSecret,
)
from api.unit import UnitRoute, Work
from domain.webhooks import EndpointState, NoticeState, show_secret
from records import webhook_deliveries, webhooks

router = APIRouter(prefix="/webhook_endpoints", route_class=UnitRoute, tags=["webhooks"])

State = Annotated[NoticeState | None, Query(description="Only those that came so far.")]


@router.post("", status_code=201, response_model=WebhookEndpointSecret)
def make(body: WebhookEndpointIn, unit: Work, request: Request) -> dict[str, Any]:
    """Add an endpoint; the answer holds its secret, once. Admins only."""
    _admins_only(unit)
    check_url(request, body.url)
    values = {**body.model_dump(mode="json"), "url": body.url}
    endpoints = request.app.state.endpoints
    try:
        made, secret = endpoints.make(
            unit.connection, unit.workspace_id, unit.principal.user_id, values
        )
    except webhooks.TooMany:
        detail = f"A workspace has at most {webhooks.MOST} endpoints: take one out first."
        raise ApiError(409, "webhook_endpoint.too_many", detail) from None
    return {**_shown(_row(unit, made)), "secret": show_secret(secret)}


@router.get("", response_model=Page[WebhookEndpoint])
def list_them(unit: Work, paging: Paging) -> dict[str, Any]:
    """List the endpoints. Admins only."""
    _admins_only(unit)
    rows = webhooks.listed(unit.connection, after=paging.after, limit=paging.peek)
    return paging.page(rows, _shown)


@router.get("/{endpoint_id}", response_model=WebhookEndpoint)
def read(endpoint_id: Id, unit: Work, response: Response) -> dict[str, Any]:
    """Read an endpoint. Admins only."""
    row = _row(unit, endpoint_id)
    put_tag(response, row["revision"])
    return _shown(row)


@router.patch("/{endpoint_id}", response_model=WebhookEndpoint)
def change(
    endpoint_id: Id,
    body: WebhookEndpointChange,
    unit: Work,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change the fields that are given; one that we switched off may be switched on again."""
    row = _row(unit, endpoint_id)
    check_match(if_match, row["revision"])
    if body.url is not None:
        check_url(request, body.url)
    given = body.model_dump(mode="json", exclude_none=True)
    if given.get("state") == EndpointState.DISABLED.value:
        given["disabled_why"] = "Somebody switched it off."
    webhooks.change(unit.connection, endpoint_id, given)
    return read(endpoint_id, unit, response)


@router.delete("/{endpoint_id}", status_code=204, response_class=Response)
def remove(endpoint_id: Id, unit: Work) -> Response:
    """Take an endpoint out; what is on its way to it stops."""
    _row(unit, endpoint_id)
    webhooks.remove(unit.connection, endpoint_id)
    return Response(status_code=204)


@router.post("/{endpoint_id}/rotate_secret", response_model=WebhookEndpointSecret)
def rotate(endpoint_id: Id, unit: Work, request: Request) -> dict[str, Any]:
    """Give it a new secret; for 24 hours the one before signs, too."""
    _row(unit, endpoint_id)
    secret = request.app.state.endpoints.rotate(unit.connection, endpoint_id)
    return {**_shown(_row(unit, endpoint_id)), "secret": show_secret(secret)}


@router.get("/{endpoint_id}/deliveries", response_model=Page[WebhookDelivery])
def deliveries(endpoint_id: Id, unit: Work, paging: Paging, state: State = None) -> dict[str, Any]:
    """List what was, or is to be, brought to it, with every try, oldest first."""
    _row(unit, endpoint_id)
    rows = webhook_deliveries.listed(
        unit.connection,
        endpoint_id,
        state=None if state is None else state.value,
        after=paging.after,
        limit=paging.peek,
    )
    return paging.page(rows, _shown_delivery)


@router.post(
    "/{endpoint_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    response_model=WebhookDelivery,
)
def redeliver(endpoint_id: Id, delivery_id: Id, unit: Work) -> dict[str, Any]:
    """Send one again, whatever became of it: at once, then for three days, under the same id."""
    _enabled(unit, endpoint_id)
    if not webhook_deliveries.redeliver(unit.connection, endpoint_id, delivery_id):
        raise not_found("webhook_delivery")
    row = webhook_deliveries.one(unit.connection, endpoint_id, delivery_id)
    assert row is not None
    return _shown_delivery(row)


@router.post("/{endpoint_id}/redeliver", status_code=202, response_model=Redelivered)
def redeliver_since(endpoint_id: Id, body: RedeliverIn, unit: Work) -> dict[str, Any]:
    """Send again what failed, or was stopped, since a moment."""
    _enabled(unit, endpoint_id)
    since = body.since if body.since.tzinfo is not None else body.since.replace(tzinfo=UTC)
    count = webhook_deliveries.redeliver_since(unit.connection, endpoint_id, since, body.states)
    return {"redelivered": count}


def check_url(request: Request, url: str, pointer: str = "/url") -> None:
    """Refuse an address that may not be called, with what to do."""
    fault = request.app.state.outside.check(url)
    if fault is not None:
        error = {"pointer": pointer, "code": fault.code, "detail": fault.detail}
        raise ApiError(422, fault.code, fault.detail, errors=[error])


def _admins_only(unit: Work) -> None:
    if unit.principal.role != "admin":
        detail = "Endpoints hear of the whole workspace: ask an admin of it."
        raise ApiError(403, "webhook_endpoint.admins_only", detail)


def _row(unit: Work, endpoint_id: str) -> Any:
    _admins_only(unit)
    row = webhooks.one(unit.connection, endpoint_id)
    if row is None:
        raise not_found("webhook_endpoint")
    return row


def _enabled(unit: Work, endpoint_id: str) -> None:
    if _row(unit, endpoint_id)["state"] != EndpointState.ENABLED.value:
        detail = "It is switched off: switch it on first (PATCH, state enabled)."
        raise ApiError(409, "webhook_endpoint.disabled", detail)


def _shown(row: Any) -> dict[str, Any]:
    names = ("id", "url", "events", "description", "state", "disabled_why", "failing_since")
    shown = {name: row[name] for name in (*names, "created_at")}
    return {**shown, "previous_secret_until": row["previous_until"]}


def _shown_delivery(row: Any) -> dict[str, Any]:
    names = ("id", "event_id", "at", "state", "tries", "next_try_at", "created_at", "settled_at")
    return {
        **{name: row[name] for name in (*names, "enrollment_id", "attempts")},
        "type": row["event"],
        "code": row["event_code"],
        "number": row["number"] if row["enrollment_id"] is not None else None,
        "last_fault": row["code"],
    }
