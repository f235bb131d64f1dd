"""What Calendly and Cal.com tell: a candidate chose a time, moved it, or gave it up.

Calendly: developer.calendly.com, "Webhook payloads". A move is two events: `invitee.created` of the
new booking and `invitee.canceled` of the old one with `rescheduled: true`.
Cal.com: cal.com/docs/developing/guides/automation/webhooks.
"""

from collections.abc import Mapping
from types import MappingProxyType

from domain.ids import Prefix
from domain.sources.fields import (
    Payload,
    addresses,
    branch,
    digest,
    flag,
    objects,
    text,
)
from domain.sources.happening import Happening, HappeningKind, People

_CALENDLY = {
    "invitee.created": HappeningKind.BOOKED,
    "invitee.canceled": HappeningKind.CANCELED,
}


def calendly(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Calendly; `tracking.utm_content` may carry an enrollment's id."""
    name = text(payload, "event")
    invitee = branch(payload, "payload")
    kind = _CALENDLY.get(name, HappeningKind.OTHER)
    if kind is HappeningKind.CANCELED and flag(invitee, "rescheduled"):
        kind = HappeningKind.OTHER  # The new booking is told by an event of its own.
    uri = text(invitee, "uri")
    marked = text(branch(invitee, "tracking"), "utm_content").strip()
    ours = (marked,) if marked.startswith(f"{Prefix.ENROLLMENT}_") else ()
    return Happening(
        kind=kind,
        name=name,
        event_id=f"{name}:{uri}" if uri else body_digest,
        people=People(addresses=addresses([text(invitee, "email")]), enrollment_ids=ours),
    )


_CALCOM: Mapping[str, HappeningKind] = MappingProxyType(
    {
        "BOOKING_CREATED": HappeningKind.BOOKED,
        "BOOKING_RESCHEDULED": HappeningKind.BOOKED,
        "BOOKING_CANCELLED": HappeningKind.CANCELED,
        "BOOKING_REJECTED": HappeningKind.CANCELED,
    }
)


def calcom(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Cal.com.

    One uid can be booked by several people (seats) and moved, so its word, uid, time and attendees
    name the event together; the time of its making does not, since a repeat may have another.
    """
    name = text(payload, "triggerEvent")
    booking = branch(payload, "payload")
    kind = _CALCOM.get(name, HappeningKind.OTHER)
    named = [text(one, "email") for one in objects(booking, "attendees")]
    named.append(text(branch(booking, "responses", "email"), "value"))
    people = People(addresses=addresses(named))
    uid, start = text(booking, "uid"), text(booking, "startTime")
    known = digest(name, uid, start, *sorted(people.addresses))
    return Happening(
        kind=kind,
        name=name,
        event_id=f"{name}:{known}" if uid else body_digest,
        people=people,
    )
