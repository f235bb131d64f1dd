"""Reads a mail as bytes into what the classifier looks at. Never raises, whatever the bytes are."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

MOST_BYTES = 1_000_000  #: What lies behind this in a mail is not read.
MOST_PARTS = 100
MOST_TEXT = 50_000  #: Characters of text that are looked at.

_TAG = re.compile(r"<[^>]{0,2000}>")
_BREAK = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d|hr|blockquote)\b[^>]{0,500}>")
_UNSEEN = re.compile(r"(?is)<(style|script|head|title)\b.*?</\1\s*>")
_QUOTE = re.compile(r"(?i)<blockquote|class=.?gmail_quote|id=.?divRplyFwdMsg|id=.?appendonsend")
_BOUNDARIES = re.compile(rb"(?i)content-type:\s*(?:multipart|message)/")
_UNKNOWN = frozenset({"", "unknown-8bit", "x-unknown", "default", "_iso-2022-jp$esc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail, decoded as far as it could be."""

    headers: Mapping[str, tuple[str, ...]]  #: Lower-case names, decoded values.
    subject: str
    from_name: str
    from_address: str  #: Lower case.
    content_type: str  #: Of the whole, with its parameters, lower case.
    text: str  #: What a person would read first.
    reports: tuple[str, ...] = ()  #: Bodies of message/delivery-status parts.
    types: frozenset[str] = frozenset()  #: Of all parts.
    returned: str = ""  #: The head of the mail that came back, undecoded.
    calendar: str = ""  #: The METHOD of its calendar part, upper case.
    feedback: str = ""  #: The body of its message/feedback-report part.
    names: tuple[str, ...] = field(default=())  #: File names of its parts.

    def header(self, name: str) -> str:
        """Give a header's first value, "" without one."""
        values = self.headers.get(name, ())
        return values[0] if values else ""

    def has(self, *names: str) -> bool:
        """Say whether one of these headers is there."""
        return any(name in self.headers for name in names)


def read_mail(raw: bytes) -> ReceivedMail:
    """Decode a mail; one that is nested without end is read by its head only."""
    raw = raw[:MOST_BYTES].lstrip(b"\r\n\0")
    if raw.startswith(b"From ") and b"\n" in raw:  # An mbox's separator line.
        raw = raw.partition(b"\n")[2]
    if len(_BOUNDARIES.findall(raw)) > MOST_PARTS:
        raw = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0] + b"\r\n\r\n"
    try:
        message = message_from_bytes(raw, policy=policy.compat32)
    except (RecursionError, MessageError, ValueError, LookupError):
        message = Message()
    return _read(message)


def _read(message: Message) -> ReceivedMail:
    headers = _headers(message)
    senders = getaddresses([headers.get("from", ("",))[0]])
    name, address = senders[0] if senders else ("", "")
    parts = list(_parts(message))
    return ReceivedMail(
        headers=headers,
        subject=" ".join(headers.get("subject", ("",))[0].split()),
        from_name=name,
        from_address=address.strip().lower(),
        content_type=" ".join(headers.get("content-type", ("text/plain",))[0].lower().split()),
        text=_text(parts)[:MOST_TEXT],
        reports=tuple(_reports(parts)),
        types=frozenset(part.get_content_type() for part in parts),
        returned=_returned(parts),
        calendar=_calendar(parts),
        feedback=next((_flat(p) for p in parts if _is(p, "message/feedback-report")), ""),
        names=tuple(name for part in parts if (name := _file_name(part))),
    )


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        raw = str(value).encode("utf-8", "surrogateescape")  # Some write no RFC 2047 at all.
        found.setdefault(name.lower(), []).append(decoded(to_text(raw, None)))
    return {name: tuple(values) for name, values in found.items()}


def decoded(value: str) -> str:
    """Decode RFC 2047 words; what cannot be decoded stays as it is."""
    with suppress(Exception):  # The standard library raises many kinds for broken words.
        return "".join(
            one if isinstance(one, str) else to_text(one, charset)
            for one, charset in decode_header(value)
        )
    return value


def to_text(content: bytes, charset: str | None) -> str:
    """Decode bytes by the charset that is claimed, or the likeliest one."""
    for one in (charset, "utf-8", "windows-1252", "latin-1"):
        if one is not None and one.lower() not in _UNKNOWN:
            with suppress(LookupError, UnicodeDecodeError, ValueError):
                return content.decode(one)
    return content.decode("latin-1")


def plain_of(markup: str) -> str:
    """Give the text of HTML up to what it quotes."""
    quoted = _QUOTE.search(markup)
    own = markup[: quoted.start()] if quoted and quoted.start() > 0 else markup
    text = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", own)))
    lines = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(lines).strip()


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of the mail itself, not those of mails that it carries."""
    yield message
    if message.get_content_maintype() == "multipart" and isinstance(message.get_payload(), list):
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


def _is(part: Message, *types: str) -> bool:
    return part.get_content_type() in types


def _text(parts: list[Message]) -> str:
    plain = [_body(p) for p in parts if _is(p, "text/plain") and not _file_name(p)]
    shown = "\n".join(one for one in plain if one.strip())
    if shown.strip():
        return shown
    return "\n".join(plain_of(_body(p)) for p in parts if _is(p, "text/html", "text/enriched"))


def _body(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    charset = part.get_content_charset()
    return to_text(content, charset).replace("\r\n", "\n").replace("\0", "")


def _flat(part: Message) -> str:
    """Give a message/* part's blocks as text: the parser reads each block as headers."""
    inside = part.get_payload()
    if part.get("content-transfer-encoding", "").lower().strip() in ("base64", "quoted-printable"):
        return _body(_undivided(part))
    if isinstance(inside, list):
        blocks = [one.as_string() if isinstance(one, Message) else str(one) for one in inside]
        return "\n\n".join(block.strip() for block in blocks)
    return _body(part) or str(inside)


def _undivided(part: Message) -> Message:
    """Undo what the parser did to an encoded part: it took its lines for headers."""
    bare = Message()
    bare["Content-Transfer-Encoding"] = part["content-transfer-encoding"]
    inside = part.get_payload()
    first = inside[0] if isinstance(inside, list) and inside else inside
    bare.set_payload(first.get_payload() if isinstance(first, Message) else first)
    return bare


def _reports(parts: list[Message]) -> Iterator[str]:
    for part in parts:
        if _is(part, "message/delivery-status", "message/global-delivery-status"):
            with suppress(Exception):  # as_string() raises for some broken headers.
                yield _flat(part)


def _returned(parts: list[Message]) -> str:
    """Give the head of the mail that a report carries."""
    carried = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")
    for part in parts:
        if _is(part, *carried, "message/partial", "message/global-headers"):
            with suppress(Exception):
                inside = part.get_payload()
                if isinstance(inside, list) and inside and isinstance(inside[0], Message):
                    return "\n".join(f"{k}: {v}" for k, v in inside[0].items())
                return _body(part) or str(inside)
    return ""


def _calendar(parts: list[Message]) -> str:
    for part in parts:
        if _is(part, "text/calendar", "application/ics"):
            named = part.get_param("method")
            if isinstance(named, str):
                return named.upper()
            found = re.search(r"(?im)^METHOD:\s*(\w+)", _body(part))
            return found.group(1).upper() if found else "PUBLISH"
    return ""


def _file_name(part: Message) -> str:
    with suppress(Exception):
        return decoded(part.get_filename() or "")
    return ""
