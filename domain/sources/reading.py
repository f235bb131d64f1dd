"""Believes a webhook or refuses it, and says what it means."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from domain.sources import calendars, recruiting
from domain.sources.custom import custom
from domain.sources.fields import Payload, read_object
from domain.sources.happening import Happening
from domain.sources.kinds import SourceKind
from domain.sources.signatures import Delivery, Refusal, Refused, verify

MOST_BYTES = 1024 * 1024  #: Of a webhook's body.

_BY_BODY: Mapping[SourceKind, Callable[[Payload, str], Happening]] = MappingProxyType(
    {
        SourceKind.CALENDLY: calendars.calendly,
        SourceKind.CALCOM: calendars.calcom,
        SourceKind.GREENHOUSE: recruiting.greenhouse,
        SourceKind.LEVER: recruiting.lever,
        SourceKind.ASHBY: recruiting.ashby,
        SourceKind.WORKABLE: recruiting.workable,
    }
)


def understand(
    kind: SourceKind,
    secrets: Sequence[str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    at: datetime,
) -> Happening:
    """Verify a delivery and read it; header names in lower case, `at` machine time (UTC).

    Raises Refused: too large, unsigned, forged, late or malformed. A body is read only once its
    bytes are believed; but Lever's signature stands inside it.
    """
    if len(body) > MOST_BYTES:
        raise Refused(Refusal.TOO_LARGE)
    inside = _read(body) if kind is SourceKind.LEVER else {}
    verify(kind, secrets, Delivery(headers=headers, body=body, payload=inside, at=at))
    payload = inside or _read(body)
    if kind is SourceKind.CUSTOM:
        return custom(payload, headers)
    return _BY_BODY[kind](payload, f"sha256:{hashlib.sha256(body).hexdigest()}")


def _read(body: bytes) -> Payload:
    try:
        return read_object(body)
    except ValueError:
        raise Refused(Refusal.MALFORMED) from None
