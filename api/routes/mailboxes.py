"""Mailboxes: added, changed, paused, taken out."""

import asyncio
import secrets
from typing import Any

from fastapi import APIRouter, Request, Response

from api.connecting import access_of, check_servers
from api.crossing import quiet_mailbox
from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.mailboxes import (
    BookedMailbox,
    ConnectingMailbox,
    Mailbox,
    MailboxChange,
    MailboxIn,
    MailboxPause,
    MailServersIn,
)
from api.unit import UnitRoute, Work
from api.views.reasons import reason_of
from api.zones import check_zone
from domain.access import PROVIDERS, MailboxKind, SmtpAccess
from domain.codes import ReasonCode
from records import mailboxes

router = APIRouter(prefix="/mailboxes", route_class=UnitRoute, tags=["mailboxes"])


@router.post("", status_code=201, response_model=ConnectingMailbox)
def make(body: MailboxIn, unit: Work, request: Request) -> dict[str, Any]:
    """Add a mailbox; its owner then opens `authorize_url`. One of kind smtp is tried at once."""
    check_zone(body.zone)
    access = access_of(body.kind, body.smtp, body.imap, request.app.state.line)
    values = {"kind": body.kind, "address": body.address.strip().lower(), **_values(body)}
    try:
        mailbox_id = mailboxes.make(
            unit.connection, unit.workspace_id, values, daily_limit=body.daily_limit
        )
    except mailboxes.AddressTaken:
        detail = "The workspace has a mailbox with this address; reconnect that one."
        raise ApiError(409, "mailbox.exists", detail) from None
    if access is not None:
        return connect_servers(request, unit, mailbox_id, access)
    return _connecting(request, unit, mailbox_id)


@router.get("", response_model=Page[Mailbox])
def list_them(unit: Work, paging: Paging) -> dict[str, Any]:
    """List the mailboxes."""
    rows = mailboxes.listed(unit.connection, after=paging.after, limit=paging.peek)
    return paging.page(rows, _shown)


@router.get("/{mailbox_id}", response_model=BookedMailbox)
def read(mailbox_id: Id, unit: Work, response: Response) -> dict[str, Any]:
    """Read one mailbox, and what is booked on it."""
    shown = _tagged(unit, mailbox_id, response)
    return {**shown, "days": mailboxes.days_booked(unit.connection, mailbox_id)}


