"""Reads a mail as bytes into what the classifier looks at. Never raises, whatever the bytes are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import getaddresses, parsedate_to_datetime

from domain.inbound import parts
from domain.inbound.charsets import to_text

MOST_BYTES = 1_000_000  #: What lies behind this in a mail is not read.
MOST_LINES = 30_000
MOST_PARTS = 250
MOST_MULTIPARTS = 40  #: The library's reader goes through all that are open, for each line.
MOST_TEXT = 50_000  #: Characters of text that are looked at.
MOST_HEADERS = 2_000
MOST_OF_HEADER = 8_000  #: Characters.

_PART = re.compile(rb"(?i)content-type:\s*(?:multipart|message)/")
_MULTIPART = re.compile(rb"(?i)content-type:\s*multipart/")
_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bqBQ]\?[^?\s]{0,4000}\?=")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """A mail, decoded as far as it could be."""

    headers: Mapping[str, tuple[str, ...]]  #: Lower-case names, decoded values.
    subject: str
    from_name: str
    from_address: str  #: Lower case.
    sent: date | None  #: The day of its Date header, in the sender's time.
    content_type: str  #: Of the whole, with its parameters, lower case.
    text: str  #: What a person would read first, without what HTML marks as quoted.
    shown: str  #: All of it.
    quotes: bool = False  #: Its HTML marks something as quoted.
    reports: tuple[str, ...] = ()  #: Bodies of message/delivery-status parts.
    carried: tuple[str, ...] = ()  #: Bodies of reports in a mail that it carries.
    types: frozenset[str] = frozenset()  #: Of all parts.
    returned: str = ""  #: The head of the mail that came back, undecoded.
    calendar: str = ""  #: The METHOD of its calendar part, upper case.
    calendar_shown: bool = False  #: Its calendar part is no attachment.
    feedback: str = ""  #: The body of its message/feedback-report part.
    disposition: str = ""  #: The body of its message/disposition-notification part.
    names: tuple[str, ...] = field(default=())  #: File names of its parts.

    def header(self, name: str) -> str:
        """Give a header's first value, "" without one."""
        values = self.headers.get(name, ())
        return values[0] if values else ""

    def has(self, *names: str) -> bool:
        """Say whether one of these headers is there."""
        return any(name in self.headers for name in names)


class _Bounded(Compat32):
    """Reads headers no longer than they have to be: the library's readers are quadratic in them."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name[:200], value[:MOST_OF_HEADER]


_POLICY = _Bounded()


def read_mail(raw: bytes) -> ReceivedMail:
    """Decode a mail; of one that is nested without end the first parts are read."""
    raw = _plain(raw[:MOST_BYTES])
    lines = raw.split(b"\n", MOST_LINES)
    raw = b"\n".join(lines[:MOST_LINES])
    for pattern, most in ((_MULTIPART, MOST_MULTIPARTS), (_PART, MOST_PARTS)):
        found = [one.start() for one in pattern.finditer(raw)]
        raw = raw[: found[most]] if len(found) > most else raw
    return _read(_parsed(raw))


def _parsed(raw: bytes) -> Message:
    try:
        message = message_from_bytes(raw, policy=_POLICY)
        if message.get_content_maintype() == "multipart" and not message.is_multipart():
            message = _mended(raw) or message
    except (RecursionError, MessageError, ValueError, LookupError):
        return Message()
    return message


def _mended(raw: bytes) -> Message | None:
    """Read a multipart whose header names another boundary than its body uses, or none."""
    head, _, body = raw.partition(b"\n\r\n" if b"\n\r\n" in raw else b"\n\n")
    line = re.search(rb"(?m)^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$", body)
    if line is None:
        return None
    fixed = re.sub(rb"(?is)\bboundary\s*=.*?(?=\r?\n[^ \t]|\Z)", b"", head, count=1)
    fixed = re.sub(
        rb"(?im)^(content-type:\s*[\w/.+-]+)",
        lambda found: found.group(1) + b'; boundary="' + line.group(1) + b'"',
        fixed,
        count=1,
    )
    mended = message_from_bytes(fixed + b"\n\n" + body, policy=_POLICY)
    return mended if mended.is_multipart() else None


def _plain(raw: bytes) -> bytes:
    """Undo what files do to mails: a mark of the byte order, UTF-16, an mbox's first line, CR only."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\0 \t")
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    while raw.startswith((b"From ", b">From ")) and b"\n" in raw:
        raw = raw.partition(b"\n")[2]
    return raw


def _read(message: Message) -> ReceivedMail:
    headers = _headers(message)
    senders = getaddresses([headers.get("from", ("",))[0][:1_000]])
    name, address = senders[0] if senders else ("", "")
    found = list(parts.parts_of(message))
    inside = parts.carried_by(found)
    body = parts.body_of(found)
    return ReceivedMail(
        headers=headers,
        subject=" ".join(headers.get("subject", ("",))[0][:2_000].split()),
        from_name=name,
        from_address=address.strip().lower()[:320],
        sent=_day(headers.get("date", ("",))[0]),
        content_type=" ".join(headers.get("content-type", ("text/plain",))[0].lower().split()),
        text=body.own[:MOST_TEXT],
        shown=body.whole[:MOST_TEXT],
        quotes=body.quotes,
        reports=tuple(one[:MOST_TEXT] for one in parts.reports_of(found)),
        carried=tuple(one[:MOST_TEXT] for one in parts.reports_of(inside)),
        types=frozenset(part.get_content_type() for part in found),
        returned=(parts.returned_by(inside) or parts.returned_by(found))[:MOST_TEXT],
        calendar=parts.calendar_of(found),
        calendar_shown=parts.is_calendar_shown(found),
        feedback=parts.first_of(found, "message/feedback-report")[:MOST_TEXT],
        disposition=parts.first_of(found, "message/disposition-notification")[:MOST_TEXT],
        names=tuple(name for part in found if (name := parts.file_name(part))),
    )


def _day(value: str) -> date | None:
    try:
        return parsedate_to_datetime(value[:100]).date()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _headers(message: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in list(message.raw_items())[:MOST_HEADERS]:
        raw = str(value).encode("utf-8", "surrogateescape")  # Some write no RFC 2047 at all.
        found.setdefault(name.lower(), []).append(decoded(to_text(raw, None)))
    return {name: tuple(values) for name, values in found.items()}


def decoded(value: str) -> str:
    """Decode RFC 2047 words; what cannot be decoded stays as it is."""
    if "=?" not in value:
        return value
    joined = re.sub(r"(\?=)\s+(=\?)", r"\1\2", value[:MOST_OF_HEADER])
    return _WORD.sub(lambda found: _word(found.group(0)), joined)


def _word(word: str) -> str:
    try:
        return "".join(
            one if isinstance(one, str) else to_text(one, charset)
            for one, charset in decode_header(word)
        )
    except (MessageError, ValueError, LookupError, TypeError):
        return word
