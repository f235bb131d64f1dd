"""Who is told of which event of the log: one table, and words where the catalog has no row.

Every stop and every error is told to the sequence's owner; what belongs to no sequence (a source, a
mailbox that none sends from) to the workspace's admins. Endpoints may hear of everything but
the rhythm of waiting, which would drown the rest; what they want of it they choose by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.catalog import CATALOG
from domain.codes import LogEvent, ReasonCode, Status


class NoticeChannel(StrEnum):
    """How somebody is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    SLACK = "slack"
    SMS = "sms"


PERSONAL = (NoticeChannel.EMAIL, NoticeChannel.SLACK, NoticeChannel.SMS)
"""The channels of a person; endpoints belong to the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who is told."""

    channels: tuple[NoticeChannel, ...] = ()  #: Of the owner, where he chose them.
    endpoints: bool = True  #: Those that chose the event.

    @property
    def nobody(self) -> bool:
        """Say whether there is nobody to look for."""
        return not (self.channels or self.endpoints)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an event means, for people."""

    label: str
    cause: str
    remedy: str


OWNER = Telling(channels=PERSONAL)
ENDPOINTS = Telling()
BY_EMAIL = Telling(channels=(NoticeChannel.EMAIL,))  #: Another channel of his is broken.
NOBODY = Telling(endpoints=False)

TELLING: Mapping[LogEvent, Telling] = MappingProxyType(
    {
        LogEvent.STEP_SCHEDULED: NOBODY,
        LogEvent.STEP_DEFERRED: NOBODY,
        LogEvent.STEP_RETRY_SCHEDULED: NOBODY,
        LogEvent.MAILBOX_LIMIT_REACHED: NOBODY,
        LogEvent.LINKEDIN_LIMIT_REACHED: NOBODY,
        # What stops a whole mailbox or account is told whatever its code's status is.
        LogEvent.MAILBOX_BLOCKED: OWNER,
        LogEvent.MAILBOX_DETECTION_FAILED: OWNER,
        LogEvent.MAILBOX_CIRCUIT_OPENED: OWNER,
        LogEvent.CHECK_FAILED: OWNER,
        LogEvent.SOURCE_ERROR: OWNER,
        LogEvent.BOOKING_CANCELED: OWNER,  # Nothing is resumed by it: the owner may want to.
        # A channel that is broken is no news for that channel: it would go round in circles.
        LogEvent.NOTIFICATION_FAILED: ENDPOINTS,
        LogEvent.NOTIFICATION_DISABLED: BY_EMAIL,
        LogEvent.WEBHOOK_DISABLED: BY_EMAIL,
    }
)
"""Events that are not told by the status of their code."""

_TOLD = frozenset({Status.ERROR.value, Status.REPLIED.value, Status.FINISHED.value})

_CONNECT_AGAIN = "Connect another one in your notification settings."
WORDS: Mapping[LogEvent, Words] = MappingProxyType(
    {
        LogEvent.BOOKING_CANCELED: Words(
            label="Booking canceled",
            cause="The interview or booking that ended this outreach was called off.",
            remedy="Nothing is resumed by itself; enroll the candidate again with restart.",
        ),
        LogEvent.SOURCE_ERROR: Words(
            label="Source in error",
            cause="A calendar or recruiting system refuses us, or has not answered for a while.",
            remedy="GET /sources/{id} says why and what to do; it goes on by itself afterwards.",
        ),
        LogEvent.WEBHOOK_DISABLED: Words(
            label="Webhook endpoint switched off",
            cause="It answered 410 Gone, or nothing but failures for days.",
            remedy="Mend it, switch it on again (PATCH /webhook_endpoints/{id}), then redeliver.",
        ),
        LogEvent.NOTIFICATION_DISABLED: Words(
            label="Notification channel switched off",
            cause="Its provider says that it does not exist any more, or refuses us.",
            remedy=_CONNECT_AGAIN,
        ),
    }
)


def telling_of(event: LogEvent, code: ReasonCode | None) -> Telling:
    """Say who is told: by the event's own row, else by whether its code is a stop or an error."""
    if event in TELLING:
        return TELLING[event]
    if code is not None and CATALOG[code].status in _TOLD:
        return OWNER
    return ENDPOINTS


def words_of(event: LogEvent, code: ReasonCode | None) -> Words:
    """Say what an event means: the catalog's words for its code, else the event's own."""
    if code is not None:
        row = CATALOG[code]
        return Words(label=row.label, cause=row.cause, remedy=row.remedy)
    if event in WORDS:
        return WORDS[event]
    label = event.value.replace(".", ": ").replace("_", " ").capitalize()
    return Words(label=label, cause="See the log.", remedy="Nothing need be done.")
