"""Webhooks out, by the Standard Webhooks specification: names, signatures, bodies, retries.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

SECRET_PREFIX = "whsec_"  # The specification's prefix, no secret.
SECRET_BYTES = 32  #: The specification asks for 24 to 64.
EVERY_EVENT = "*"
OVERLAP = timedelta(hours=24)  #: After a rotation both secrets sign for so long.
GIVE_UP_AFTER = timedelta(days=3)  #: Business time from the first try to the last.
DISABLE_AFTER = timedelta(days=5)  #: Machine time without a single success.
JITTER = 0.2  #: A wait is up to this share shorter or longer.

_WAITS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400)  # seconds; then every eight hours
_LONGEST = 28_800
_LAST_CALL = timedelta(minutes=1)


class EndpointState(StrEnum):
    """Whether an endpoint is told."""

    ENABLED = "enabled"
    DISABLED = "disabled"


class NoticeState(StrEnum):
    """How far a notice came."""

    PENDING = "pending"  #: It is, or will be, tried.
    DELIVERED = "delivered"
    FAILED = "failed"  #: Every try failed, to the last; it may be redelivered.
    STOPPED = "stopped"  #: Its receiver was switched off; it may be redelivered.
    HELD = "held"  #: It waits for an address, or for a mailbox to send from.


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event as an endpoint hears it: ids, codes and numbers, never content."""

    event_id: str
    event: str
    at: datetime  #: Business time of the event (UTC).
    code: str | None = None
    status: str | None = None
    number: int | None = None  #: Rises per enrollment, in the order in which things became true.
    enrollment_id: str | None = None
    sequence_id: str | None = None
    candidate_id: str | None = None
    mailbox_id: str | None = None
    step_id: str | None = None


def body_of(told: Told) -> bytes:
    """Write the body: the same bytes at every try."""
    names = ("code", "status", "number", "enrollment_id", "sequence_id", "candidate_id")
    data = {name: getattr(told, name) for name in (*names, "mailbox_id", "step_id")}
    body = {"type": told.event, "timestamp": _instant(told.at), "data": data}
    return json.dumps(body, separators=(",", ":")).encode()


def sign(secrets: Sequence[bytes], *, message_id: str, at: int, body: bytes) -> str:
    """Write `webhook-signature`: one v1 signature per secret, the newest first.

    `at` is machine time in whole Unix seconds, so no time zone can spoil it.
    """
    signed = b".".join((message_id.encode(), str(at).encode(), body))
    digests = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def headers_of(
    secrets: Sequence[bytes], *, message_id: str, at: int, body: bytes
) -> Mapping[str, str]:
    """Write the headers of one try."""
    return {
        "content-type": "application/json",
        "user-agent": "Reprise-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": sign(secrets, message_id=message_id, at=at, body=body),
    }


def show_secret(secret: bytes) -> str:
    """Write a secret as its owner gets it, once."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def read_secret(text: str) -> bytes:
    """Read a secret as it was shown. Raises ValueError."""
    try:
        return base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of a webhook") from error


def next_wait(
    failures: int, *, age: timedelta, chance: float, retry_after: timedelta | None = None
) -> timedelta | None:
    """Say how long to wait after the n-th failure in a row; None: that was the last try.

    `chance` from 0 to 1 spreads what failed together. The receiver's own `retry_after` wins where
    it is longer; nothing is waited for past the third day, where the last try is.
    """
    left = GIVE_UP_AFTER - age
    if left < _LAST_CALL:
        return None
    seconds = _WAITS[failures - 1] if failures <= len(_WAITS) else _LONGEST
    own = timedelta(seconds=seconds * (1 - JITTER + 2 * JITTER * chance))
    return min(max(own, retry_after or own), left)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
