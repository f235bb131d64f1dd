"""One request, one transaction: committed before the answer leaves, with its idempotency row."""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute

from api.problems import ApiError
from records import idempotency
from records.database import Connection, Database, enter, is_deadlock
from records.keys import Principal, principal_of

_KEPT_HEADERS = ("content-type", "location", "etag")
_READING = frozenset({"GET", "HEAD"})
DEADLOCKS = 5  #: Tries of a request whose transaction Postgres chose as a deadlock's victim.

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Deadlock(Exception):
    """The transaction was undone by a deadlock: nothing happened, try it again."""


class Unit:
    """The work of one request."""

    def __init__(self, database: Database, principal: Principal) -> None:
        self.connection: Connection = database.connect()
        self.principal = principal
        self.workspace_id = principal.workspace_id
        self.connection.begin()
        enter(self.connection, principal.workspace_id)

    def commit(self) -> None:
        """Make it true."""
        self.connection.commit()

    def renew(self) -> None:
        """Make it true, and go on in a transaction of its own."""
        self.connection.commit()
        self.connection.begin()
        enter(self.connection, self.workspace_id)

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        self.connection.close()


class UnitRoute(APIRoute):
    """Opens the unit of a request, and ends it."""

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's own handler."""
        handle = super().get_route_handler()

        async def run(request: Request) -> Response:
            principal = await asyncio.to_thread(_principal, request)
            for _ in range(DEADLOCKS):
                with suppress(Deadlock):
                    return await _once(request, principal, handle)
            raise ApiError(503, "database.busy", "Try again.", headers={"Retry-After": "1"})

        return run


async def _once(request: Request, principal: Principal, handle: Handler) -> Response:
    unit = await asyncio.to_thread(Unit, request.app.state.database, principal)
    request.state.unit = unit
    try:
        kept, digest = await _begin(request, unit)
        if kept is not None:
            return kept
        answer = await handle(request)
        if answer.status_code < 400:
            await asyncio.to_thread(_finish, request, unit, answer, digest)
            if request.method not in _READING:  # A read puts nothing into the outbox.
                request.app.state.nudge()
        return answer
    except Exception as error:
        if is_deadlock(error):
            raise Deadlock from error
        raise
    finally:
        await asyncio.to_thread(unit.close)


def _principal(request: Request) -> Principal:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    found = principal_of(request.app.state.database, key) if scheme.lower() == "bearer" else None
    if found is None:
        raise ApiError(
            401,
            "auth.missing",
            "Send a valid API key: Authorization: Bearer <key>.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    request.app.state.limit.knock(found.key_id)
    scope = "read" if request.method in _READING else "write"
    if not found.may(scope):
        raise ApiError(403, "auth.scope", f"This key lacks the scope {scope}; use another key.")
    return found


async def _begin(request: Request, unit: Unit) -> tuple[Response | None, bytes | None]:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None, None
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise ApiError(422, "idempotency.key_invalid", "Give a key of 1 to 255 characters.")
    target = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    digest = hashlib.sha256(target + await request.body()).digest()
    try:
        kept = await asyncio.to_thread(
            idempotency.begin,
            unit.connection,
            user_id=unit.principal.user_id,
            key=key,
            digest=digest,
        )
    except idempotency.InProgress:
        detail = "The first request with this key is still running; try again soon."
        raise ApiError(409, "idempotency.in_progress", detail) from None
    except idempotency.KeyReused:
        detail = "This key came with another request before; use a fresh one."
        raise ApiError(422, "idempotency.key_reused", detail) from None
    if kept is None:
        return None, digest
    headers = {**kept.headers, "Idempotent-Replayed": "true"}
    return Response(kept.body, kept.status, headers), digest


def _finish(request: Request, unit: Unit, answer: Response, digest: bytes | None) -> None:
    if digest is not None:
        headers = {k: v for k, v in answer.headers.items() if k.lower() in _KEPT_HEADERS}
        kept_as = getattr(request.state, "kept_as", bytes)  # A route may hold a secret back.
        body = kept_as(bytes(answer.body))
        kept = idempotency.Kept(status=answer.status_code, headers=headers, body=body)
        idempotency.keep(
            unit.connection,
            workspace_id=unit.workspace_id,
            user_id=unit.principal.user_id,
            key=request.headers["idempotency-key"],
            digest=digest,
            answer=kept,
        )
    unit.commit()


def _unit(request: Request) -> Unit:
    return request.state.unit


Work = Annotated[Unit, Depends(_unit)]
