"""Who must not be written to: what an entry may name, and what it means for one message.

An entry names an address, a person, a domain (with its subdomains) or a company, and one reason.
How an entry finds candidates is `keys_of`; its twin in SQL is `suppression_keys` (migration 0008),
and a test holds the two together.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import idna

from domain.codes import ReasonCode

MAX_VALUE = 320  #: Characters of a value; the longest address.


class SuppressionKind(StrEnum):
    """What an entry names."""

    ADDRESS = "address"
    PERSON = "person"  #: A candidate, by id.
    DOMAIN = "domain"  #: And all its subdomains.
    COMPANY = "company"  #: `fields.company`; case and spaces do not count.


class SuppressionReason(StrEnum):
    """Why nothing may be sent."""

    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"
    BLOCKED = "blocked"


class Origin(StrEnum):
    """By which way an entry came."""

    MESSAGE = "message"  #: An incoming mail, read.
    ONE_CLICK = "one_click"  #: The mail program's button (RFC 8058).
    LINK = "link"  #: The page behind the link.
    MAILTO = "mailto"  #: A mail to the address of List-Unsubscribe.
    API = "api"
    WEBHOOK = "webhook"


ENDS_AS: Mapping[SuppressionReason, ReasonCode] = MappingProxyType(
    {
        SuppressionReason.UNSUBSCRIBED: ReasonCode.UNSUBSCRIBED,
        SuppressionReason.COMPLAINED: ReasonCode.UNSUBSCRIBED,
        SuppressionReason.BLOCKED: ReasonCode.BLOCKED,
        SuppressionReason.BOUNCED: ReasonCode.BOUNCED,
    }
)
"""As what an entry ends the enrollments that run when it is added; the strongest reason first."""

_STRENGTH = {reason: n for n, reason in enumerate(ENDS_AS)}
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@]+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PERSON = re.compile(r"[!-~]{1,40}")


class Unfit(ValueError):
    """A value that no entry of its kind can have; `code` and the text say why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A value as it is stored."""

    value: str
    twin: str | None = None  #: The same with its international domain spelled out.


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A live entry that covers a candidate or an address."""

    id: str
    kind: SuppressionKind
    value: str
    reason: SuppressionReason
    origin: Origin


def normal(kind: SuppressionKind, value: str) -> Normal:
    """Write a value as it is stored: lower case, domains in Punycode. Raises Unfit."""
    if len(value) > MAX_VALUE:
        raise Unfit("value.too_long", f"Give at most {MAX_VALUE} characters.")
    if kind is SuppressionKind.ADDRESS:
        return _normal_address(value.strip())
    if kind is SuppressionKind.DOMAIN:
        return _normal_domain(value.strip().removeprefix("*").lstrip("@.").removesuffix("."))
    shown = " ".join(value.split())
    if not shown.isprintable() or not shown:
        raise Unfit("value.empty", "Give a name of one line.")
    if kind is SuppressionKind.PERSON and not _PERSON.fullmatch(shown):
        raise Unfit("value.not_an_id", "A person is named by the candidate's id.")
    return Normal(value=shown)


def forbids(entry: Entry, writes_to: str | None) -> bool:
    """Say whether an entry that names a candidate forbids a message to the address `writes_to`.

    A bounce says something of one address only; every other reason is about the person, whatever
    address is written to.
    """
    if entry.reason is not SuppressionReason.BOUNCED:
        return True
    return writes_to is not None and _same_address(entry.value, writes_to)


def strongest(entries: Iterable[Entry], writes_to: str | None) -> Entry | None:
    """Give the entry that decides about a message to `writes_to`: an opt-out before a block before
    a bounce, the oldest of them; None when nothing forbids it.
    """
    deciding = (one for one in entries if forbids(one, writes_to))
    return min(deciding, key=lambda one: (_STRENGTH[one.reason], one.id), default=None)


def keys_of(candidate_id: str, addresses: Iterable[str], company: str | None) -> frozenset[str]:
    """Give the keys of every entry that would name this candidate."""
    keys = {f"{SuppressionKind.PERSON}:{candidate_id}"}
    if company and company.strip(" "):
        keys.add(f"{SuppressionKind.COMPANY}:{''.join(company.split()).lower()}")
    for address in addresses:
        written = address.strip(" ").lower()
        if written:
            keys.add(f"{SuppressionKind.ADDRESS}:{written}")
        _, at, domain = written.rpartition("@")
        labels = domain.split(".") if at and domain else []
        suffixes = (".".join(labels[n:]).strip(" ") for n in range(len(labels)))
        keys |= {f"{SuppressionKind.DOMAIN}:{one}" for one in suffixes}
    return frozenset(keys)


def _normal_address(value: str) -> Normal:
    if not _ADDRESS.fullmatch(value) or not value.isprintable():
        raise Unfit("value.not_an_address", "Give one address such as jo@example.com.")
    local, _, domain = value.lower().rpartition("@")
    found = _normal_domain(domain)
    twin = None if found.twin is None else f"{local}@{found.twin}"
    return Normal(value=f"{local}@{found.value}", twin=twin)


def _normal_domain(value: str) -> Normal:
    try:
        encoded = value.lower() if value.isascii() else idna.encode(value, uts46=True).decode()
    except idna.IDNAError:
        encoded = ""
    labels = encoded.split(".")
    if len(encoded) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise Unfit("value.not_a_domain", "Give a domain such as example.com.")
    return Normal(value=encoded, twin=_spelled_out(encoded))


def _spelled_out(encoded: str) -> str | None:
    if "xn--" not in encoded:
        return None
    try:
        return idna.decode(encoded)
    except idna.IDNAError:
        return None


def _same_address(value: str, written: str) -> bool:
    try:
        return _normal_address(written.strip()).value == value
    except Unfit:
        return written.strip().lower() == value
