"""Addresses that people give us to call: which of them may be called at all.

Nothing inside a network may be reached through us (server-side request forgery), so a name is
looked up once, every address that it has must be public, and the call goes to one of those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

MAX_URL = 2000
_CLOSED = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host, by a public address
        "169.254.0.0/16",  # link-local, and most clouds' metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL = IPv6Network("2000::/3")  # What IANA gives out; the rest is local, mapped or reserved.
_TUNNELS = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # Teredo, ORCHID, benchmarks
        "2620:4f:8000::/48",  # AS112
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address is inside
        "3fff::/20",  # documentation
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is allowed besides public https on port 443."""

    ports: frozenset[int] = frozenset({443})
    loopback: bool = False  #: This machine, by http and on any port: only with the sandbox on.


@dataclass(frozen=True, slots=True)
class UrlFault:
    """Why an address is not called: a code for programs, a sentence with its remedy."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL taken apart."""

    scheme: str
    host: str
    port: int
    path: str  #: With the query.


_SCHEME = UrlFault("url.not_https", "Give an https:// address; plain http is not called.")
_FORM = UrlFault("url.malformed", "Give a whole address such as https://hooks.example.com/in.")
_USER = UrlFault("url.has_user", "Leave the user name and password out of the address.")
_FRAGMENT = UrlFault("url.has_fragment", "Leave the part after # out of the address.")
PRIVATE = UrlFault(
    "url.not_public", "Its host is inside a network: give one that the internet reaches."
)
UNKNOWN = UrlFault("url.unknown_host", "No such host was found: check the spelling of its name.")


def target_of(url: str, rules: Rules) -> Target | UrlFault:
    """Take a URL apart, or say why it is not called. Looks nothing up."""
    if len(url) > MAX_URL or not url.isascii() or any(c <= " " or c in '\\"<>' for c in url):
        return _FORM
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return _FORM
    if parts.username is not None or parts.password is not None:
        return _USER
    if parts.fragment:
        return _FRAGMENT
    return _target(parts, port, rules)


def _target(parts: SplitResult, port: int | None, rules: Rules) -> Target | UrlFault:
    host = (parts.hostname or "").rstrip(".")
    if not host or port == 0:
        return _FORM
    here = rules.loopback and _is_here(host)
    if parts.scheme != "https" and not (here and parts.scheme == "http"):
        return _SCHEME
    port = port or (443 if parts.scheme == "https" else 80)
    if not here and port not in rules.ports:
        allowed = ", ".join(str(one) for one in sorted(rules.ports))
        return UrlFault("url.port_not_allowed", f"Use one of these ports: {allowed}.")
    if not here and _is_private_literal(host):
        return PRIVATE
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(scheme=parts.scheme, host=host, port=port, path=path)


def choose(target: Target, found: Sequence[str], rules: Rules) -> str | UrlFault:
    """Choose which of a host's addresses to call: none where a single one is not public."""
    if not found:
        return UNKNOWN
    here = rules.loopback and _is_here(target.host)
    allowed = _is_loopback if here else is_public
    if not all(allowed(one) for one in found):
        return PRIVATE
    return found[0]


def is_public(text: str) -> bool:
    """Say whether an address is one of the internet's, and no other form of a private one.

    IPv6 addresses that hold an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are refused
    whole: what they lead to depends on the network that we stand in.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False  # Also one with a scope, such as fe80::1%eth0.
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED)
    return _is_public_v6(address)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in _GLOBAL:
        return False
    return not any(address in tunnel for tunnel in _TUNNELS)


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    return host == "localhost" or _is_loopback(host)


def _is_private_literal(host: str) -> bool:
    """Say whether a host is an address that is not public, however oddly it is written.

    "127.1", "0x7f000001" and "2130706433" are addresses to the C library: what has no letters but
    those of hexadecimal in its last part is no name.
    """
    if ":" in host:
        return not is_public(host)
    last = host.rpartition(".")[2].lower()
    numeric = last.isdigit() or last.startswith("0x")
    return host == "localhost" or host.endswith(".localhost") or (numeric and not is_public(host))
