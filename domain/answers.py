"""What a provider's refusal means to us, whatever words it uses.

Each provider has one table from its own spelling to a `Meaning`; this one says what follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.codes import ReasonCode
from domain.errors import (
    Disconnected,
    Exhausted,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)

A_DAY = timedelta(hours=24)


class Meaning(StrEnum):
    """What a provider's answer means."""

    THROTTLED = "throttled"  #: Too many calls just now.
    QUOTA = "quota"  #: The mailbox sent as much as its provider allows for a while.
    BLOCKED = "blocked"  #: The provider stopped the mailbox from sending.
    UNAUTHORIZED = "unauthorized"  #: The access token was refused; a new one may help.
    DISCONNECTED = "disconnected"  #: The grant or password is dead.
    MAILBOX_ERROR = "mailbox_error"  #: The mailbox, our app or its rights are not in order.
    BAD_SENDER = "bad_sender"  #: The mailbox may not send as this address.
    BAD_RECIPIENT = "bad_recipient"  #: The candidate's address cannot be written to.
    PERMANENT = "permanent"  #: This message will not be taken, for another reason.
    UNAVAILABLE = "unavailable"  #: It failed on its side, before it accepted anything.
    AMBIGUOUS = "ambiguous"  #: It failed on its side; while sending, the outcome is open.
    GONE = "gone"  #: What was named is not there.


class Scope(StrEnum):
    """Whom an answer concerns."""

    CALL = "call"
    MESSAGE = "message"
    MAILBOX = "mailbox"


class Until(StrEnum):
    """How long it holds."""

    NAMED = "named"  #: As long as the provider says, else by our own back-off.
    NAMED_OR_DAY = "named_or_day"  #: As long as the provider says, else 24 hours.
    DAY = "day"  #: 24 hours, then it is tried again.
    MENDED = "mended"  #: Until a person mends it.
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a meaning."""

    code: ReasonCode | None
    retryable: bool
    scope: Scope
    until: Until


VERDICTS: Mapping[Meaning, Verdict] = MappingProxyType(
    {
        Meaning.THROTTLED: Verdict(None, True, Scope.CALL, Until.NAMED),
        Meaning.QUOTA: Verdict(
            ReasonCode.PROVIDER_QUOTA_EXCEEDED, True, Scope.MAILBOX, Until.NAMED_OR_DAY
        ),
        Meaning.BLOCKED: Verdict(ReasonCode.MAILBOX_BLOCKED, True, Scope.MAILBOX, Until.DAY),
        Meaning.UNAUTHORIZED: Verdict(None, True, Scope.CALL, Until.NOTHING),
        Meaning.DISCONNECTED: Verdict(
            ReasonCode.MAILBOX_DISCONNECTED, False, Scope.MAILBOX, Until.MENDED
        ),
        Meaning.MAILBOX_ERROR: Verdict(
            ReasonCode.MAILBOX_ERROR, False, Scope.MAILBOX, Until.MENDED
        ),
        Meaning.BAD_SENDER: Verdict(
            ReasonCode.INVALID_SENDER_ADDRESS, False, Scope.MAILBOX, Until.MENDED
        ),
        Meaning.BAD_RECIPIENT: Verdict(
            ReasonCode.INVALID_CONTACT_EMAIL, False, Scope.MESSAGE, Until.MENDED
        ),
        Meaning.PERMANENT: Verdict(ReasonCode.PERMANENT_FAIL, False, Scope.MESSAGE, Until.MENDED),
        Meaning.UNAVAILABLE: Verdict(None, True, Scope.CALL, Until.NAMED),
        Meaning.AMBIGUOUS: Verdict(None, True, Scope.CALL, Until.NAMED),
        Meaning.GONE: Verdict(None, False, Scope.CALL, Until.NOTHING),
    }
)


def error_for(
    meaning: Meaning, text: str, *, retry_after: timedelta | None, sending: bool
) -> ProviderError:
    """Make the error of a meaning. `sending`: the request was the one that sends."""
    verdict = VERDICTS[meaning]
    match meaning:
        case Meaning.THROTTLED:
            return Throttled(text, retry_after=retry_after)
        case Meaning.QUOTA | Meaning.BLOCKED:
            named = retry_after if verdict.until is Until.NAMED_OR_DAY else None
            return Exhausted(text, code=verdict.code, retry_after=named or A_DAY)
        case Meaning.DISCONNECTED:
            return Disconnected(text)
        case Meaning.GONE:
            return NotFound(text)
        case Meaning.UNAVAILABLE:
            return Unavailable(text, retry_after=retry_after)
        case Meaning.UNAUTHORIZED:
            return Unauthorized(text)
        case Meaning.AMBIGUOUS:
            kind = OutcomeUnknown if sending else Unavailable
            return kind(text, retry_after=retry_after)
        case _:
            return Refused(text, code=verdict.code)
