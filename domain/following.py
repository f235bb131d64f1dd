"""What follows from a message, by its class: one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.codes import ReasonCode
from domain.inbound.verdict import AutoKind, MailKind, Verdict
from domain.timing import instant_of


class Consequence(StrEnum):
    """What is done about a message."""

    NOTHING = "nothing"
    STOP = "stop"  #: The enrollment of its thread ends; matched by address, all of the mailbox's.
    SUPPRESS_ADDRESS = "suppress_address"  #: Nobody writes there again; its enrollments end.
    SUPPRESS_PERSON = "suppress_person"  #: Nobody writes to them again; their enrollments end.
    REST_MAILBOX = "rest_mailbox"  #: The mailbox is blocked for a day, then one send probes.
    AWAIT_RETURN = "await_return"  #: The enrollment pauses until the return.


class OutOfOffice(StrEnum):
    """A sequence's policy for absence notes."""

    END = "end"
    WAIT = "wait"


CONSEQUENCES: Mapping[MailKind, Consequence] = MappingProxyType(
    {
        MailKind.HARD_BOUNCE: Consequence.SUPPRESS_ADDRESS,
        MailKind.SOFT_BOUNCE: Consequence.NOTHING,
        MailKind.SENDER_BLOCKED: Consequence.REST_MAILBOX,
        MailKind.COMPLAINT: Consequence.SUPPRESS_PERSON,
        MailKind.AUTO_REPLY: Consequence.NOTHING,  #: But see `consequence_of`.
        MailKind.RECEIPT: Consequence.NOTHING,
        MailKind.CALENDAR: Consequence.NOTHING,
        MailKind.UNSUBSCRIBE: Consequence.SUPPRESS_PERSON,
        MailKind.REPLY: Consequence.STOP,
        MailKind.UNRELATED: Consequence.NOTHING,
    }
)

STOP_CODES: Mapping[MailKind, ReasonCode] = MappingProxyType(
    {
        MailKind.REPLY: ReasonCode.REPLIED,
        MailKind.AUTO_REPLY: ReasonCode.OUT_OF_OFFICE,
    }
)

BACK_AT = time(9)  #: Local time of the day of return at which an enrollment goes on.
NO_DATE = timedelta(days=7)  #: How long one waits for somebody who does not say until when.
LONGEST_WAIT = timedelta(days=90)  #: Who is away for longer ends as if the policy were `end`.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An enrollment that a message ended, for undoing it."""

    enrollment_id: str
    round: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What was done about a message."""

    consequence: Consequence = Consequence.NOTHING
    reason: str = ""  #: Why nothing more, or until when; in words for a person.
    ended: tuple[Ended, ...] = ()
    paused: tuple[str, ...] = ()  #: Enrollments that await a return.
    suppression_id: str | None = None
    crossed: tuple[str, ...] = field(default=())  #: Deliveries accepted after it was received.


def consequence_of(verdict: Verdict, policy: OutOfOffice) -> Consequence:
    """Say what follows from a class; of automatic answers only two kinds do anything.

    An address whose person has left is as good as one that bounces.
    """
    if verdict.kind is not MailKind.AUTO_REPLY:
        return CONSEQUENCES[verdict.kind]
    if verdict.auto is AutoKind.LEFT:
        return Consequence.SUPPRESS_ADDRESS
    if verdict.auto is AutoKind.ABSENCE:
        return Consequence.AWAIT_RETURN if policy is OutOfOffice.WAIT else Consequence.STOP
    return Consequence.NOTHING


def back_at(returns_on: date | None, *, now: datetime, zone: str) -> datetime | None:
    """Say when somebody can be written to again (UTC); None when that is too far away.

    `now` is the enrollment's own time. A day that has passed already means the next morning.
    """
    if returns_on is None:
        return now + NO_DATE
    today = now.astimezone(ZoneInfo(zone)).date()
    back = instant_of(datetime.combine(returns_on, BACK_AT), zone)
    if back <= now:
        back = instant_of(datetime.combine(today + timedelta(days=1), BACK_AT), zone)
    return back if back <= now + LONGEST_WAIT else None
