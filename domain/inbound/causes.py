"""Why a mail was not delivered, and what kind of bounce that makes it."""

from enum import StrEnum

from domain.inbound.verdict import MailKind


class Cause(StrEnum):
    """Why a mail was not delivered."""

    SENDER = "the sender's address, server or reputation was refused"
    CONTENT = "the message itself was refused"
    FULL = "the mailbox is full"
    LATER = "it could not be delivered for now"
    LIMIT = "more was sent than is taken"
    POLICY = "a rule of the recipient's side refused it"
    SUSPENDED = "the mailbox is suspended for now"
    RELAY = "a server refused to pass it on"
    GONE = "there is no such address"
    CLOSED = "the address is not in use any more"
    NOWHERE = "the domain takes no mail"


KINDS = {
    Cause.SENDER: MailKind.SENDER_BLOCKED,
    Cause.CONTENT: MailKind.SOFT_BOUNCE,
    Cause.FULL: MailKind.SOFT_BOUNCE,
    Cause.LATER: MailKind.SOFT_BOUNCE,
    Cause.LIMIT: MailKind.SOFT_BOUNCE,
    Cause.POLICY: MailKind.SOFT_BOUNCE,
    Cause.SUSPENDED: MailKind.SOFT_BOUNCE,
    Cause.RELAY: MailKind.SOFT_BOUNCE,
    Cause.GONE: MailKind.HARD_BOUNCE,
    Cause.CLOSED: MailKind.HARD_BOUNCE,
    Cause.NOWHERE: MailKind.HARD_BOUNCE,
}
