"""Sources: who tells us of interviews and bookings."""

import base64
import json
import secrets
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.sources import (
    NewSource,
    Rotation,
    Source,
    SourceChange,
    SourceIn,
    WebhookEvent,
)
from api.unit import UnitRoute, Work
from domain.sources.kinds import REMEDIES, SPECS, SourceFault, SourceKind
from domain.sources.signatures import standard_key
from records import sources
from records.credentials import Credentials, Secret

router = APIRouter(prefix="/sources", route_class=UnitRoute, tags=["sources"])

_SHOWN = (
    "id",
    "kind",
    "name",
    "state",
    "code",
    "detail",
    "subdomain",
    "polled_at",
    "heard_at",
    "refused_at",
    "refusal",
    "created_at",
    "updated_at",
)


@router.post("", status_code=201, response_model=NewSource)
def make(body: SourceIn, unit: Work, request: Request) -> dict[str, Any]:
    """Add a source; give it `webhook_url`, and `secret` where we made one."""
    _check(body.kind, body.secrets, body.api_key, body.subdomain)
    ours = _make_secret(body.kind) if _lacks_secret(body) else None
    known = [ours] if ours else body.secrets
    values = {"kind": body.kind.value, "name": body.name, "subdomain": body.subdomain}
    credentials = Credentials(
        secrets=[Secret(value=one) for one in known], api_key=body.api_key or ""
    )
    source_id = sources.make(
        unit.connection, unit.workspace_id, values, credentials, request.app.state.safe
    )
    return _shown_once(request, _row(unit, source_id), ours)


@router.get("", response_model=Page[Source])
def list_them(unit: Work, paging: Paging, request: Request) -> dict[str, Any]:
    """List the sources."""
    rows = sources.listed(unit.connection, after=paging.after, limit=paging.peek)
    return paging.page(rows, lambda row: _shown(request, row))


@router.get("/{source_id}", response_model=Source)
def read(source_id: Id, unit: Work, request: Request, response: Response) -> dict[str, Any]:
    """Read one source."""
    row = _row(unit, source_id)
    put_tag(response, row["revision"])
    return _shown(request, row)


@router.patch("/{source_id}", response_model=Source)
def change(
    source_id: Id,
    body: SourceChange,
    unit: Work,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Change the fields that are given; one in error is asked again at once."""
    row = _row(unit, source_id, lock=True)
    check_match(if_match, row["revision"])
    given = body.model_dump(exclude_unset=True)
    safe = request.app.state.safe
    known = safe.open(source_id, row["credentials"])
    credentials = Credentials(
        secrets=[Secret(value=one) for one in given["secrets"]]
        if "secrets" in given
        else known.secrets,
        api_key=given.get("api_key", known.api_key),
    )
    _check(
        SourceKind(row["kind"]),
        given.get("secrets", []),
        credentials.api_key,
        given.get("subdomain", row["subdomain"]),
    )
    values = {name: given[name] for name in ("name", "subdomain") if name in given}
    sources.change(unit.connection, row, values, credentials, safe)
    return read(source_id, unit, request, response)


@router.post("/{source_id}/rotate", response_model=NewSource)
def rotate(source_id: Id, body: Rotation, unit: Work, request: Request) -> dict[str, Any]:
    """Make a new secret valid; the newest of those before stays so for a while."""
    row = _row(unit, source_id, lock=True)
    kind = SourceKind(row["kind"])
    if kind is SourceKind.LEVER:
        detail = "Lever has a secret per kind of event: PATCH secrets with all that are valid."
        raise ApiError(409, "source.many_secrets", detail)
    if body.secret is None and not SPECS[kind].we_may_choose:
        raise _missing("secret", f"A source of kind {kind} gives you its secret; send it.")
    _check_secrets(kind, [body.secret] if body.secret else [], pointer="/secret")
    ours = None if body.secret else _make_secret(kind)
    safe = request.app.state.safe
    until = row["now"] + timedelta(seconds=body.previous_valid_seconds)
    known = safe.open(source_id, row["credentials"])
    credentials = sources.rotated(known, body.secret or ours or "", until=until)
    sources.change(unit.connection, row, {}, credentials, safe)
    return _shown_once(request, _row(unit, source_id), ours)


@router.delete("/{source_id}", status_code=204, response_class=Response)
def remove(source_id: Id, unit: Work) -> Response:
    """Take a source out: its webhooks are refused from now on, and it is asked no more."""
    sources.remove(unit.connection, _row(unit, source_id, lock=True))
    return Response(status_code=204)


@router.get("/{source_id}/events", response_model=Page[WebhookEvent])
def events(source_id: Id, unit: Work, paging: Paging) -> dict[str, Any]:
    """List what a source told and what followed, the oldest first."""
    _row(unit, source_id)
    rows = sources.events_of(unit.connection, source_id, after=paging.after, limit=paging.peek)
    return paging.page(rows, dict)


def _check(kind: SourceKind, given: list[str], api_key: str | None, subdomain: str | None) -> None:
    if SPECS[kind].needs_key and not api_key:
        raise _missing("api_key", f"A source of kind {kind} is asked: give its API key.")
    if kind is SourceKind.WORKABLE and not subdomain:
        raise _missing("subdomain", "Give the subdomain of your Workable account.")
    _check_secrets(kind, given, pointer="/secrets/0")


def _check_secrets(kind: SourceKind, given: list[str], *, pointer: str) -> None:
    if kind is not SourceKind.CUSTOM:
        return
    for one in given:
        try:
            size = len(standard_key(one))
        except ValueError:
            size = 0
        if not 24 <= size <= 64:
            detail = "Give whsec_ and the base64 of 24 to 64 random bytes (Standard Webhooks)."
            fault = {"pointer": pointer, "code": "secret.invalid", "detail": detail}
            raise ApiError(422, "request.invalid", detail, errors=[fault])


def _lacks_secret(body: SourceIn) -> bool:
    if body.secrets or body.kind is SourceKind.WORKABLE:
        return False
    if not SPECS[body.kind].we_may_choose:
        raise _missing("secrets", f"A source of kind {body.kind} gives you its secret; send it.")
    return True


def _make_secret(kind: SourceKind) -> str:
    if kind is SourceKind.CUSTOM:
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def _missing(name: str, detail: str) -> ApiError:
    fault = {"pointer": f"/{name}", "code": "missing", "detail": detail}
    return ApiError(422, "request.invalid", detail, errors=[fault])


def _row(unit: Work, source_id: str, *, lock: bool = False) -> Any:
    row = sources.one(unit.connection, source_id, lock=lock)
    if row is None:
        raise not_found("source")
    return row


def _shown_once(request: Request, row: Any, ours: str | None) -> dict[str, Any]:
    """Show a secret of ours, and keep it out of what a repeat of the request is answered."""
    request.state.kept_as = _without_secret
    return {**_shown(request, row), "secret": ours}


def _without_secret(body: bytes) -> bytes:
    return json.dumps({**json.loads(body), "secret": None}).encode()


def _shown(request: Request, row: Any) -> dict[str, Any]:
    app = request.app.state
    credentials = app.safe.open(row["id"], row["credentials"])
    code = row["code"]
    return {
        **{name: row[name] for name in _SHOWN},
        "webhook_url": f"{app.webhooks_url}/{row['id']}",
        "polled": SPECS[SourceKind(row["kind"])].polled,
        "remedy": None if code is None else REMEDIES[SourceFault(code)],
        "secrets": len(credentials.valid(row["now"])),
        "has_api_key": bool(credentials.api_key),
    }
