"""How much an account may do: rows of an action kind, a period and a number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.codes import ReasonCode


class ActionKind(StrEnum):
    """What is counted; each has limits of its own."""

    EMAIL = "email"
    CONNECTION = "connection"
    MESSAGE = "message"
    INMAIL = "inmail"
    CONTACT = "contact"  #: Different people that a workspace writes to.


class Period(StrEnum):
    """Over what it is counted: the account's local days, ISO weeks and months."""

    DAY = "day"  #: And never more in any 24 hours.
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most this many of one action in each period."""

    action: ActionKind
    period: Period
    most: int

    @property
    def code(self) -> ReasonCode:
        """Why what would exceed it waits."""
        return CODES[self.action]


CODES: Mapping[ActionKind, ReasonCode] = MappingProxyType(
    {
        ActionKind.EMAIL: ReasonCode.MAILBOX_DAILY_LIMIT,
        ActionKind.CONNECTION: ReasonCode.LINKEDIN_DAILY_LIMIT,
        ActionKind.MESSAGE: ReasonCode.LINKEDIN_DAILY_LIMIT,
        ActionKind.INMAIL: ReasonCode.LINKEDIN_DAILY_LIMIT,
        ActionKind.CONTACT: ReasonCode.MONTHLY_CONTACT_LIMIT,
    }
)


def start_of(period: Period, day: date) -> date:
    """Give the first day of the period that a local day lies in."""
    return _STARTS[period](day)


def next_start(period: Period, day: date) -> date:
    """Give the first day of the period after the one that a local day lies in."""
    return start_of(period, start_of(period, day) + _LONGER[period])


LONGEST: Mapping[Period, timedelta] = MappingProxyType(
    {
        Period.DAY: timedelta(days=1),
        Period.WEEK: timedelta(days=8),  # Zones and clock changes give a day of play.
        Period.MONTH: timedelta(days=32),
    }
)
"""How far back slots must be read to count a period that has begun."""

_STARTS: Mapping[Period, Callable[[date], date]] = MappingProxyType(
    {
        Period.DAY: lambda day: day,
        Period.WEEK: lambda day: day - timedelta(days=day.weekday()),
        Period.MONTH: lambda day: day.replace(day=1),
    }
)
_LONGER: Mapping[Period, timedelta] = MappingProxyType(
    {
        Period.DAY: timedelta(days=1),
        Period.WEEK: timedelta(days=7),
        Period.MONTH: timedelta(days=31),
    }
)
