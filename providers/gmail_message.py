"""Gmail's JSON of messages and of its history, read."""

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.mail import Arrival
from providers.addresses import address_in

NOT_ARRIVED = frozenset({"DRAFT", "SENT", "CHAT"})
"""Everything else is read, wherever filters put it: the inbox and its categories, archived mail,
spam and the bin. An answer there is one all the same."""


def added_in(page: Mapping[str, Any]) -> Iterator[str]:
    """Name the messages of a page of the history."""
    for line in page.get("history", ()):
        for added in line.get("messagesAdded", ()):
            yield str(added["message"]["id"])


def headers_of(message: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers that were asked for, by their names in lower case."""
    listed = message.get("payload", {}).get("headers", ())
    return {str(one["name"]).lower(): str(one["value"]) for one in listed}


def arrived_in(page: Mapping[str, Any]) -> Iterator[str]:
    """Name what was added, without our own drafts and copies: their labels tell already."""
    for line in page.get("history", ()):
        for added in line.get("messagesAdded", ()):
            if not NOT_ARRIVED & set(added["message"].get("labelIds", ())):
                yield str(added["message"]["id"])


def received_at(message: Mapping[str, Any]) -> datetime:
    """Say when Gmail took a message, in or out (its own clock, UTC)."""
    return datetime.fromtimestamp(int(message.get("internalDate", 0)) / 1000, UTC)


def arrival_of(message: Mapping[str, Any]) -> Arrival:
    """Read the head of a message that came in."""
    headers = headers_of(message)
    named = f"{headers.get('in-reply-to', '')} {headers.get('references', '')}".split()
    size = message.get("sizeEstimate")
    return Arrival(
        provider_message_id=str(message["id"]),
        thread_id=str(message["threadId"]),
        from_address=address_in(headers.get("from", "")),
        message_id=headers.get("message-id", "").strip(),
        in_reply_to=tuple(dict.fromkeys(named)),
        subject=headers.get("subject", ""),
        received_at=received_at(message),
        headers=headers,
        size=None if size is None else int(size),
        snippet=html.unescape(str(message.get("snippet", ""))),
    )
