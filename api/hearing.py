"""Takes in a webhook: bounded, verified, stored with what follows, then answered."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi import Request

from api.problems import ApiError, not_found
from domain.sources.happening import Happening
from domain.sources.kinds import SourceKind
from domain.sources.reading import MOST_BYTES, understand
from domain.sources.signatures import Refusal, Refused
from records import sources, webhooks_in
from records.credentials import CredentialSafe
from records.database import Database, is_deadlock
from records.webhooks_in import Heard

log = logging.getLogger("reprise.webhooks")

TRIES = 5  #: Of a transaction that Postgres chose as a deadlock's victim.


@dataclass(frozen=True, slots=True)
class Answer:
    """How a refusal is answered; never 410, at which Calendly drops its subscription."""

    status: int
    detail: str


ANSWERS: Mapping[Refusal, Answer] = MappingProxyType(
    {
        Refusal.UNSIGNED: Answer(401, "It is not signed as this kind of source signs."),
        Refusal.FORGED: Answer(401, "No secret of the source made this signature: check them."),
        Refusal.LATE: Answer(401, "It was signed too long ago, or a clock is wrong: send it anew."),
        Refusal.MALFORMED: Answer(400, "Its body is no JSON object."),
        Refusal.TOO_LARGE: Answer(413, f"Send at most {MOST_BYTES} bytes."),
    }
)


async def take_in(request: Request, source_id: str) -> tuple[Any, Heard]:
    """Believe, store and act on a webhook, or refuse it; raises ApiError.

    Of somebody unknown nothing but the size is looked at. Once this returns everything is
    committed.
    """
    app = request.app.state
    source = await asyncio.to_thread(sources.find, app.database, source_id)
    if source is None:
        raise not_found("source")
    try:
        body = await read_bounded(request)
        happening = _understood(app.safe, source, request.headers, body)
    except Refused as refused:
        await _refuse(request, source, refused.why)
        raise refusal(refused.why) from None
    heard = await asyncio.to_thread(store, app.database, source, happening, body)
    app.metrics.observe_webhook(kind=source["kind"], result=heard.state)
    return source, heard


async def read_bounded(request: Request) -> bytes:
    """Read a body up to its bound; raises Refused past it, before it is all here."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    parts, size = list[bytes](), 0
    async for part in request.stream():
        size += len(part)
        if size > MOST_BYTES:
            raise Refused(Refusal.TOO_LARGE)
        parts.append(part)
    return b"".join(parts)


def store(database: Database, source: Any, happening: Happening, body: bytes) -> Heard:
    """Commit an event and what follows; a deadlock's victim is tried again."""
    for _ in range(TRIES):
        try:
            with database.workspace(source["workspace_id"]) as connection:
                return webhooks_in.hear(connection, source, happening, body)
        except Exception as error:
            if not is_deadlock(error):
                raise
    raise ApiError(503, "database.busy", "Try again.", headers={"Retry-After": "1"})


def refusal(why: Refusal) -> ApiError:
    """Build the answer to a webhook that is not believed."""
    answer = ANSWERS[why]
    headers = {"Connection": "close"} if why is Refusal.TOO_LARGE else None
    return ApiError(answer.status, f"webhook.{why}", answer.detail, headers=headers)


def _understood(
    safe: CredentialSafe, source: Any, headers: Mapping[str, str], body: bytes
) -> Happening:
    credentials = safe.open(source["id"], source["credentials"])
    secrets = credentials.valid(source["now"])
    kind = SourceKind(source["kind"])
    if kind is SourceKind.WORKABLE and credentials.api_key:
        secrets = [*secrets, credentials.api_key]  # It signs with the account's own token.
    known = {name.lower(): value for name, value in headers.items()}
    return understand(kind, secrets, headers=known, body=body, at=source["now"])


async def _refuse(request: Request, source: Any, why: Refusal) -> None:
    """Count a refusal, log it without a word of its content, and show it on the source."""
    app = request.app.state
    log.warning("A webhook to %s (%s) was refused: %s.", source["id"], source["kind"], why)
    app.metrics.observe_webhook(kind=source["kind"], result=why.value)
    await asyncio.to_thread(sources.note_refusal, app.database, source, why)
