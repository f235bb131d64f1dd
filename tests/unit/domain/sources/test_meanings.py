"""What each source's events mean: who is concerned, and what makes two deliveries one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.codes import ReasonCode
from domain.messages import FactKind
from domain.sources.calendars import calcom, calendly
from domain.sources.custom import custom
from domain.sources.happening import HappeningKind, Question
from domain.sources.recruiting import ashby, greenhouse, lever, workable

BOOKED, CANCELED = HappeningKind.BOOKED, HappeningKind.CANCELED
CHANGED, OTHER = HappeningKind.CHANGED, HappeningKind.OTHER
DIGEST = "sha256:00"


def invitee(**changes: Any) -> dict[str, Any]:
    return {"uri": "https://api.calendly.com/i/1", "email": "Jo@Candidate.example", **changes}


@pytest.mark.parametrize(
    ("event", "payload", "kind"),
    [
        ("invitee.created", invitee(), BOOKED),
        ("invitee.created", invitee(old_invitee="https://api.calendly.com/i/0"), BOOKED),
        ("invitee.canceled", invitee(), CANCELED),
        ("invitee.canceled", invitee(rescheduled=True), OTHER),
        ("routing_form_submission.created", {}, OTHER),
        ("", {}, OTHER),
    ],
)
def test_calendly(event: str, payload: dict[str, Any], kind: HappeningKind) -> None:
    assert calendly({"event": event, "payload": payload}, DIGEST).kind is kind


def test_calendly_names_its_invitee_and_our_enrollment() -> None:
    tracking = {"utm_content": " enr_00000000000000000001 "}
    told = {"event": "invitee.created", "payload": invitee(tracking=tracking)}

    happening = calendly(told, DIGEST)

    assert happening.people.addresses == ("jo@candidate.example",)
    assert happening.people.enrollment_ids == ("enr_00000000000000000001",)
    assert happening.event_id == "invitee.created:https://api.calendly.com/i/1"


@pytest.mark.parametrize("utm", [None, "", "spring-campaign", 5, ["enr_1"]])
def test_calendly_with_another_mark_names_no_enrollment(utm: object) -> None:
    told = {"event": "invitee.created", "payload": invitee(tracking={"utm_content": utm})}

    assert calendly(told, DIGEST).people.enrollment_ids == ()


def booking(*emails: str, **changes: Any) -> dict[str, Any]:
    return {
        "uid": "bk1",
        "startTime": "2026-12-01T10:00:00Z",
        "attendees": [{"email": one} for one in emails],
        "responses": {"email": {"value": emails[0]}},
        **changes,
    }


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [
        ("BOOKING_CREATED", BOOKED),
        ("BOOKING_RESCHEDULED", BOOKED),
        ("BOOKING_CANCELLED", CANCELED),
        ("BOOKING_REJECTED", CANCELED),
        ("BOOKING_REQUESTED", OTHER),
        ("MEETING_ENDED", OTHER),
        ("PING", OTHER),
    ],
)
def test_calcom(trigger: str, kind: HappeningKind) -> None:
    happening = calcom({"triggerEvent": trigger, "payload": booking("jo@a.example")}, DIGEST)

    assert happening.kind is kind
    assert happening.people.addresses == ("jo@a.example",)


def test_calcom_tells_a_repeat_from_a_second_seat_and_from_a_move() -> None:
    def id_of(content: dict[str, Any], made_at: str) -> str:
        told = {"triggerEvent": "BOOKING_CREATED", "createdAt": made_at, "payload": content}
        return calcom(told, DIGEST).event_id

    first = id_of(booking("jo@a.example"), "1")

    assert id_of(booking("jo@a.example"), "2") == first
    assert id_of(booking("jo@a.example", "al@a.example"), "2") != first
    assert id_of(booking("jo@a.example", startTime="2026-12-02T10:00:00Z"), "2") != first


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        (["scheduled"], BOOKED),
        (["to_be_scheduled", "scheduled"], BOOKED),
        (["to_be_scheduled"], CHANGED),
        ([], CHANGED),
    ],
)
def test_greenhouse(statuses: list[str], kind: HappeningKind) -> None:
    application = {
        "current_stage": {"interviews": [{"status": one} for one in statuses]},
        "candidate": {"email_addresses": [{"value": "jo@a.example"}, {"value": "jo@b.example"}]},
    }
    told = {"action": "candidate_stage_change", "payload": {"application": application}}

    happening = greenhouse(told, DIGEST)

    assert happening.kind is kind
    assert happening.people.addresses == ("jo@a.example", "jo@b.example")
    assert happening.event_id == DIGEST


def test_a_ping_of_greenhouse_is_nothing() -> None:
    assert greenhouse({"action": "ping"}, DIGEST).kind is OTHER


@pytest.mark.parametrize(
    ("event", "data", "kind"),
    [
        ("interviewCreated", {"interviewId": "i1", "opportunityId": "o1"}, BOOKED),
        ("interviewUpdated", {"interviewId": "i1", "opportunityId": "o1"}, BOOKED),
        ("interviewDeleted", {"interviewId": "i1", "opportunityId": "o1"}, CANCELED),
        ("interviewCreated", {"interviewId": "i1"}, OTHER),
        ("candidateHired", {"opportunityId": "o1"}, OTHER),
    ],
)
def test_lever_must_be_asked(event: str, data: dict[str, str], kind: HappeningKind) -> None:
    happening = lever({"event": event, "token": "t1", "triggeredAt": 5, "data": data}, DIGEST)

    asked = Question(interview_id="i1", opportunity_id="o1")
    assert happening.kind is kind
    assert happening.nonce == "t1"
    assert happening.question == (None if kind is OTHER else asked)
    assert happening.people.addresses == ()


@pytest.mark.parametrize(
    ("action", "status", "candidate", "kind"),
    [
        ("interviewScheduleUpdate", "Scheduled", "c1", BOOKED),
        ("interviewScheduleUpdate", "Cancelled", "c1", CANCELED),
        ("interviewScheduleUpdate", "NeedsScheduling", "c1", OTHER),
        ("interviewScheduleUpdate", "WaitingOnCandidateBooking", "c1", OTHER),
        ("interviewScheduleUpdate", "Scheduled", "", OTHER),
        ("interviewScheduleCreate", "Scheduled", "c1", OTHER),
        ("ping", "", "", OTHER),
    ],
)
def test_ashby(action: str, status: str, candidate: str, kind: HappeningKind) -> None:
    schedule = {"id": "s1", "status": status, "candidateId": candidate}
    told = {"action": action, "webhookActionId": "w1", "data": {"interviewSchedule": schedule}}

    happening = ashby(told, DIGEST)

    assert happening.kind is kind
    assert happening.event_id == f"{action}:w1"
    assert happening.question == (
        None if kind is OTHER else Question(interview_id="s1", candidate_id="c1")
    )


def test_workable_only_says_that_something_changed() -> None:
    assert workable({"event_type": "candidate_moved"}, DIGEST).kind is CHANGED


@pytest.mark.parametrize(
    ("word", "kind", "code", "fact"),
    [
        ("ats_interview", BOOKED, ReasonCode.ATS_INTERVIEW_FOUND, FactKind.STOP),
        ("calendly", BOOKED, ReasonCode.CALENDLY_EVENT_SCHEDULED, FactKind.STOP),
        (
            "interview_session",
            BOOKED,
            ReasonCode.INTERVIEW_SESSION_DETECTED,
            FactKind.INTERVIEW_BOOKED,
        ),
        ("calendly.canceled", CANCELED, ReasonCode.CALENDLY_EVENT_SCHEDULED, FactKind.STOP),
        ("reply", OTHER, None, FactKind.STOP),
        ("", OTHER, None, FactKind.STOP),
    ],
)
def test_custom(word: str, kind: HappeningKind, code: ReasonCode | None, fact: FactKind) -> None:
    data = {"email": "Jo@A.example", "emails": ["al@a.example", 7], "external_id": "e-1"}

    happening = custom({"type": word, "data": data}, {"webhook-id": "msg_1"})

    assert (happening.kind, happening.code, happening.fact) == (kind, code, fact)
    assert happening.people.addresses == ("jo@a.example", "al@a.example")
    assert happening.people.external_ids == ("e-1",)
    assert happening.event_id == "msg_1"


WORDS = st.sampled_from(
    [
        "event",
        "payload",
        "uri",
        "email",
        "tracking",
        "utm_content",
        "triggerEvent",
        "attendees",
        "responses",
        "value",
        "uid",
        "action",
        "application",
        "candidate",
        "email_addresses",
        "current_stage",
        "interviews",
        "status",
        "data",
        "token",
        "interviewId",
        "opportunityId",
        "interviewSchedule",
        "candidateId",
        "webhookActionId",
        "type",
        "emails",
        "triggeredAt",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(content=st.dictionaries(WORDS, JSON, max_size=6), email=st.text(max_size=400))
def test_whatever_is_signed_is_read_and_fit_to_be_stored(
    content: dict[str, Any], email: str
) -> None:
    told = {**content, "payload": {"email": email, "uri": email}, "data": {"email": email}}
    readers = (calendly, calcom, greenhouse, lever, ashby, workable)
    read = [reader({**told, **content}, DIGEST) for reader in readers]
    read.append(custom(told, {"webhook-id": email}))

    for happening in read:
        stored = (happening.event_id, happening.name, *happening.people.addresses)
        for text in stored:
            assert "\0" not in text
            assert len(text) <= 420
            text.encode()
