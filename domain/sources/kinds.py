"""The kinds of source: how each one signs, what we ask it, and which stop its interviews are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.codes import ReasonCode


class SourceKind(StrEnum):
    """Who tells us that a candidate will be talked to."""

    CALENDLY = "calendly"
    CALCOM = "calcom"
    GREENHOUSE = "greenhouse"
    LEVER = "lever"
    ASHBY = "ashby"
    WORKABLE = "workable"
    CUSTOM = "custom"  #: A system of the customer's own, signing by Standard Webhooks.


class SourceState(StrEnum):
    """Whether a source can be asked; one that only tells us is always connected."""

    CONNECTED = "connected"
    ERROR = "error"  #: It refuses us, or has not answered for a while.


class SourceFault(StrEnum):
    """Why a source is in error."""

    KEY_REFUSED = "key_refused"
    ACCESS_DENIED = "access_denied"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"


REMEDIES: Mapping[SourceFault, str] = MappingProxyType(
    {
        SourceFault.KEY_REFUSED: "Give it a valid API key: PATCH /sources/{id} with api_key.",
        SourceFault.ACCESS_DENIED: "Give its API key the rights that docs/sources.md names.",
        SourceFault.NOT_FOUND: "Check its subdomain: PATCH /sources/{id} with subdomain.",
        SourceFault.UNREACHABLE: "It is tried again by itself; see whether it is down.",
    }
)
"""What to do about each fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What we must know of a kind."""

    code: ReasonCode  #: Which stop an interview is that it tells of.
    polled: bool = False  #: Interviews are found by asking it every few minutes.
    asked: bool = False  #: An event names ids only: the addresses are asked for afterwards.
    we_may_choose: bool = True  #: Its secret is ours to choose; otherwise it gives us one.
    tolerance: timedelta | None = None  #: How old a signature may be; None: it carries no time.

    @property
    def needs_key(self) -> bool:
        """Say whether it is of no use without an API key."""
        return self.polled or self.asked


_BOOKED = ReasonCode.CALENDLY_EVENT_SCHEDULED
_FOUND = ReasonCode.ATS_INTERVIEW_FOUND

SPECS: Mapping[SourceKind, Spec] = MappingProxyType(
    {
        # 3 minutes: developer.calendly.com, "Webhook Signatures".
        SourceKind.CALENDLY: Spec(code=_BOOKED, tolerance=timedelta(minutes=3)),
        SourceKind.CALCOM: Spec(code=_BOOKED),
        SourceKind.GREENHOUSE: Spec(code=_FOUND, polled=True),
        # Its signature does not cover the body, so what it tells is asked for again; the bound
        # only keeps old captures out, and lets it try again after an outage of ours.
        SourceKind.LEVER: Spec(
            code=_FOUND, asked=True, we_may_choose=False, tolerance=timedelta(days=1)
        ),
        SourceKind.ASHBY: Spec(code=_FOUND, asked=True),
        SourceKind.WORKABLE: Spec(code=_FOUND, polled=True, we_may_choose=False),
        # 5 minutes: standardwebhooks.com, "Verifying webhook authenticity".
        SourceKind.CUSTOM: Spec(code=_FOUND, tolerance=timedelta(minutes=5)),
    }
)
