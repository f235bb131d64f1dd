"""How Gmail shows a message as JSON."""

import base64
import html
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message as MimePart
from enum import StrEnum
from typing import Any, cast

from sandbox.world.letter import Letter, decoded
from sandbox.world.mailbox import Message

_SNIPPET_LENGTH = 200  # about what Gmail cuts at


class Format(StrEnum):
    """How much of a message is asked for."""

    MINIMAL = "minimal"
    FULL = "full"
    RAW = "raw"
    METADATA = "metadata"


def handle(message: Message, *, labels: bool = True) -> dict[str, Any]:
    """Show only what identifies a message, as lists, drafts and sends do."""
    found: dict[str, Any] = {"id": message.id, "threadId": message.thread_id}
    return found | {"labelIds": list(message.labels)} if labels else found


def show(message: Message, form: Format, only: Iterable[str] = ()) -> dict[str, Any]:
    """Show a message; `only` names the headers wanted in the metadata format."""
    shown = handle(message) | {
        "snippet": snippet(message.letter),
        "historyId": str(message.history_id),
        "internalDate": str(message.at_ms),
        "sizeEstimate": len(message.letter.raw),
    }
    if form is Format.RAW:
        shown["raw"] = _base64(message.letter.raw)
    elif form is Format.FULL:
        shown["payload"] = _part(message_from_bytes(message.letter.raw), "")
    elif form is Format.METADATA:
        shown["payload"] = _head(message.letter, {name.lower() for name in only})
    return shown


def texts(letter: Letter) -> tuple[str, str]:
    """Return the first plain text and the first HTML of a letter, "" for what it lacks."""
    found: dict[str, str] = {}
    try:
        for part in message_from_bytes(letter.raw).walk():
            if not part.is_multipart() and not part.get_filename():
                found.setdefault(part.get_content_type(), _text(part))
    except RecursionError:
        return "", ""  # Nested without end: nothing of it is shown.
    return found.get("text/plain", ""), found.get("text/html", "")


def snippet(letter: Letter) -> str:
    """Return the beginning of the plain text, HTML-escaped as Gmail does it."""
    if letter.snippet is None:
        plain = " ".join(texts(letter)[0].split())
        letter.snippet = html.escape(plain[:_SNIPPET_LENGTH])
    return letter.snippet


def _head(letter: Letter, only: set[str]) -> dict[str, Any]:
    kind = letter.first("Content-Type").partition(";")[0].strip().lower() or "text/plain"
    chosen = [pair for pair in letter.headers if not only or pair[0].lower() in only]
    return {"mimeType": kind, "headers": _headers(chosen)}


def _headers(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": decoded(value)} for name, value in pairs]


def _part(part: MimePart, number: str) -> dict[str, Any]:
    pairs = [(name, "".join(str(value).splitlines())) for name, value in part.items()]
    shown: dict[str, Any] = {
        "partId": number,
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": _headers(pairs),
        "body": _body(part, number),
    }
    if part.is_multipart():
        prefix = f"{number}." if number else ""
        inside = cast("list[MimePart]", part.get_payload())
        shown["parts"] = [_part(one, f"{prefix}{place}") for place, one in enumerate(inside)]
    return shown


def _body(part: MimePart, number: str) -> dict[str, Any]:
    if part.is_multipart():
        return {"size": 0}
    content = _content(part)
    if part.get_filename():
        return {"attachmentId": f"ANGjdJ{number or '0'}", "size": len(content)}
    return {"size": len(content), "data": _base64(content)}


def _content(part: MimePart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: MimePart) -> str:
    try:
        return _content(part).decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return _content(part).decode("utf-8", "replace")


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()
