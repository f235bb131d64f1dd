"""One RFC 822 message: its bytes, and what can be read from its head."""

import re
from collections.abc import Iterable
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses

_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_NEXT_FIELD = re.compile(rb"\r?\n(?![ \t])")
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_ID = re.compile(r"<[^<>\s]+>")
_PREFIX = re.compile(r"^\s*(?:re|fwd?|aw|wg|sv|antw|tr|rif)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def decoded(value: str) -> str:
    """Read the encoded words (RFC 2047) of a header value; a broken one is left as it is."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def bare_subject(subject: str) -> str:
    """Strip every "Re:" and its relatives: two mails of one thread have this in common."""
    while (match := _PREFIX.match(subject)) is not None:
        subject = subject[match.end() :]
    return " ".join(subject.split()).casefold()


def addresses_in(values: Iterable[str]) -> tuple[str, ...]:
    """Return the lower-cased addresses of address headers, each once, in order."""
    found = (address.strip().lower() for _, address in getaddresses(list(values)))
    return tuple(dict.fromkeys(address for address in found if "@" in address))


class Letter:
    """An immutable message. Any bytes will do: what is no header is not seen as one."""

    __slots__ = ("_addressees", "_headers", "raw", "snippet")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.snippet: str | None = None  #: Cached by who renders it.
        self._headers: tuple[tuple[str, str], ...] | None = None
        self._addressees: tuple[str, ...] | None = None

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return every header in order, unfolded but not decoded."""
        if self._headers is None:
            fields = (_read_field(field) for field in _NEXT_FIELD.split(self._split()[0]))
            self._headers = tuple(field for field in fields if field is not None)
        return self._headers

    def all(self, name: str) -> list[str]:
        """Return every value of a header, whatever the case of its name."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def first(self, name: str) -> str:
        """Return a header's first value, "" when it is not there."""
        return next(iter(self.all(name)), "")

    @property
    def message_id(self) -> str:
        """Return the Message-ID with its angle brackets, "" without one."""
        match = _ID.search(self.first("Message-ID"))
        return match.group() if match else ""

    @property
    def ancestors(self) -> tuple[str, ...]:
        """Return the ids in In-Reply-To and References, the nearest first."""
        near = _ID.findall(self.first("In-Reply-To"))
        far = _ID.findall(self.first("References"))
        return tuple(dict.fromkeys([*near, *reversed(far)]))

    @property
    def subject(self) -> str:
        """Return the decoded subject."""
        return decoded(self.first("Subject")).strip()

    @property
    def sender(self) -> str:
        """Return the address in From, "" without one."""
        return next(iter(addresses_in(self.all("From"))), "")

    @property
    def addressees(self) -> tuple[str, ...]:
        """Return everybody in To, Cc and Bcc, each once."""
        if self._addressees is None:
            values = [*self.all("To"), *self.all("Cc"), *self.all("Bcc")]
            self._addressees = addresses_in(values)
        return self._addressees

    def without(self, name: str) -> "Letter":
        """Return this letter without a header; itself when it has none of that name."""
        if not self.all(name):
            return self
        return self._rebuilt(field for field in self._fields() if not _is_named(field, name))

    def replacing(self, name: str, value: str) -> "Letter":
        """Return this letter with exactly one header of that name, in the place of the first."""
        new = f"{name}: {value}".encode()
        fields = list(self._fields())
        places = [place for place, field in enumerate(fields) if _is_named(field, name)]
        if not places:
            return self._rebuilt([*fields, new])
        fields[places[0]] = new
        return self._rebuilt(f for place, f in enumerate(fields) if place not in places[1:])

    def on_top(self, name: str, value: str) -> "Letter":
        """Return this letter with one more header above the others, as a relay adds it."""
        return self._rebuilt([f"{name}: {value}".encode(), *self._fields()])

    def _split(self) -> tuple[bytes, bytes]:
        """Part the head from the body; a body keeps every byte it has."""
        if self.raw.startswith((b"\r\n", b"\n")):
            return b"", self.raw.lstrip(b"\r").removeprefix(b"\n")
        ends = _HEAD_ENDS.search(self.raw)
        return (
            (self.raw, b"") if ends is None else (self.raw[: ends.start()], self.raw[ends.end() :])
        )

    def _fields(self) -> Iterable[bytes]:
        return (field for field in _NEXT_FIELD.split(self._split()[0]) if field)

    def _rebuilt(self, fields: Iterable[bytes]) -> "Letter":
        return Letter(b"\r\n".join([*fields, b"", self._split()[1]]))


def _is_named(field: bytes, name: str) -> bool:
    return field.partition(b":")[0].strip().lower() == name.lower().encode()


def _read_field(field: bytes) -> tuple[str, str] | None:
    name, colon, value = _FOLD.sub("", field.decode("utf-8", "replace")).partition(":")
    if not colon or not name.strip() or " " in name.strip():
        return None
    return name.strip(), value.strip()
