"""Outlook through Microsoft Graph: draft, gate, send, read back, read what arrived.

A 202 for `/send` means queued: the message is still a draft until it moves to Sent Items, under the
same immutable id. So a draft that is there proves "not sent" only after a quiet time.
"""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx

from domain.errors import NotFound, OutcomeUnknown, Refused, Unavailable
from domain.fate import Fate, FateKind, StoredDraft, Submission
from domain.mail import Arrival, Arrivals, Letter, Receipt
from domain.ports.mail import Leave
from providers.doubt import Doubt
from providers.graph_answers import error_of, read_answer
from providers.graph_message import (
    ARRIVAL_FIELDS,
    KEY_PROPERTY,
    RECEIPT_FIELDS,
    arrival_of,
    key_of,
    message_of,
    receipt_of,
)
from providers.transport import OneShotTransport

QUIET = timedelta(seconds=120)
"""How long a draft must have been left alone before it proves that nothing was queued."""
_LOOK_AGAIN = timedelta(seconds=30)
_CLOCKS_DIFFER = timedelta(minutes=5)
_IMMUTABLE = 'IdType="ImmutableId"'
_MESSAGES = "/v1.0/me/messages"
_DELTA = "/v1.0/me/mailFolders/inbox/messages/delta"
_DRAFTS = "/v1.0/me/mailFolders/drafts/messages"


