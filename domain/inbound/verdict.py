"""The classes of incoming mail, and the answer of the classifier."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MailKind(StrEnum):
    """What an incoming mail is."""

    HARD_BOUNCE = "hard_bounce"  #: The address cannot be reached, now or later.
    SOFT_BOUNCE = "soft_bounce"  #: It was not delivered now (or not yet); the address may be good.
    SENDER_BLOCKED = "sender_blocked"  #: Refused because of who sends: the mailbox's matter.
    COMPLAINT = "complaint"  #: Somebody called our mail spam (RFC 5965).
    AUTO_REPLY = "auto_reply"  #: A machine answers for a person: away, received, left, …
    RECEIPT = "receipt"  #: Read or delivered: nobody answered (RFC 8098).
    CALENDAR = "calendar"  #: An invitation, or the answer to one (RFC 5546).
    UNSUBSCRIBE = "unsubscribe"  #: They want no more mail from us.
    REPLY = "reply"  #: A person wrote.
    UNRELATED = "unrelated"  #: Newsletters, digests, notices: nothing to do with what we sent.


class AutoKind(StrEnum):
    """What a machine's answer says."""

    ABSENCE = "absence"  #: Away for a while; `Verdict.returns_on` where it says until when.
    LEFT = "left"  #: The person does not work there any more.
    ACKNOWLEDGEMENT = "acknowledgement"  #: Received, a ticket was opened, ...
    OTHER = "other"


class ReplyCategory(StrEnum):
    """What a person's reply says: a second look, which never decides whether it stops."""

    INTERESTED = "interested"
    NOT_NOW = "not_now"
    NOT_INTERESTED = "not_interested"
    REFERRAL = "referral"
    QUESTION = "question"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a person's reply says to an offer, and why we think so."""

    category: ReplyCategory
    confidence: float  #: From 0 to 1.
    evidence: str  #: A few words for people: what was found.


BOUNCES = frozenset({MailKind.HARD_BOUNCE, MailKind.SOFT_BOUNCE, MailKind.SENDER_BLOCKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a mail is, and why we think so."""

    kind: MailKind
    confidence: float  #: From 0 to 1: how much speaks for it.
    evidence: str  #: A sentence for people: what was found. No addresses.
    recipient: str | None = None  #: A bounce's address, lower case.
    status: str | None = None  #: A bounce's enhanced code (RFC 3463), such as 5.1.1.
    message_id: str | None = None  #: Of the mail that came back, with its angle brackets.
    auto: AutoKind | None = None  #: Of an automatic answer.
    returns_on: date | None = None  #: The first day back, where an absence names it.
    category: ReplyCategory | None = None  #: Of a reply.
