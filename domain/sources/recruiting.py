"""What applicant tracking systems tell by webhook.

Greenhouse: developers.greenhouse.io/webhooks.html (no event says that an interview was made, but a
change of stage carries the stage's interviews). Lever: hire.lever.co/developer/documentation.
Ashby: developers.ashbyhq.com. Workable: workable.readme.io/reference/webhooks (candidates only).
"""

from domain.sources.fields import Payload, addresses, branch, objects, text
from domain.sources.happening import Happening, HappeningKind, People, Question

_SCHEDULED = "scheduled"


def greenhouse(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Greenhouse.

    Its `Greenhouse-Event-ID` header is not signed, so the bytes, which are, name the event.
    """
    name = text(payload, "action")
    application = branch(payload, "payload", "application")
    stage = branch(application, "current_stage")
    candidate = branch(application, "candidate")
    is_booked = any(text(one, "status") == _SCHEDULED for one in objects(stage, "interviews"))
    named = (text(one, "value") for one in objects(candidate, "email_addresses"))
    kind = HappeningKind.BOOKED if is_booked else HappeningKind.CHANGED
    return Happening(
        kind=HappeningKind.OTHER if name == "ping" else kind,
        name=name,
        event_id=body_digest,
        people=People(addresses=addresses(named)),
    )


_LEVER = {
    "interviewCreated": HappeningKind.BOOKED,
    "interviewUpdated": HappeningKind.BOOKED,
    "interviewDeleted": HappeningKind.CANCELED,
}


def lever(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Lever: ids only, and not signed, so Lever is asked whether it is so.

    Its token is what a signature may be used with once.
    """
    name = text(payload, "event")
    data = branch(payload, "data")
    interview, opportunity = text(data, "interviewId"), text(data, "opportunityId")
    kind = _LEVER.get(name, HappeningKind.OTHER)
    if not interview or not opportunity:
        kind = HappeningKind.OTHER
    changed_at = text(payload, "triggeredAt") if name == "interviewUpdated" else ""
    question = Question(interview_id=interview, opportunity_id=opportunity)
    return Happening(
        kind=kind,
        name=name,
        event_id=f"{name}:{interview}:{changed_at}" if interview else body_digest,
        nonce=text(payload, "token") or None,
        question=None if kind is HappeningKind.OTHER else question,
    )


def ashby(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Ashby: only an update names the candidate, and only some are scheduled.

    Making a schedule sends a create and an update with one `webhookActionId`; a repeat has it too.
    """
    name = text(payload, "action")
    schedule = branch(payload, "data", "interviewSchedule")
    candidate = text(schedule, "candidateId")
    kinds = {"Scheduled": HappeningKind.BOOKED, "Cancelled": HappeningKind.CANCELED}
    kind = kinds.get(text(schedule, "status"), HappeningKind.OTHER)
    if name != "interviewScheduleUpdate" or not candidate:
        kind = HappeningKind.OTHER
    action = text(payload, "webhookActionId")
    question = Question(interview_id=text(schedule, "id"), candidate_id=candidate)
    return Happening(
        kind=kind,
        name=name,
        event_id=f"{name}:{action}" if action else body_digest,
        question=None if kind is HappeningKind.OTHER else question,
    )


def workable(payload: Payload, body_digest: str) -> Happening:
    """Read an event of Workable: it tells of candidates, so its interviews are read right away."""
    return Happening(
        kind=HappeningKind.CHANGED,
        name=text(payload, "event_type") or "candidate",
        event_id=body_digest,
    )
