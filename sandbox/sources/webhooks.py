"""What each pretend system writes when an interview is made or called off, and how it signs.

Calendly: developer.calendly.com. Cal.com: cal.com/docs. Greenhouse: developers.greenhouse.io.
Lever: hire.lever.co/developer/documentation. Ashby: developers.ashbyhq.com.
Workable: workable.readme.io. Custom: standardwebhooks.com.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.sources import names
from sandbox.sources.diary import Account, Interview

Signed = tuple[dict[str, str], bytes]  #: Headers and body.


def write(account: Account, interview: Interview, mark: str) -> dict[str, Any] | None:
    """Write the event of an interview as it stands; None: this system says nothing of it.

    `mark` is the same for every delivery of one event.
    """
    return _WRITE[account.kind](interview, mark)


def sign(account: Account, content: dict[str, Any], mark: str, at_ms: int) -> Signed:
    """Sign an event as sent at a moment."""
    headers, body = _SIGN.get(account.kind, _by_body)(account, content, mark, at_ms)
    return {"content-type": "application/json", **headers}, body


def _calendly(interview: Interview, mark: str) -> dict[str, Any]:
    del mark
    is_gone = interview.status == "canceled"
    root = "https://api.calendly.com/scheduled_events"
    event = f"{root}/{names.uuid(9, interview.number)}"
    old = f"{root}/{names.uuid(9, interview.moved_from)}/invitees/{interview.moved_from}"
    invitee: dict[str, Any] = {
        "uri": f"{event}/invitees/{interview.number}",
        "email": interview.emails[0],
        "name": "Jo Silva",
        "status": "canceled" if is_gone else "active",
        "timezone": "Europe/Lisbon",
        "event": event,
        "created_at": names.stamp(interview.made_ms),
        "updated_at": names.stamp(interview.changed_ms),
        "rescheduled": False,
        "old_invitee": old if interview.moved_from else None,
        "new_invitee": None,
        "tracking": {
            "utm_campaign": None,
            "utm_source": None,
            "utm_medium": None,
            "utm_content": interview.utm_content or None,
            "utm_term": None,
        },
        "scheduled_event": {"uri": event, "start_time": names.stamp(interview.starts_ms)},
    }
    return {
        "event": "invitee.canceled" if is_gone else "invitee.created",
        "created_at": names.stamp(interview.changed_ms),
        "created_by": "https://api.calendly.com/users/AAAA",
        "payload": invitee,
    }


def _calcom(interview: Interview, mark: str) -> dict[str, Any]:
    del mark
    is_gone = interview.status == "canceled"
    made = "BOOKING_RESCHEDULED" if interview.moved_from else "BOOKING_CREATED"
    email = interview.emails[0]
    return {
        "triggerEvent": "BOOKING_CANCELLED" if is_gone else made,
        "createdAt": names.stamp(interview.changed_ms),
        "payload": {
            "uid": f"bk{interview.number:08d}",
            "title": "Interview",
            "startTime": names.stamp(interview.starts_ms),
            "organizer": {"email": "rita@acme.example", "name": "Rita"},
            "attendees": [{"email": email, "name": "Jo Silva", "timeZone": "Europe/Lisbon"}],
            "responses": {"email": {"label": "email", "value": email}},
            "status": "CANCELLED" if is_gone else "ACCEPTED",
        },
    }


def _greenhouse(interview: Interview, mark: str) -> dict[str, Any]:
    del mark
    booked = interview.status == "scheduled"
    status = "scheduled" if booked else "to_be_scheduled"
    return {
        "action": "candidate_stage_change",
        "payload": {
            "application": {
                "id": names.application(interview),
                "status": "active",
                "current_stage": {
                    "id": 71416,
                    "name": "Phone interview",
                    "interviews": [{"id": 98_884, "name": "Screen", "status": status}],
                },
                "candidate": {
                    "id": names.candidate(interview),
                    "email_addresses": [
                        {"value": email, "type": "personal"} for email in interview.emails
                    ],
                },
            }
        },
    }


def _lever(interview: Interview, mark: str) -> dict[str, Any]:
    made = "interviewUpdated" if interview.moved_from else "interviewCreated"
    return {
        "event": "interviewDeleted" if interview.status == "canceled" else made,
        "token": hashlib.sha256(mark.encode()).hexdigest()[:36],
        "triggeredAt": interview.changed_ms,
        "data": {
            "interviewId": names.uuid(names.INTERVIEW, interview.number),
            "opportunityId": names.uuid(names.OPPORTUNITY, interview.person),
            "contactId": names.uuid(names.CANDIDATE, interview.person),
        },
    }


def _ashby(interview: Interview, mark: str) -> dict[str, Any]:
    is_gone = interview.status == "canceled"
    return {
        "action": "interviewScheduleUpdate",
        "webhookActionId": mark,
        "data": {
            "interviewSchedule": {
                "id": names.uuid(names.INTERVIEW, interview.number),
                "status": "Cancelled" if is_gone else "Scheduled",
                "applicationId": names.uuid(names.OPPORTUNITY, interview.person),
                "candidateId": names.uuid(names.CANDIDATE, interview.person),
                "interviewStageId": names.uuid(8, 1),
                "updatedAt": names.stamp(interview.changed_ms),
            }
        },
    }


def _workable(interview: Interview, mark: str) -> dict[str, Any]:
    return {
        "event_type": "candidate_moved",
        "id": mark,
        "fired_at": names.stamp(interview.changed_ms),
        "data": {"id": names.short(interview.person), "email": interview.emails[0]},
    }


def _custom(interview: Interview, mark: str) -> dict[str, Any]:
    del mark
    word = interview.sort if interview.sort == "interview_session" else "ats_interview"
    is_gone = interview.status == "canceled"
    return {
        "type": f"{word}.canceled" if is_gone else word,
        "timestamp": names.stamp(interview.changed_ms),
        "data": {"emails": list(interview.emails)},
    }


_WRITE: Mapping[str, Callable[[Interview, str], dict[str, Any]]] = {
    "calendly": _calendly,
    "calcom": _calcom,
    "greenhouse": _greenhouse,
    "lever": _lever,
    "ashby": _ashby,
    "workable": _workable,
    "custom": _custom,
}


def _hex(key: bytes, message: bytes) -> str:
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _by_body(account: Account, content: dict[str, Any], mark: str, at_ms: int) -> Signed:
    """Sign the whole body; Greenhouse writes other scripts than ASCII as escapes."""
    del mark, at_ms
    body = json.dumps(content, ensure_ascii=account.kind == "greenhouse").encode()
    digest = _hex((account.secret or account.api_key).encode(), body)
    name, prefix = {
        "calcom": ("x-cal-signature-256", ""),
        "greenhouse": ("signature", "sha256 "),
        "ashby": ("ashby-signature", "sha256="),
        "workable": ("x-workable-signature", ""),
    }[account.kind]
    return {name: f"{prefix}{digest}"}, body


def _sign_calendly(account: Account, content: dict[str, Any], mark: str, at_ms: int) -> Signed:
    del mark
    body, second = json.dumps(content).encode(), at_ms // 1000
    digest = _hex(account.secret.encode(), f"{second}.".encode() + body)
    return {"calendly-webhook-signature": f"t={second},v1={digest}"}, body


def _sign_lever(account: Account, content: dict[str, Any], mark: str, at_ms: int) -> Signed:
    del mark
    stamped = {**content, "triggeredAt": at_ms}
    message = f"{stamped['token']}{at_ms}".encode()
    stamped["signature"] = _hex(account.secret.encode(), message)
    return {}, json.dumps(stamped).encode()


def _sign_custom(account: Account, content: dict[str, Any], mark: str, at_ms: int) -> Signed:
    body, second = json.dumps(content).encode(), at_ms // 1000
    key = base64.b64decode(account.secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{mark}.{second}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": mark,
        "webhook-timestamp": str(second),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }, body


_SIGN: Mapping[str, Callable[[Account, dict[str, Any], str, int], Signed]] = {
    "calendly": _sign_calendly,
    "lever": _sign_lever,
    "custom": _sign_custom,
}


def fresh_mark() -> str:
    """Name an event."""
    return f"evt_{secrets.token_hex(12)}"
