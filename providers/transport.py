"""HTTP that never sends a request twice: not after a dropped connection, not after a 401.

google-api-python-client's own transport (httplib2) repeats a POST when the connection closes
without an answer, and google-auth's repeats it after a 401. Either would send a mail twice.
"""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httplib2
import httpx

from domain.errors import OutcomeUnknown, Unavailable

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_ENCODING = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_ALWAYS = {"accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": "Reprise"}


class OneShotTransport:
    """A pooled HTTP client for all threads of a process. One call is one request."""

    def __init__(self, *, timeout_seconds: float = 20.0) -> None:
        limits = httpx.Limits(
            max_connections=100, max_keepalive_connections=100, keepalive_expiry=4.0
        )
        # The transport alone: a client would look for cookies, redirects and proxies each time.
        self._transport = httpx.HTTPTransport(limits=limits, trust_env=False)
        self._timeout = httpx.Timeout(timeout_seconds, connect=5.0).as_dict()

    def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        most: int | None = None,
    ) -> httpx.Response:
        """Send once. Raises Unavailable when nothing left, OutcomeUnknown when no answer came.

        `most` is how many bytes of the answer are read, a chunk more or less; the rest is left.
        """
        try:
            with closing(self._ask(method, url, content, headers)) as answer:
                if most is not None:
                    return _beginning(answer, most)
                answer.read()
                return answer
        except _NOTHING_SENT as error:
            raise Unavailable(f"No connection: {type(error).__name__}") from None
        except httpx.TransportError as error:
            lost = OutcomeUnknown(f"No answer: {type(error).__name__}")
            lost.may_run = isinstance(error, httpx.TimeoutException)
            raise lost from None

    def _ask(
        self,
        method: str,
        url: str,
        content: bytes | str | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Response:
        told = {**_ALWAYS, **{name.lower(): value for name, value in (headers or {}).items()}}
        request = httpx.Request(
            method, url, content=content, headers=told, extensions={"timeout": self._timeout}
        )
        answer = self._transport.handle_request(request)
        answer.request = request
        return answer

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()


def _beginning(answer: httpx.Response, most: int) -> httpx.Response:
    found = bytearray()
    for chunk in answer.iter_bytes():
        found += chunk
        if len(found) >= most:
            break
    plain = {k: v for k, v in answer.headers.items() if k not in _ENCODING}
    return httpx.Response(answer.status_code, headers=plain, content=bytes(found))


class BearerHttp:
    """What google-api-python-client takes for an `httplib2.Http`, over a `OneShotTransport`.

    It hands every answer up, a 401 too: tokens are refreshed before a call, never after it.
    """

    redirect_codes: frozenset[int] = frozenset()

    def __init__(self, transport: OneShotTransport, access_token: str) -> None:
        self._transport = transport
        self._authorization = f"Bearer {access_token}"

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **ignored: Any,
    ) -> tuple[httplib2.Response, bytes]:
        """Send one request with the bearer token."""
        del ignored  # redirections and connection_type mean nothing here
        sent = {**(headers or {}), "authorization": self._authorization}
        answer = self._transport.send(method, uri, content=body, headers=sent)
        info = httplib2.Response({k.lower(): v for k, v in answer.headers.items()})
        info.status = answer.status_code
        info.reason = answer.reason_phrase
        return info, answer.content

    def close(self) -> None:
        """Leave the shared connections open."""
