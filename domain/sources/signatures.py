"""Verifies who sent a webhook: over the bytes as they came, in constant time, per kind.

Calendly: developer.calendly.com, "Webhook Signatures". Cal.com: cal.com/docs, "Webhooks".
Greenhouse: developers.greenhouse.io/webhooks.html, "Authentication". Lever:
hire.lever.co/developer/documentation, "Webhooks". Ashby: developers.ashbyhq.com, "Webhooks".
Workable: workable.readme.io/reference/webhooks. Custom: standardwebhooks.com.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

from domain.sources.fields import Payload, whole
from domain.sources.kinds import SPECS, SourceKind

AHEAD = timedelta(minutes=5)  #: How far another clock may be ahead of ours.


class Refusal(StrEnum):
    """Why a webhook is not believed."""

    UNSIGNED = "unsigned"  #: It carries no signature of the kind's form.
    FORGED = "forged"  #: Its signature is another one.
    LATE = "late"  #: Its signature is too old, or from the future.
    MALFORMED = "malformed"  #: Its body cannot be read.
    TOO_LARGE = "too_large"


class Refused(Exception):
    """A webhook that is not believed; `why` says it without a word of its content."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook as it came."""

    headers: Mapping[str, str]  #: Names in lower case.
    body: bytes
    payload: Payload  #: The body, read, where the signature stands inside it.
    at: datetime  #: When it came (machine time, UTC).


def verify(kind: SourceKind, secrets: Sequence[str], delivery: Delivery) -> None:
    """Raise Refused unless one of the source's secrets signed this delivery, and lately."""
    signed = _READ[kind](delivery)
    if not signed.given:
        raise Refused(Refusal.UNSIGNED)
    expected = [_digest(_KEYS[kind](secret), signed.message) for secret in secrets]
    # Every pair is compared, whatever matched before: the time taken tells nothing.
    matches = [hmac.compare_digest(a, b) for a in expected for b in signed.given]
    if not any(matches):
        raise Refused(Refusal.FORGED)
    _check_age(kind, signed.at, delivery.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """What a delivery claims: which bytes are signed, by which digests, and when."""

    message: bytes
    given: Sequence[bytes]
    at: float | None = None  #: Seconds since 1970.


def _check_age(kind: SourceKind, signed_at: float | None, now: datetime) -> None:
    tolerance = SPECS[kind].tolerance
    if tolerance is None:
        return
    age = now.timestamp() - (signed_at or 0.0)
    if age > tolerance.total_seconds() or age < -min(AHEAD, tolerance).total_seconds():
        raise Refused(Refusal.LATE)


def _calendly(delivery: Delivery) -> _Signed:
    parts = [part.strip() for part in delivery.headers.get(_CALENDLY, "").split(",")]
    stamps = [part[2:] for part in parts if part.startswith("t=")]
    stamp = stamps[0] if stamps else ""
    if not _is_stamp(stamp):
        raise Refused(Refusal.UNSIGNED)
    given = _hex(part[3:] for part in parts if part.startswith("v1="))
    return _Signed(message=stamp.encode() + b"." + delivery.body, given=given, at=float(stamp))


def _lever(delivery: Delivery) -> _Signed:
    token, signature = delivery.payload.get("token"), delivery.payload.get("signature")
    stamp = whole(delivery.payload.get("triggeredAt"))
    if not isinstance(token, str) or not isinstance(signature, str) or stamp is None:
        raise Refused(Refusal.UNSIGNED)
    message = f"{token}{stamp}".encode("utf-8", "replace")
    return _Signed(message=message, given=_hex([signature]), at=stamp / 1000)


def _custom(delivery: Delivery) -> _Signed:
    names = ("webhook-id", "webhook-timestamp")
    id_, stamp = (delivery.headers.get(name, "") for name in names)
    if not id_ or not _is_stamp(stamp):
        raise Refused(Refusal.UNSIGNED)
    signatures = delivery.headers.get("webhook-signature", "").split(" ")
    given = _base64(one[3:] for one in signatures if one.startswith("v1,"))
    message = f"{id_}.{stamp}.".encode("utf-8", "replace") + delivery.body
    return _Signed(message=message, given=given, at=float(stamp))


def _whole_body(header: str, prefix: str = "") -> Callable[[Delivery], _Signed]:
    """Read a scheme that signs the body alone; `prefix` stands before the hex digest."""

    def read(delivery: Delivery) -> _Signed:
        value = delivery.headers.get(header, "").strip()
        found = [value.removeprefix(prefix)] if value.startswith(prefix) else []
        return _Signed(message=delivery.body, given=_hex(found))

    return read


_CALENDLY = "calendly-webhook-signature"
_READ: Mapping[SourceKind, Callable[[Delivery], _Signed]] = MappingProxyType(
    {
        SourceKind.CALENDLY: _calendly,
        SourceKind.CALCOM: _whole_body("x-cal-signature-256"),
        SourceKind.GREENHOUSE: _whole_body("signature", "sha256 "),
        SourceKind.LEVER: _lever,
        SourceKind.ASHBY: _whole_body("ashby-signature", "sha256="),
        SourceKind.WORKABLE: _whole_body("x-workable-signature"),
        SourceKind.CUSTOM: _custom,
    }
)


def standard_key(secret: str) -> bytes:
    """Read a secret of Standard Webhooks: `whsec_` and base64. Raises ValueError."""
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def _plain_key(secret: str) -> bytes:
    return secret.encode()


_KEYS: Mapping[SourceKind, Callable[[str], bytes]] = MappingProxyType(
    {kind: standard_key if kind is SourceKind.CUSTOM else _plain_key for kind in SourceKind}
)


def _digest(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, sha256).digest()


def _is_stamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _hex(given: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in given if len(one) == 64 and _is_hex(one)]


def _is_hex(text: str) -> bool:
    return text.isascii() and all(c in "0123456789abcdefABCDEF" for c in text)


def _base64(given: Iterable[str]) -> list[bytes]:
    found: list[bytes] = []
    for one in given:
        try:
            found.append(base64.b64decode(one, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
