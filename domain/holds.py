"""Which repair heals which hold."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.codes import ReasonCode


class ResourceKind(StrEnum):
    """What can be mended; each has a `generation` that a repair raises."""

    MAILBOX = "mailbox"
    CANDIDATE = "candidate"
    SEQUENCE = "sequence"


_CONTENT = frozenset(
    {
        ReasonCode.LEAD_NOT_SCRAPED,
        ReasonCode.MISSING_EMAIL_SUBJECT,
        ReasonCode.EMPTY_MESSAGE,
    }
)

HEALS: Mapping[ResourceKind, frozenset[ReasonCode]] = MappingProxyType(
    {
        ResourceKind.MAILBOX: frozenset(
            {
                ReasonCode.MANUAL,  # A person paused the mailbox.
                ReasonCode.MAILBOX_DISCONNECTED,
                ReasonCode.MAILBOX_ERROR,
                ReasonCode.SENDER_REMOVED,
                ReasonCode.INVALID_SENDER_ADDRESS,
            }
        ),
        ResourceKind.CANDIDATE: _CONTENT
        | {
            ReasonCode.MISSING_CONTACT_EMAIL,
            ReasonCode.INVALID_CONTACT_EMAIL,
            ReasonCode.PREVIOUSLY_BOUNCED,
        },
        ResourceKind.SEQUENCE: _CONTENT
        | {
            ReasonCode.NO_SENDER,
            ReasonCode.SCHEDULE_INVALID,
            ReasonCode.FOLLOWUP_SCHEDULE_INVALID,
        },
    }
)
"""A repair of the resource lets go of exactly the holds with these codes on it. What is in no row
(sending_failed, permanent_fail, system_error, ...) waits for a person's retry."""


def healers(code: ReasonCode) -> frozenset[ResourceKind]:
    """Name the kinds of resource whose repair heals a hold with this code."""
    return frozenset(kind for kind, codes in HEALS.items() if code in codes)