class GraphClient:
    """`domain.ports.mail.MailClient` for one mailbox. Thread-safe."""

    def __init__(
        self,
        root_url: str,
        transport: OneShotTransport,
        access_token: str,
        doubt: Doubt | None = None,
    ) -> None:
        self._root = root_url.rstrip("/")
        self._transport = transport
        self._token = access_token
        self._doubt = doubt or Doubt()
        self._is_draft: dict[str, bool] = {}  #: What was read for the sends that stand by.

    def create_draft(self, letter: Letter) -> str:
        """Store the message as a draft; its immutable id stays when it is sent."""
        body = message_of(letter)
        return str(self._json("POST", _MESSAGES, body=body)["id"])

    @contextmanager
    def standing_by(self, submission: Submission) -> Generator[None]:
        """Read whether it is still a draft."""
        draft_id = submission.draft_id
        try:
            self._is_draft[draft_id] = self._is_still_draft(draft_id)
            yield
        finally:
            self._is_draft.pop(draft_id, None)

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft once; raises NotFound when it is gone or no draft any more.

        That is read before, in the same try: Graph would send it again.
        """
        known = self._is_draft.pop(submission.draft_id, None)  # Good for one send.
        if known is None:
            known = self._is_still_draft(submission.draft_id)
        if not known:
            raise NotFound("It is not a draft any more.")
        leave()
        self._call("POST", f"{_one(submission.draft_id)}/send", sending=True)
        return submission.draft_id

    def fate(self, submission: Submission) -> Fate:
        """Read the message by its id, else by its key in all folders."""
        message = self._find(submission)
        if message is None:
            return _missing(submission.quiet_for)
        if not message.get("isDraft"):
            receipt = receipt_of(message)
            return Fate(kind=FateKind.SENT, evidence="The sent copy was found.", receipt=receipt)
        if submission.quiet_for >= QUIET:
            evidence = f"It is still a draft, {_seconds(QUIET)} after the last try to send it."
            return Fate(kind=FateKind.UNSENT, evidence=evidence)
        evidence = "It is still a draft, but may be queued."
        return _pending(evidence, submission.quiet_for)

    def delete_draft(self, draft_id: str) -> None:
        """Remove a draft that will not be sent; one that is gone or sent already is left."""
        try:
            if self._message(draft_id).get("isDraft"):
                self._call("DELETE", _one(draft_id))
        except NotFound:
            return

    def our_drafts(self) -> Sequence[StoredDraft]:
        """List the drafts that carry a delivery key."""
        has_key = f"ep/id eq '{KEY_PROPERTY}' and ep/value ne null"
        query = {
            "$filter": f"singleValueExtendedProperties/Any(ep: {has_key})",
            "$expand": f"singleValueExtendedProperties($filter=id eq '{KEY_PROPERTY}')",
            "$select": "id,isDraft",
            "$top": "100",
        }
        found = [(str(one["id"]), key_of(one)) for one in self._pages(_DRAFTS, query)]
        return [StoredDraft(draft_id=one, key=key) for one, key in found if key]

    def read_back(self, sent_id: str) -> Receipt:
        """Read the ids of an accepted message; that it may still be queued changes none of them."""
        return receipt_of(self._message(sent_id))

    def address(self) -> str:
        """Say whose mailbox it is."""
        me = self._json("GET", "/v1.0/me", {"$select": "mail,userPrincipalName"})
        return str(me.get("mail") or me.get("userPrincipalName") or "")

    def probe(self) -> None:
        """Read the drafts folder: that needs the grant, the mailbox and its licence."""
        self._json("GET", "/v1.0/me/mailFolders/drafts", {"$select": "id"})

    def cursor(self) -> str:
        """Give a delta token of this moment, by Graph's own clock."""
        return str(self._since(self._now()).cursor)

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the inbox since a cursor; a quiet inbox costs one request."""
        return self._delta({"$deltatoken": cursor})

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read again what came since a time: the inbox with a new cursor, then all folders."""
        found = self._since(since)
        listed = {one.provider_message_id: one for one in found.messages}
        with suppress(NotFound, Refused):  # A server without this list still has the inbox's.
            listed |= {one.provider_message_id: one for one in self.aside(since)}
        ordered = sorted(listed.values(), key=lambda one: one.received_at)
        yield Arrivals(cursor=found.cursor, messages=tuple(ordered))

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Read what came since a time in any folder: junk, and what rules moved.

        An immutable id stays when a message is moved, so what the inbox's delta gave is known.
        """
        query = {
            "$filter": f"receivedDateTime ge {_stamp(since)}",
            "$orderby": "receivedDateTime",
            "$select": ARRIVAL_FIELDS,
            "$top": "100",
        }
        return [arrival_of(one) for one in self._pages(_MESSAGES, query) if not one.get("isDraft")]

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read a message's MIME; of a large one the beginning: the rest is not fetched."""
        target = f"{_one(arrival.provider_message_id)}/$value"
        return self._call("GET", target, most=most).content[:most]

    def _now(self) -> datetime:
        answer = self._call("GET", "/v1.0/me/mailFolders/inbox?$select=id")
        try:
            return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
        except (KeyError, ValueError):
            return datetime.now(UTC) - _CLOCKS_DIFFER  # It tells no time: ours, and some more.

    def _since(self, moment: datetime) -> Arrivals:
        wanted = {"$select": ARRIVAL_FIELDS, "$filter": f"receivedDateTime ge {_stamp(moment)}"}
        return self._delta({**wanted, "changeType": "created"})

    def _delta(self, query: Mapping[str, str]) -> Arrivals:
        found: dict[str, Arrival] = {}
        while True:
            page = self._json("GET", _DELTA, query)
            for one in page.get("value", ()):
                if "@removed" not in one and not one.get("isDraft"):
                    found[str(one["id"])] = arrival_of(one)
            if "@odata.deltaLink" in page:
                token = _token(page["@odata.deltaLink"], "$deltatoken")
                return Arrivals(cursor=token, messages=tuple(found.values()))
            query = {"$skiptoken": _token(page["@odata.nextLink"], "$skiptoken")}

    def _is_still_draft(self, message_id: str) -> bool:
        try:
            return bool(self._message(message_id).get("isDraft"))
        except NotFound:
            return False

    def _find(self, submission: Submission) -> Mapping[str, Any] | None:
        try:
            return self._message(submission.draft_id)
        except NotFound:
            pass  # It was moved by hand, or is gone.
        is_ours = f"ep/id eq '{KEY_PROPERTY}' and ep/value eq '{submission.key}'"
        query = {
            "$filter": f"singleValueExtendedProperties/Any(ep: {is_ours})",
            "$select": RECEIPT_FIELDS,
        }
        found = list(self._pages(_MESSAGES, query))
        return min(found, key=lambda one: bool(one.get("isDraft")), default=None)

    def _message(self, message_id: str) -> Mapping[str, Any]:
        return self._json("GET", _one(message_id), {"$select": RECEIPT_FIELDS})

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        page = self._json("GET", path, query)
        yield from page.get("value", ())
        while link := page.get("@odata.nextLink"):
            parts = urlsplit(str(link))  # Never another host than ours.
            page = self._json("GET", f"{parts.path}?{parts.query}")
            yield from page.get("value", ())

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        body: object = None,
    ) -> Mapping[str, Any]:
        target = path if not query else f"{path}?{urlencode(query, quote_via=quote)}"
        answer = self._call(method, target, body=body)
        try:
            content = json.loads(answer.content)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Unavailable("Outlook's answer could not be read.")
        return content

    def _call(
        self,
        method: str,
        target: str,
        *,
        body: object = None,
        sending: bool = False,
        most: int | None = None,
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}", "prefer": _IMMUTABLE}
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            headers["content-type"] = "application/json"
        if method == "POST":
            headers["content-length"] = str(len(content))
        try:
            answer = self._transport.send(
                method, self._root + target, content=content or None, headers=headers, most=most
            )
        except OutcomeUnknown as error:
            raise error if sending else Unavailable(str(error)) from None
        if answer.is_success:
            self._doubt.has_worked = True
            return answer
        refusal = read_answer(answer.status_code, answer.headers, answer.content)
        raise self._doubt.judge(error_of(refusal, sending=sending), sending=sending)


def _one(message_id: str) -> str:
    return f"{_MESSAGES}/{quote(message_id, safe='')}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _token(link: str, name: str) -> str:
    query = parse_qs(urlsplit(str(link)).query)
    values = query.get(name) or query.get(name.lower()) or query.get(name.removeprefix("$"))
    if not values:
        raise Unavailable("Outlook's answer has no token to go on from.")
    return values[0]


def _missing(quiet_for: timedelta) -> Fate:
    if quiet_for < QUIET:
        return _pending("Neither the draft nor a sent copy is there yet.", quiet_for)
    evidence = "The draft is gone, and no message of any folder carries this delivery's key."
    return Fate(kind=FateKind.LOST, evidence=evidence)


def _pending(evidence: str, quiet_for: timedelta) -> Fate:
    wait = min(_LOOK_AGAIN, QUIET - quiet_for)
    return Fate(kind=FateKind.PENDING, evidence=evidence, ask_again_after=wait)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"
