"""The states of a mailbox, and which hold each one means for what would be sent from it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.codes import ReasonCode


class MailboxState(StrEnum):
    """Whether a mailbox can send."""

    CONNECTING = "connecting"  #: Its owner has not finished the consent yet.
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  #: Its grant is dead.
    ERROR = "error"  #: It answers, and refuses.


HOLD_CODES: Mapping[MailboxState, ReasonCode | None] = MappingProxyType(
    {
        MailboxState.CONNECTING: ReasonCode.MAILBOX_DISCONNECTED,
        MailboxState.CONNECTED: None,
        MailboxState.DISCONNECTED: ReasonCode.MAILBOX_DISCONNECTED,
        MailboxState.ERROR: ReasonCode.MAILBOX_ERROR,
    }
)


def hold_code(state: MailboxState) -> ReasonCode | None:
    """Name the hold of a step whose mailbox is in this state; None when it can send."""
    return HOLD_CODES[state]
