"""Gmail's JSON of messages and of its history, read."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

from domain.mail import Arrival


def added_in(page: Mapping[str, Any]) -> Iterator[str]:
    """Name the messages of a page of the history."""
    for line in page.get("history", ()):
        for added in line.get("messagesAdded", ()):
            yield str(added["message"]["id"])


def headers_of(message: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers that were asked for, by their names in lower case."""
    listed = message.get("payload", {}).get("headers", ())
    return {str(one["name"]).lower(): str(one["value"]) for one in listed}


def arrival_of(message: Mapping[str, Any]) -> Arrival:
    """Read a message that came into the inbox."""
    headers = headers_of(message)
    sender = getaddresses([headers.get("from", "")])[0][1]
    named = f"{headers.get('in-reply-to', '')} {headers.get('references', '')}".split()
    return Arrival(
        provider_message_id=str(message["id"]),
        thread_id=str(message["threadId"]),
        from_address=sender,
        message_id=headers.get("message-id", ""),
        in_reply_to=tuple(dict.fromkeys(named)),
        subject=headers.get("subject", ""),
        received_at=datetime.fromtimestamp(int(message.get("internalDate", 0)) / 1000, UTC),
        headers=headers,
    )
