"""What a customer's own system tells: `{"type", "data": {"email" | "emails" | ids}}`.

The envelope is that of Standard Webhooks; the words are those of `POST /candidates/{id}/events`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from domain.codes import ReasonCode
from domain.messages import FactKind
from domain.sources.fields import Payload, addresses, branch, clean, text, texts
from domain.sources.happening import Happening, HappeningKind, People

STOPS: Mapping[str, tuple[ReasonCode, FactKind]] = MappingProxyType(
    {
        "interview_session": (
            ReasonCode.INTERVIEW_SESSION_DETECTED,
            FactKind.INTERVIEW_BOOKED,
        ),
        "calendly": (ReasonCode.CALENDLY_EVENT_SCHEDULED, FactKind.STOP),
        "ats_interview": (ReasonCode.ATS_INTERVIEW_FOUND, FactKind.STOP),
    }
)
_CANCELED = ".canceled"


def custom(payload: Payload, headers: Mapping[str, str]) -> Happening:
    """Read an event; a type with `.canceled` behind it is told to the owner and ends nothing."""
    name = text(payload, "type")
    word = name.removesuffix(_CANCELED)
    data = branch(payload, "data")
    kind = HappeningKind.CANCELED if name.endswith(_CANCELED) else HappeningKind.BOOKED
    if word not in STOPS:
        kind = HappeningKind.OTHER
    code, fact = STOPS.get(word, (None, FactKind.STOP))
    return Happening(
        kind=kind,
        name=name,
        event_id=clean(headers["webhook-id"]),
        people=People(
            addresses=addresses([text(data, "email"), *texts(data, "emails")]),
            enrollment_ids=_named(data, "enrollment_id"),
            candidate_ids=_named(data, "candidate_id"),
            external_ids=_named(data, "external_id"),
        ),
        code=code,
        fact=fact,
    )


def _named(data: Payload, name: str) -> tuple[str, ...]:
    value = text(data, name)
    return (value,) if value else ()
