"""Microsoft Graph's JSON of a message: written from a letter, read as an arrival."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from domain.mail import DELIVERY_HEADER, Arrival, Letter, Receipt

KEY_PROPERTY = "String {6f2b1a5e-9d0c-4c57-8a37-3a4f0c9b7d21} Name RepriseDelivery"
"""Marks our messages. It stays on the sent copy and is never transmitted."""

IN_REPLY_TO, REFERENCES = "String 0x1042", "String 0x1039"
"""MAPI's PidTagInReplyToId and PidTagInternetReferences: Exchange writes them as the headers
In-Reply-To and References. `internetMessageHeaders` takes names that begin with x- only."""

LIST_UNSUBSCRIBE = "String 0x1045"
ONE_CLICK = "String {00020386-0000-0000-C000-000000000046} Name List-Unsubscribe-Post"
"""MAPI's PidTagListUnsubscribe, which a MIME writer must copy to the header, and the property set
PS_INTERNET_HEADERS, whose names are header names (MS-OXCMAIL 2.2.3.2.29). Graph takes neither
header by its name; docs/decisions/0013 says what is promised of them."""

_AS_PROPERTIES = (
    (IN_REPLY_TO, "In-Reply-To"),
    (REFERENCES, "References"),
    (LIST_UNSUBSCRIBE, "List-Unsubscribe"),
    (ONE_CLICK, "List-Unsubscribe-Post"),
)

RECEIPT_FIELDS = "id,isDraft,internetMessageId,conversationId,lastModifiedDateTime,sentDateTime"
ARRIVAL_FIELDS = (
    "id,conversationId,internetMessageId,internetMessageHeaders,from,subject,receivedDateTime"
    ",isDraft,bodyPreview"
)


def message_of(letter: Letter) -> dict[str, Any]:
    """Write the JSON of a draft from the letter that was checked: its own headers and parts."""
    mime = message_from_bytes(letter.mime, policy=policy.default)
    key = str(mime[DELIVERY_HEADER])
    properties = [(KEY_PROPERTY, key)]
    for name, header in _AS_PROPERTIES:
        if mime[header]:
            properties.append((name, " ".join(str(mime[header]).split())))
    return {
        "subject": letter.subject,
        "body": {"contentType": "html", "content": letter.html},
        "from": _people(mime, "From")[0],
        "toRecipients": _people(mime, "To"),
        "ccRecipients": _people(mime, "Cc"),
        "bccRecipients": _people(mime, "Bcc"),
        "internetMessageHeaders": [{"name": DELIVERY_HEADER.lower(), "value": key}],
        "singleValueExtendedProperties": [{"id": n, "value": v} for n, v in properties],
        **_attached(mime),
    }


def receipt_of(message: Mapping[str, Any]) -> Receipt:
    """Read the ids of a message."""
    return Receipt(
        provider_message_id=str(message["id"]),
        thread_id=str(message.get("conversationId", "")),
        message_id=str(message.get("internetMessageId", "")),
        accepted_at=None if message.get("isDraft") else _known(message.get("sentDateTime")),
    )


def arrival_of(message: Mapping[str, Any]) -> Arrival:
    """Read a message that came into the inbox."""
    listed = message.get("internetMessageHeaders") or ()
    headers = {str(one["name"]).lower(): str(one["value"]) for one in listed}
    named = f"{headers.get('in-reply-to', '')} {headers.get('references', '')}".split()
    sender = (message.get("from") or {}).get("emailAddress") or {}
    return Arrival(
        provider_message_id=str(message["id"]),
        thread_id=str(message.get("conversationId", "")),
        from_address=str(sender.get("address", "")),
        message_id=str(message.get("internetMessageId", "")),
        in_reply_to=tuple(dict.fromkeys(named)),
        subject=str(message.get("subject") or ""),
        received_at=_moment(message.get("receivedDateTime")),
        headers=headers or _given(message),
        snippet=str(message.get("bodyPreview") or ""),
    )


def _given(message: Mapping[str, Any]) -> dict[str, str]:
    """Write the little of a head that Graph tells of a message without headers."""
    sender = (message.get("from") or {}).get("emailAddress") or {}
    shown = f"{sender.get('name', '')} <{sender.get('address', '')}>".strip()
    return {"from": shown, "subject": str(message.get("subject") or "")}


def key_of(message: Mapping[str, Any]) -> str | None:
    """Read the delivery key of a message that was asked for with its property."""
    for one in message.get("singleValueExtendedProperties") or ():
        if str(one.get("id", "")).lower() == KEY_PROPERTY.lower():
            return str(one["value"])
    return None


def _people(mime: EmailMessage, header: str) -> list[dict[str, Any]]:
    found: Any = mime[header]
    return [
        {"emailAddress": {"address": one.addr_spec, "name": one.display_name}}
        for one in (() if found is None else found.addresses)
    ]


def _attached(mime: EmailMessage) -> dict[str, Any]:
    files = [
        {
            "@odata.type": "#microsoft.graph.fileAttachment",
            "name": part.get_filename() or "attachment",
            "contentType": part.get_content_type(),
            "contentBytes": base64.b64encode(_bytes_of(part)).decode(),
        }
        for part in mime.iter_attachments()
    ]
    return {"attachments": files} if files else {}


def _bytes_of(part: EmailMessage) -> bytes:
    content: Any = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _known(text: Any) -> datetime | None:
    return _moment(text) if text else None


def _moment(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
