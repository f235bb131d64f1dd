"""Finds, among the parts of a mail, its text, its report, the mail that it returns, its calendar."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.message import Message

from domain.inbound.charsets import to_text
from domain.inbound.markup import Page, read_page

DEEPEST = 120  #: Multiparts within multiparts; what lies deeper is not read.

_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_CARRIED = (
    "message/rfc822",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "text/rfc822",
    "message/global",
    "message/global-headers",
    "message/partial",
)
_STUB = re.compile(
    r"(?i)^\W*(?:this is a multi-?part message|this message is in mime format|the contents of this message require|your (?:e-?mail )?(?:client|program) (?:does not|doesn't|cannot)"
    r"|(?:please )?view this (?:e-?mail|message) in|html (?:e-?mail|message)|diese nachricht ist im html).{0,160}$"
)


def parts_of(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield the parts of the mail itself, not those of mails that it carries."""
    yield message
    inside = message.get_payload()
    if (
        message.get_content_maintype() == "multipart"
        and isinstance(inside, list)
        and depth < DEEPEST
    ):
        for part in inside:
            if isinstance(part, Message):
                yield from parts_of(part, depth + 1)


def body_of(parts: Sequence[Message]) -> Page:
    """Give the text that a person would read first: plain where there is any, else HTML."""
    plain = [content_of(p) for p in parts if _is(p, "text/plain") and _is_shown(p)]
    text = "\n".join(one for one in plain if one.strip())
    if text.strip() and not _STUB.match(" ".join(text.split())):
        return Page(text, text, quotes=False)
    pages = [read_page(content_of(p)) for p in parts if _is(p, "text/html", "text/enriched")]
    own = "\n".join(page.own for page in pages)
    whole = "\n".join(page.whole for page in pages)
    return Page(own, whole, own != whole) if whole.strip() else Page(text, text, quotes=False)


def content_of(part: Message) -> str:
    """Decode a part's text; "" for one that holds parts."""
    content = b""
    with suppress(Exception):  # The library raises many kinds for broken encodings.
        decoded = part.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    charset = part.get_content_charset()
    return to_text(content, charset).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def reports_of(parts: Sequence[Message]) -> Iterator[str]:
    """Yield the delivery reports (RFC 3464), as text."""
    for part in parts:
        if _is(part, *_REPORTS):
            with suppress(Exception):  # as_string() raises for some broken headers.
                yield _flat(part)


def carried_by(parts: Sequence[Message]) -> list[Message]:
    """Give the parts of the first mail that comes inside: some systems wrap a report in a mail."""
    for part in parts:
        inside = part.get_payload()
        if _is(part, "message/rfc822") and isinstance(inside, list) and inside:
            return list(parts_of(inside[0])) if isinstance(inside[0], Message) else []
    return []


def first_of(parts: Sequence[Message], kind: str) -> str:
    """Give the first part of a type as text, "" without one."""
    for part in parts:
        if _is(part, kind):
            with suppress(Exception):
                return _flat(part)
    return ""


def returned_by(parts: Sequence[Message]) -> str:
    """Give the head of the mail that a report carries."""
    for part in parts:
        if _is(part, *_CARRIED):
            with suppress(Exception):
                inside = part.get_payload()
                if isinstance(inside, list) and inside and isinstance(inside[0], Message):
                    return "\n".join(f"{k}: {v}" for k, v in inside[0].items())
                return content_of(part) or str(inside)
    return ""


def calendar_of(parts: Sequence[Message]) -> str:
    """Give the METHOD of the calendar part, upper case; "" without one."""
    for part in parts:
        if _is(part, "text/calendar", "application/ics"):
            named = part.get_param("method")
            if isinstance(named, str):
                return named.upper()
            found = re.search(r"(?im)^METHOD:\s*(\w+)", content_of(part))
            return found.group(1).upper() if found else "PUBLISH"
    return ""


def is_calendar_shown(parts: Sequence[Message]) -> bool:
    """Say whether the calendar part is a form of the mail itself, not a file that came with it."""
    return any(
        _is(part, "text/calendar") and part.get_content_disposition() != "attachment"
        for part in parts
    )


def file_name(part: Message) -> str:
    """Give a part's file name, "" without one."""
    with suppress(Exception):
        return part.get_filename() or ""
    return ""


def _is(part: Message, *types: str) -> bool:
    return part.get_content_type() in types


def _is_shown(part: Message) -> bool:
    return not file_name(part) and part.get_content_disposition() != "attachment"


def _flat(part: Message) -> str:
    """Give a message/* part's blocks as text: the parser reads each block as headers."""
    inside = part.get_payload()
    if part.get("content-transfer-encoding", "").lower().strip() in ("base64", "quoted-printable"):
        return content_of(_undivided(part))
    if isinstance(inside, list):
        blocks = [_block(one) if isinstance(one, Message) else str(one) for one in inside[:500]]
        return "\n\n".join(block.strip() for block in blocks)
    return content_of(part) or str(inside)


def _block(block: Message) -> str:
    lines = [f"{name}: {_readable(str(value))}" for name, value in list(block.raw_items())[:200]]
    rest = block.get_payload()
    return "\n".join(lines) + (f"\n\n{rest}" if isinstance(rest, str) else "")


def _readable(value: str) -> str:
    return to_text(value.encode("utf-8", "surrogateescape"), None)


def _undivided(part: Message) -> Message:
    """Undo what the parser did to an encoded part: it took its lines for headers."""
    bare = Message()
    bare["Content-Transfer-Encoding"] = part["content-transfer-encoding"]
    inside = part.get_payload()
    first = inside[0] if isinstance(inside, list) and inside else inside
    bare.set_payload(first.get_payload() if isinstance(first, Message) else first)
    return bare
