"""Says why a mail was not delivered: by its words first, by its code where no words tell.

Where the same words go with several codes the words count: many systems write 5.0.0 or 5.7.1 for
everything.
"""

import re
from dataclasses import dataclass

from domain.inbound.causes import Cause
from domain.inbound.notices import flowing, without_boilerplate
from domain.inbound.phrases import TABLE

_ADDRESS = re.compile(r"[^\s<>;:,\"'()\[\]]+@[A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why it was not delivered, as somebody said."""

    cause: Cause
    confidence: float
    words: str = ""  #: What was said; without addresses.


def reason_in(text: str, confidence: float) -> Reason | None:
    """Say which cause a text names, or None; the words that name it come with it."""
    flat = without_boilerplate(_ADDRESS.sub("<>", flowing(text[:20_000])[:4_000]))
    for one in TABLE:
        if found := one.pattern.search(flat):
            return Reason(one.cause, confidence, " ".join(found.group(0).split())[:80])
    return None


def cause_of(text: str) -> Cause | None:
    """Say which cause a text names, or None."""
    reason = reason_in(text, 1)
    return reason.cause if reason else None


STATUS_CAUSES: tuple[tuple[str, Cause], ...] = (
    ("5.1.8", Cause.SENDER),
    ("5.1.7", Cause.SENDER),
    ("5.1.2", Cause.NOWHERE),
    ("5.1.10", Cause.NOWHERE),
    ("5.1.", Cause.GONE),
    ("5.2.1", Cause.CLOSED),
    ("5.2.3", Cause.CONTENT),
    ("5.2.2", Cause.FULL),
    ("5.2.", Cause.POLICY),
    ("5.4.4", Cause.NOWHERE),
    ("5.4.310", Cause.NOWHERE),
    ("5.6.", Cause.CONTENT),
    ("5.3.4", Cause.CONTENT),
    ("5.7.", Cause.POLICY),
    ("4.2.2", Cause.FULL),
    ("4.", Cause.LATER),
    ("5.3.", Cause.LATER),
    ("5.4.", Cause.LATER),
)
"""What an enhanced code says where no words do (RFC 3463, RFC 5248)."""


_OF_THE_SENDER = re.compile(r"5\.7\.(?:2[3567]|57|60|50[1235689]|51[1-3]|6\d\d|7\d\d)")


def reason_of_status(status: str) -> Reason | None:
    """Say what a code alone means, or None (5.0.0 says nothing)."""
    if _OF_THE_SENDER.fullmatch(status):
        return Reason(Cause.SENDER, 0.8)
    cause = next((cause for code, cause in STATUS_CAUSES if _is(status, code)), None)
    return Reason(cause, 0.8) if cause else None


def _is(status: str, code: str) -> bool:
    return status.startswith(code) if code.endswith(".") else status == code
