"""The states of a delivery and which may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DeliveryState(StrEnum):
    """How far one step's message has come. Each change is committed before the next effect."""

    CLAIMED = "claimed"  #: An attempt owns it; nothing was written.
    RENDERED = "rendered"  #: The letter is stored; from here on it never changes.
    DRAFTED = "drafted"  #: The provider keeps a draft; nobody received anything.
    SUBMITTING = "submitting"  #: The send may be on its way: reconcile before any repeat.
    SENT = "sent"
    FAILED = "failed"  #: Provably not accepted.
    UNKNOWN = "unknown"  #: Accepted or not: nothing can prove either.


class Resolution(StrEnum):
    """What a person, who saw the evidence, says of a message of unknown outcome."""

    SENT = "sent"  #: The candidate has it: go on with the next step.
    SEND_AGAIN = "send_again"  #: The candidate does not have it: send it, once.


FOLLOWS: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        DeliveryState.CLAIMED: frozenset({DeliveryState.RENDERED, DeliveryState.FAILED}),
        DeliveryState.RENDERED: frozenset({DeliveryState.DRAFTED, DeliveryState.FAILED}),
        DeliveryState.DRAFTED: frozenset(
            {DeliveryState.SUBMITTING, DeliveryState.RENDERED, DeliveryState.FAILED}
        ),
        DeliveryState.SUBMITTING: frozenset(
            {DeliveryState.SENT, DeliveryState.DRAFTED, DeliveryState.UNKNOWN}
        ),
        DeliveryState.SENT: frozenset(),
        DeliveryState.FAILED: frozenset({DeliveryState.CLAIMED}),
        DeliveryState.UNKNOWN: frozenset({DeliveryState.SENT, DeliveryState.RENDERED}),
    }
)
