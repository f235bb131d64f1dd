"""The opt-out page: one click of a mail program (RFC 8058), or a person's press of a button."""

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.problems import ApiError
from api.suppressing import Crossed, settle_entries
from api.unit import DEADLOCKS, Deadlock, Unit
from api.views.unsubscribe import ask_page, done_page, unknown_page
from domain.optouts import Claimed, claimed_by
from domain.suppressions import Origin
from records import optouts
from records.database import is_deadlock
from records.keys import Principal

router = APIRouter(prefix="/unsubscribe", tags=["opt-out"])

MOST_READ = 16_384  #: Bytes of the form that are looked at; a mail program sends some thirty.
_HTML: dict[str, Any] = {"content": {"text/html": {"schema": {"type": "string"}}}}
_PAGES: dict[int | str, dict[str, Any]] = {
    200: {**_HTML, "description": "A page for people."},
    404: {**_HTML, "description": "Not a token of ours."},
}


@router.get("/{token}", response_class=HTMLResponse, responses=_PAGES)
async def ask(token: str, request: Request) -> HTMLResponse:
    """Show a button; opening the link changes nothing, since scanners open links too."""
    claimed = claimed_by(token)
    if claimed is None or not await asyncio.to_thread(_is_genuine, request, claimed, token):
        return _unknown(request)
    return ask_page()


@router.head("/{token}", include_in_schema=False)
async def peek(token: str, request: Request) -> HTMLResponse:
    """Answer as GET does, without its body."""
    return await ask(token, request)


@router.post("/{token}", response_class=HTMLResponse, responses=_PAGES)
async def opt_out(token: str, request: Request) -> HTMLResponse:
    """Unsubscribe at once, without a key, a cookie or a second step; again is fine.

    A mail program posts `List-Unsubscribe=One-Click`. Answered when it is stored and nothing is on
    its way any more, or after ten seconds with a word about what may still arrive.
    """
    claimed = claimed_by(token)
    if claimed is None:
        return _unknown(request)
    origin = Origin.ONE_CLICK if await _is_one_click(request) else Origin.LINK
    for _ in range(DEADLOCKS):
        with suppress(Deadlock):
            crossed = await _accept(request, claimed, token, origin)
            return _unknown(request) if crossed is None else _done(crossed)
    raise ApiError(503, "database.busy", "Try again.", headers={"Retry-After": "1"})


async def _accept(request: Request, claimed: Claimed, token: str, origin: Origin) -> Crossed | None:
    unit = await asyncio.to_thread(_open, request, claimed)
    try:
        done = await asyncio.to_thread(
            optouts.accept, unit.connection, unit.workspace_id, token, origin
        )
        if done is None:
            return None
        crossed = await settle_entries(request, unit, done.suppressions, done.ended)
        await asyncio.to_thread(unit.commit)
        return crossed
    except Exception as error:
        if is_deadlock(error):
            raise Deadlock from error
        raise
    finally:
        await asyncio.to_thread(unit.close)


def _is_genuine(request: Request, claimed: Claimed, token: str) -> bool:
    unit = _open(request, claimed)
    try:
        return optouts.is_genuine(unit.connection, unit.workspace_id, token)
    finally:
        unit.close()


def _open(request: Request, claimed: Claimed) -> Unit:
    """Open a transaction of the workspace that the token names; it proves itself in there."""
    nobody = Principal(
        workspace_id=claimed.workspace_id, user_id="", role="", key_id="", scopes=frozenset()
    )
    return Unit(request.app.state.database, nobody)


async def _is_one_click(request: Request) -> bool:
    seen = b""
    async for chunk in request.stream():
        seen += chunk
        if len(seen) > MOST_READ:
            break
    return b"List-Unsubscribe" in seen and b"One-Click" in seen


def _done(crossed: Crossed) -> HTMLResponse:
    return done_page(crossed=bool(crossed.in_flight))


def _unknown(request: Request) -> HTMLResponse:
    """Answer a wrong token; who tries many of them waits. A right one never does."""
    client = "unknown" if request.client is None else request.client.host
    request.app.state.guesses.knock(client)
    return unknown_page()
