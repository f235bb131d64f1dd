"""Reads JSON from a source over HTTP, and names what goes wrong in the house's words."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from domain.errors import NotFound, OutcomeUnknown, Throttled, Unavailable
from domain.sources.asking import SourceRefused
from domain.sources.kinds import SourceFault
from providers.transport import OneShotTransport

LONGEST_WAIT = timedelta(hours=1)  #: However long a source asks us to stay away.


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer."""

    content: Any
    at: datetime | None  #: The source's own clock, as its Date header says.
    next_query: Mapping[str, str] | None = None  #: What asks for the page behind it.


class SourceLine:
    """One account's line: root, authorization, and the source's name for what people read."""

    def __init__(
        self, transport: OneShotTransport, *, name: str, root: str, authorization: str
    ) -> None:
        self._transport = transport
        self._name = name
        self._root = root.rstrip("/")
        self._headers = {"authorization": authorization, "accept": "application/json"}

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Page:
        """Read a page. Raises Unavailable, Throttled, NotFound or SourceRefused."""
        target = f"{self._root}{path}"
        if query:
            target = f"{target}?{urlencode(query)}"
        return self._read(self._send("GET", target, None))

    def ask(self, path: str, question: Mapping[str, Any]) -> Page:
        """Read by POST, as RPC-style APIs want it; nothing is changed by it."""
        return self._read(self._send("POST", f"{self._root}{path}", json.dumps(question)))

    def refused(self, fault: SourceFault, why: str) -> SourceRefused:
        """Build the error of an answer that a person must act on."""
        return SourceRefused(f"{self._name} {why}", fault=fault)

    def unreadable(self) -> Unavailable:
        """Build the error of an answer that is not of the documented form."""
        return Unavailable(f"{self._name} gave an answer that cannot be read.")

    def _send(self, method: str, target: str, content: str | None) -> httpx.Response:
        headers = dict(self._headers)
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            answer = self._transport.send(method, target, content=content, headers=headers)
        except OutcomeUnknown as error:  # It only reads: asking again does no harm.
            raise Unavailable(f"{self._name}: {error}") from None
        except Unavailable as error:
            raise Unavailable(f"{self._name}: {error}") from None
        self._check(answer)
        return answer

    def _check(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status == 200:
            return
        if status == 429:
            wait = _retry_after(answer.headers)
            raise Throttled(f"{self._name} asks to slow down.", retry_after=wait)
        if status == 404:
            raise NotFound(f"{self._name} does not have it.")
        if status == 401:
            raise self.refused(SourceFault.KEY_REFUSED, "does not accept the API key.")
        if status == 403:
            raise self.refused(SourceFault.ACCESS_DENIED, "does not allow this to the API key.")
        raise Unavailable(f"{self._name} answered {status}.")

    def _read(self, answer: httpx.Response) -> Page:
        try:
            content = json.loads(answer.content)
        except (ValueError, RecursionError):
            raise self.unreadable() from None
        link = answer.links.get("next", {}).get("url")
        return Page(
            content=content,
            at=_moment(answer.headers.get("date")),
            next_query=query_of(link) if link else None,
        )


def basic(user: str) -> str:
    """Write the authorization of an API key that is a user name without a password."""
    return "Basic " + base64.b64encode(f"{user}:".encode()).decode()


def query_of(url: str) -> dict[str, str]:
    """Keep only the query of a link: where we ask is ours to say, and so is who gets the key."""
    return dict(parse_qsl(urlsplit(url).query))


def _moment(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, TypeError):
        return None


def _retry_after(headers: httpx.Headers) -> timedelta | None:
    """Read seconds (also fractions), or an HTTP date against the answer's own Date."""
    named = headers.get("retry-after", "")
    until, since = _moment(named), _moment(headers.get("date"))
    if until is not None and since is not None:
        return min(max(until - since, timedelta()), LONGEST_WAIT)
    try:
        seconds = float(named)
    except ValueError:
        return None
    return timedelta(seconds=seconds) if 0 <= seconds <= LONGEST_WAIT.total_seconds() else None
