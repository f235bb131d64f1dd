"""What every request passes: an id, a bound on its body, a line in the log."""

import logging
import re
import time

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import ApiError, response, unexpected
from domain.ids import Prefix
from records.ids import fresh

log = logging.getLogger("reprise.api")

MAX_BODY = 32 * 1024 * 1024  #: Bytes; 10,000 items with data of their own fit.
_GIVEN_ID = re.compile(rb"[!-~]{1,128}")


_TOO_LARGE = response(
    ApiError(
        413,
        "body.too_large",
        f"Send at most {MAX_BODY} bytes; split the request.",
        headers={"Connection": "close"},
    )
)


class TooLarge(Exception):
    """The body grew past its bound."""


class Doorway:
    """Plain ASGI: it sees every byte and costs no task."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        passage = _Passage(_request_id(scope), receive, send)
        begun = time.monotonic()
        try:
            if passage.announced(scope) > MAX_BODY:
                raise TooLarge
            await self._app(scope, passage.receive, passage.send)
        except TooLarge:
            await passage.refuse(_TOO_LARGE, scope)
        except Exception as error:
            await passage.refuse(unexpected(scope["method"], scope["path"], error), scope)
        finally:
            self._note(scope, passage, time.monotonic() - begun)

    def _note(self, scope: Scope, passage: "_Passage", seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        method, status = scope["method"], passage.status
        self._metrics.observe_request(method=method, route=route, status=status, seconds=seconds)
        log.info(
            "%s %s %d %.0f ms %s", method, scope["path"], status, seconds * 1000, passage.request_id
        )


class _Passage:
    """One request on its way in and out."""

    def __init__(self, request_id: str, receive: Receive, send: Send) -> None:
        self.request_id = request_id
        self.status = 0
        self._receive = receive
        self._send = send
        self._bytes = 0

    @staticmethod
    def announced(scope: Scope) -> int:
        """Read how long the body says it is."""
        length = dict(scope["headers"]).get(b"content-length", b"0")
        return int(length) if length.isdigit() else 0

    async def receive(self) -> Message:
        """Count what comes in."""
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        if self._bytes > MAX_BODY:
            raise TooLarge
        return message

    async def send(self, message: Message) -> None:
        """Put the id on the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", []), (b"x-request-id", self.request_id.encode())]
            message = {**message, "headers": headers}
        await self._send(message)

    async def refuse(self, refusal: Response, scope: Scope) -> None:
        """Answer with a refusal, unless an answer has begun."""
        if not self.status:
            await refusal(scope, self.receive, self.send)


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode("ascii") if _GIVEN_ID.fullmatch(given) else fresh(Prefix.REQUEST)
