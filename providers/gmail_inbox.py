"""What is read of a Gmail mailbox: its history, its messages' heads, one message whole."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.errors import NotFound
from domain.mail import Arrival, Arrivals
from domain.reading import head_of
from providers.gmail_message import NOT_ARRIVED, added_in, arrival_of, arrived_in

ME = "me"
_READ = (
    "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Date",
    "Return-Path", "Content-Type", "Auto-Submitted", "Precedence", "X-Autoreply", "X-Autorespond",
    "X-Auto-Response-Suppress", "X-Failed-Recipients", "X-Loop", "X-Vacation", "List-Id",
    "List-Unsubscribe", "Feedback-ID", "X-HmXmrOriginalRecipient",
    "X-MS-Exchange-Inbox-Rules-Loop", "X-MS-Exchange-Generated-Message-Source",
)  # fmt: skip
_AT_ONCE = 100  #: Messages whose heads are read between two cursors.
_WHOLE = 10_000_000  #: Bytes of a message that is read whole; Gmail gives no part of one.


class Do(Protocol):
    """Runs a request whose answer is an object."""

    def __call__(self, request: Any) -> Mapping[str, Any]:
        """Give the answer, or raise a ProviderError."""
        ...


class GmailInbox:
    """Reads; `do` runs each request with the mailbox's token."""

    def __init__(self, messages: Any, history: Any, do: Do) -> None:
        self._messages = messages
        self._changes = history
        self._do = do

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor; a quiet mailbox costs one request.

        Gmail's history of the whole mailbox, not of one label: filters may archive an answer, and
        Gmail may call it spam.
        """
        page = self._history(cursor, None, None)
        ids, after = list(arrived_in(page)), str(page["historyId"])
        while (token := page.get("nextPageToken")) and len(ids) < _AT_ONCE:
            page = self._history(cursor, None, token)
            ids.extend(arrived_in(page))
        listed = page.get("history", ())
        is_last = token is None or not listed
        if not is_last:
            after = str(listed[-1]["id"])  # Go on behind what was listed.
        return Arrivals(cursor=after, messages=tuple(self._read_all(ids)), is_last=is_last)

    def recent(self, since: datetime, after: str) -> Iterator[Arrivals]:
        """Read again what arrived since a time, the oldest first; `after` is the cursor of now."""
        query = f"after:{since.timestamp():.0f} -in:sent -in:drafts"
        ids = self.listed(query, everywhere=True)[::-1]
        for start in range(0, len(ids), _AT_ONCE):
            read = tuple(self._read_all(ids[start : start + _AT_ONCE]))
            if start + _AT_ONCE < len(ids):
                yield Arrivals(
                    cursor=None,
                    messages=read,
                    is_last=False,
                    read_up_to=max((one.received_at for one in read), default=None),
                )
            else:
                yield Arrivals(cursor=after, messages=read)
        if not ids:
            yield Arrivals(cursor=after)

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read a message as it came; of one beyond 10 MB its head and its first words."""
        if (arrival.size or 0) > _WHOLE:
            return head_of(arrival)
        message_id = arrival.provider_message_id
        found = self._do(self._messages.get(userId=ME, id=message_id, format="raw"))
        try:
            return base64.urlsafe_b64decode(str(found["raw"]) + "==")[:most]
        except (KeyError, ValueError):
            return head_of(arrival)

    def _read_all(self, ids: Any) -> Iterator[Arrival]:
        for message_id in dict.fromkeys(ids):
            try:
                found = self.head(message_id, _READ)
            except NotFound:
                continue
            if not NOT_ARRIVED & set(found.get("labelIds", ())):
                yield arrival_of(found)

    def added(self, since: str, *, label: str) -> Iterator[str]:
        """Name the messages that got a label since a cursor."""
        token: str | None = None
        while True:
            page = self._history(since, label, token)
            yield from added_in(page)
            token = page.get("nextPageToken")
            if token is None:
                return

    def _history(self, cursor: str, label: str | None, token: str | None) -> Mapping[str, Any]:
        more = {} if token is None else {"pageToken": token}
        if label is not None:
            more["labelId"] = label
        return self._do(
            self._changes.list(
                userId=ME,
                startHistoryId=cursor,
                historyTypes=["messageAdded"],
                maxResults=500,
                **more,
            )
        )

    def listed(self, query: str, *, everywhere: bool = False) -> list[str]:
        """Name the messages that a search finds, the newest first."""
        ids: list[str] = []
        token: str | None = None
        while True:
            more: dict[str, Any] = {} if token is None else {"pageToken": token}
            if everywhere:
                more["includeSpamTrash"] = True
            page = self._do(self._messages.list(userId=ME, q=query, maxResults=500, **more))
            ids.extend(one["id"] for one in page.get("messages", ()))
            token = page.get("nextPageToken")
            if token is None:
                return ids

    def head(self, message_id: str, headers: tuple[str, ...]) -> Mapping[str, Any]:
        """Read some headers of a message."""
        return self._do(
            self._messages.get(
                userId=ME, id=message_id, format="metadata", metadataHeaders=list(headers)
            )
        )