@router.patch("/{mailbox_id}", response_model=Mailbox)
def change(
    mailbox_id: Id, body: MailboxChange, unit: Work, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Change the fields that are given; what waited for a full day books anew."""
    check_zone(body.zone)
    check_match(if_match, _row(unit, mailbox_id)["revision"])
    mailboxes.change(unit.connection, mailbox_id, _values(body))
    if "daily_limit" in body.model_fields_set:
        mailboxes.change_daily_limit(
            unit.connection, unit.workspace_id, mailbox_id, body.daily_limit
        )
    return _tagged(unit, mailbox_id, response)


@router.post("/{mailbox_id}/reconnect", response_model=ConnectingMailbox)
def reconnect(
    mailbox_id: Id, unit: Work, request: Request, body: MailServersIn | None = None
) -> dict[str, Any]:
    """Begin a new consent; one of kind smtp is tried with the servers that are given."""
    row = _row(unit, mailbox_id)
    if row["kind"] == MailboxKind.SMTP:
        return _reconnect_servers(request, unit, mailbox_id, body)
    return _connecting(request, unit, mailbox_id)


@router.post("/{mailbox_id}/pause", response_model=Mailbox)
async def pause(mailbox_id: Id, body: MailboxPause, unit: Work) -> dict[str, Any]:
    """Let nothing leave from it; what comes due waits until it is resumed. Again is fine.

    From the answer on nothing leaves but what `in_flight` counts: it waits for that, up to 10 s.
    """
    await asyncio.to_thread(_pause, unit, mailbox_id, body.reason)
    await quiet_mailbox(unit, mailbox_id)
    return _shown(await asyncio.to_thread(_row, unit, mailbox_id))


@router.post("/{mailbox_id}/resume", response_model=Mailbox)
def resume(mailbox_id: Id, unit: Work) -> dict[str, Any]:
    """Let it send again, paused or blocked; what waited for it books new slots. Again is fine."""
    _row(unit, mailbox_id)
    mailboxes.resume(unit.connection, unit.workspace_id, mailbox_id)
    return _shown(_row(unit, mailbox_id))


@router.delete("/{mailbox_id}", status_code=204, response_class=Response)
async def remove(mailbox_id: Id, unit: Work) -> Response:
    """Take a mailbox out of the workspace; it waits up to 10 s for what is just being sent."""
    await asyncio.to_thread(_remove, unit, mailbox_id)
    await quiet_mailbox(unit, mailbox_id)
    return Response(status_code=204)


def _pause(unit: Work, mailbox_id: str, reason: str) -> None:
    _row(unit, mailbox_id)
    mailboxes.pause(unit.connection, unit.workspace_id, mailbox_id, reason=reason)


def _remove(unit: Work, mailbox_id: str) -> None:
    _row(unit, mailbox_id)
    mailboxes.remove(unit.connection, unit.workspace_id, mailbox_id)


def _values(body: MailboxIn | MailboxChange) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=isinstance(body, MailboxChange))
    spacing = given.pop("spacing_seconds", None)
    values = {k: v for k, v in given.items() if k in ("display_name", "zone")}
    return values if spacing is None else {**values, "spacing_ms": round(spacing * 1000)}


def _connecting(request: Request, unit: Work, mailbox_id: str) -> dict[str, Any]:
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    row = _row(unit, mailbox_id)
    kind = MailboxKind(row["kind"])
    provider = PROVIDERS[kind]
    mailboxes.await_consent(
        unit.connection,
        unit.workspace_id,
        mailbox_id,
        provider=provider,
        state=state,
        verifier=verifier,
    )
    app = request.app.state
    url = app.oauths[kind].authorize_url(
        redirect_uri=app.redirect_uris[provider],
        state=state,
        verifier=verifier,
        address=row["address"],
    )
    return {**_shown(row), "authorize_url": url}


def _reconnect_servers(
    request: Request, unit: Work, mailbox_id: str, body: MailServersIn | None
) -> dict[str, Any]:
    app = request.app.state
    if body is not None and (body.smtp is not None or body.imap is not None):
        access = access_of("smtp", body.smtp, body.imap, app.line)
    else:
        known = app.grants.load(mailbox_id, unit.workspace_id).access
        access = known if isinstance(known, SmtpAccess) else None
        check_servers(access, app.line)
    assert access is not None
    return connect_servers(request, unit, mailbox_id, access)


def connect_servers(
    request: Request, unit: Work, mailbox_id: str, access: SmtpAccess
) -> dict[str, Any]:
    """Keep servers that were tried, and let everything go on that the mailbox held."""
    grants = request.app.state.grants
    mailboxes.connected(unit.connection, unit.workspace_id, mailbox_id, grants, access)
    return {**_shown(_row(unit, mailbox_id)), "authorize_url": None}


def _row(unit: Work, mailbox_id: str) -> Any:
    row = mailboxes.one(unit.connection, mailbox_id)
    if row is None:
        raise not_found("mailbox")
    return row


def _tagged(unit: Work, mailbox_id: str, response: Response) -> dict[str, Any]:
    row = _row(unit, mailbox_id)
    put_tag(response, row["revision"])
    return _shown(row)


def _shown(row: Any) -> dict[str, Any]:
    age = row["cursor_age_seconds"]
    names = ("id", "kind", "address", "display_name", "zone", "state", "paused")
    deaf = ReasonCode.DETECTION_FAILED if row["deaf_since"] else None
    code = row["code"] or deaf or row["blocked_code"]
    return {
        **{name: row[name] for name in names},
        "code": code,
        "reason": reason_of(code),
        "resume_at": row["blocked_until"] if code == row["blocked_code"] else None,
        "cursor_age_seconds": None if age is None else round(float(age), 1),
        **{name: row[name] for name in _COUNTED},
        "spacing_seconds": row["spacing_ms"] / 1000,
    }


_COUNTED = ("sent_today", "booked", "next_slot_at", "in_flight", "daily_limit")
