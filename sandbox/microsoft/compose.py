"""Graph's JSON of a message, read into a letter and shown again."""

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import formataddr, formatdate, getaddresses
from typing import Any

from sandbox.google.render import texts
from sandbox.microsoft.errors import refuse
from sandbox.world.letter import Letter, decoded
from sandbox.world.mailbox import Mailbox, Message

MAPI_HEADERS = {
    "String 0x1042": "In-Reply-To",
    "String 0x1039": "References",
    "String 0x1045": "List-Unsubscribe",
}
_NAMED_HEADERS = "string {00020386-0000-0000-c000-000000000046} name "  #: PS_INTERNET_HEADERS.
_WIDE = policy.default.clone(max_line_length=998)  #: Exchange does not encode a long address.
_MOST_HEADERS = 5


def letter_of(content: Mapping[str, Any], box: Mailbox, at_ms: int) -> Letter:
    """Build the letter that Exchange would send. Raises RefusedError for what it refuses."""
    mime = EmailMessage()
    mime["From"] = _sender(content, box)
    for field, name in (("toRecipients", "To"), ("ccRecipients", "Cc"), ("bccRecipients", "Bcc")):
        people = [_person(one) for one in content.get(field) or ()]
        if people:
            mime[name] = ", ".join(people)
    mime["Subject"] = str(content.get("subject") or "")
    mime["Date"] = formatdate(at_ms / 1000)
    mime["Message-ID"] = f"<{secrets.token_hex(16).upper()}@SANDBOX.prod.outlook.com>"
    for one in _headers(content):
        mime[str(one["name"])] = str(one["value"])
    for name, value in properties_of(content).items():
        header = _header_of(name)
        if header is not None:
            mime[header] = value
    body = content.get("body") or {}
    kind = "html" if str(body.get("contentType", "text")).lower() == "html" else "plain"
    mime.set_content(str(body.get("content", "")), subtype=kind)
    _attach(mime, content)
    return Letter(mime.as_bytes(policy=_WIDE))


def _header_of(name: str) -> str | None:
    """Say which header an extended property becomes, if it becomes one."""
    if name.lower().startswith(_NAMED_HEADERS):
        return name[len(_NAMED_HEADERS) :]
    return MAPI_HEADERS.get(name)


def properties_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Read the extended properties by their ids."""
    listed = content.get("singleValueExtendedProperties") or ()
    return {str(one["id"]): str(one["value"]) for one in listed}


def shown(
    message: Message, immutable_id: str, *, is_draft: bool, properties: Mapping[str, str]
) -> dict[str, Any]:
    """Show a message with every field that callers select from."""
    letter = message.letter
    received = datetime.fromtimestamp(message.at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": immutable_id,
        "isDraft": is_draft,
        "subject": letter.subject,
        "internetMessageId": letter.message_id,
        "conversationId": f"AAQk{message.thread_id}",
        "receivedDateTime": received,
        "sentDateTime": received,
        "lastModifiedDateTime": received,
        "from": {"emailAddress": _address(letter.first("From"))},
        "toRecipients": [
            {"emailAddress": {"name": name, "address": address}}
            for name, address in getaddresses(letter.all("To"))
        ],
        "bodyPreview": " ".join(texts(letter)[0].split())[:255],
        "internetMessageHeaders": [
            {"name": name, "value": decoded(value)} for name, value in letter.headers
        ],
        "singleValueExtendedProperties": [
            {"id": name, "value": value} for name, value in properties.items()
        ],
    }


def selected(message: dict[str, Any], fields: str) -> dict[str, Any]:
    """Keep what `$select` names; the id is always there."""
    if not fields:
        return {k: v for k, v in message.items() if k != "singleValueExtendedProperties"}
    wanted = {"id", *(one.strip() for one in fields.split(","))}
    return {name: value for name, value in message.items() if name in wanted}


def _sender(content: Mapping[str, Any], box: Mailbox) -> str:
    given = ((content.get("from") or {}).get("emailAddress")) or {"address": box.address}
    address = str(given.get("address", "")).lower()
    if address != box.address and box.aliases.get(address) != "accepted":
        text = "The user account which was used to submit this request does not have the right to"
        raise refuse(403, "ErrorSendAsDenied", f"{text} send mail on behalf of {address}.")
    return formataddr((str(given.get("name", "")), address))


def _person(one: Mapping[str, Any]) -> str:
    person = one.get("emailAddress") or {}
    return formataddr((str(person.get("name", "")), str(person.get("address", ""))))


def _address(value: str) -> dict[str, str]:
    name, address = (getaddresses([value]) or [("", "")])[0]
    return {"name": decoded(name), "address": address}


def _headers(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed: list[Mapping[str, Any]] = list(content.get("internetMessageHeaders") or ())
    bad = [one for one in listed if not str(one["name"]).lower().startswith("x-")]
    if bad or len(listed) > _MOST_HEADERS:
        text = "The internet message header name should start with 'x-' or 'X-', at most five."
        raise refuse(400, "InvalidInternetMessageHeader", text)
    return listed


def _attach(mime: EmailMessage, content: Mapping[str, Any]) -> None:
    for one in content.get("attachments") or ():
        kind, _, subtype = str(one.get("contentType", "application/octet-stream")).partition("/")
        data = base64.b64decode(one["contentBytes"])
        mime.add_attachment(data, maintype=kind, subtype=subtype, filename=str(one["name"]))
