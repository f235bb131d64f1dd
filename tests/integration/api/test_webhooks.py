"""Webhooks in: believed or refused with the right status, stored once, obeyed at once."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from domain.sources.kinds import SourceKind
from records.database import Database
from records.tables import enrollments, log_events, outbox, webhook_events
from tests.unit.domain.sources.signers import SIGN, Signed, encoded, secret_of

pytestmark = pytest.mark.integration

KINDS = list(SourceKind)
TIMED = [SourceKind.CALENDLY, SourceKind.LEVER, SourceKind.CUSTOM]
EMAIL = "jo@candidate.example"
NEVER = "src_00000000000000000000"
HOUR, DAY = 3600, 86_400


def make_source(door: TestClient, kind: SourceKind) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": kind, "secrets": [secret_of(kind)], "api_key": "key-of-theirs"}
    if kind is SourceKind.WORKABLE:
        body["subdomain"] = "acme"
    answer = door.post("/sources", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def send(door: TestClient, source: str, signed: Signed) -> Any:
    headers, body = signed
    return TestClient(door.app, raise_server_exceptions=False).post(
        f"/webhooks/{source}", content=body, headers=headers
    )


def signed(kind: SourceKind, content: Any, *, ago: int = 0, key: str | None = None) -> Signed:
    body = content if isinstance(content, bytes) else encoded(content)
    return SIGN[kind](key or secret_of(kind), body, int(time.time()) - ago)


def booked(kind: SourceKind, email: str = EMAIL, number: int = 1) -> Any:
    """Write what each kind sends when somebody books or is scheduled."""
    schedule = {"id": "s", "status": "Scheduled", "candidateId": "c"}
    return {
        SourceKind.CALENDLY: {
            "event": "invitee.created",
            "payload": {"uri": f"https://calendly/{number}", "email": email},
        },
        SourceKind.CALCOM: {
            "triggerEvent": "BOOKING_CREATED",
            "payload": {"uid": f"b{number}", "attendees": [{"email": email}]},
        },
        SourceKind.GREENHOUSE: {
            "action": "candidate_stage_change",
            "n": number,
            "payload": {
                "application": {
                    "current_stage": {"interviews": [{"status": "scheduled"}]},
                    "candidate": {"email_addresses": [{"value": email}]},
                }
            },
        },
        SourceKind.LEVER: {
            "event": "interviewCreated",
            "token": f"t{number}",
            "data": {"interviewId": f"i{number}", "opportunityId": "o"},
        },
        SourceKind.ASHBY: {
            "action": "interviewScheduleUpdate",
            "webhookActionId": f"w{number}",
            "data": {"interviewSchedule": schedule},
        },
        SourceKind.WORKABLE: {"event_type": "candidate_moved", "n": number},
        SourceKind.CUSTOM: {"type": "ats_interview", "data": {"email": email}},
    }[kind]


AT_ONCE = {
    SourceKind.CALENDLY: "calendly_event_scheduled",
    SourceKind.CALCOM: "calendly_event_scheduled",
    SourceKind.GREENHOUSE: "ats_interview_found",
    SourceKind.CUSTOM: "ats_interview_found",
}


@pytest.fixture
def house(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def enrolled(door: TestClient, *emails: str) -> str:
    step = {"subject": "Hello", "body": "<p>Hi</p>", "timing": {"kind": "instant"}}
    sequence = door.post("/sequences", json={"name": "Engineers", "steps": [step]}).json()
    listed = [{"address": one} for one in emails or (EMAIL,)]
    body = {"sequence_id": sequence["id"], "candidate": {"emails": listed}}
    answer = door.post("/enrollments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def code_of(door: TestClient, enrollment: str) -> str:
    return door.get(f"/enrollments/{enrollment}").json()["code"]


def rows(database: Database, table: Any) -> list[Any]:
    with database.system() as connection:
        workspace = connection.execute(select(enrollments.c.workspace_id).limit(1)).scalar()
    with database.workspace(str(workspace)) as connection:
        return list(connection.execute(select(table)).mappings())


class TestWhatIsNotBelieved:
    @pytest.mark.parametrize("kind", KINDS)
    def test_of_each_kind_is_refused_and_shown_on_the_source(
        self, door: TestClient, kind: SourceKind
    ) -> None:
        source = make_source(door, kind)["id"]
        other = "whsec_" + base64.b64encode(bytes(32)).decode()

        assert send(door, source, ({}, encoded({"a": 1}))).status_code == 401
        forged = send(door, source, signed(kind, booked(kind), key=other))
        assert (forged.status_code, forged.json()["code"]) == (401, "webhook.forged")
        large = send(door, source, signed(kind, {"pad": "x" * 1_100_000}))
        assert (large.status_code, large.json()["code"]) == (413, "webhook.too_large")
        malformed = ({}, b"{") if kind is SourceKind.LEVER else signed(kind, b"{")
        assert send(door, source, malformed).json()["code"] == "webhook.malformed"

        assert door.get(f"/sources/{source}").json()["refusal"] is not None
        assert door.get(f"/sources/{source}/events").json()["data"] == []

    @pytest.mark.parametrize("kind", TIMED)
    def test_late_is_refused(self, door: TestClient, kind: SourceKind) -> None:
        source = make_source(door, kind)["id"]
        ago = 2 * DAY if kind is SourceKind.LEVER else 400

        late = send(door, source, signed(kind, booked(kind), ago=ago))

        assert (late.status_code, late.json()["code"]) == (401, "webhook.late")

    @pytest.mark.parametrize("source", [NEVER, "src_1", "nonsense", "..%2f", "%00"])
    def test_to_nobody_is_not_found(self, door: TestClient, source: str) -> None:
        assert send(door, source, signed(SourceKind.CALENDLY, {})).status_code == 404

    def test_to_a_removed_source_is_not_found(self, door: TestClient) -> None:
        source = make_source(door, SourceKind.CALCOM)["id"]
        assert door.delete(f"/sources/{source}").status_code == 204

        answer = send(door, source, signed(SourceKind.CALCOM, booked(SourceKind.CALCOM)))

        assert answer.status_code == 404

    def test_an_unannounced_large_body_is_cut_off(self, door: TestClient) -> None:
        source = make_source(door, SourceKind.CALCOM)["id"]

        def chunks() -> Iterator[bytes]:
            for _ in range(40):
                yield b"x" * 65_536

        answer = door.post(f"/webhooks/{source}", content=chunks())

        assert answer.status_code == 413

    def test_is_counted(self, door: TestClient) -> None:
        source = make_source(door, SourceKind.CALCOM)["id"]
        send(door, source, ({}, b"{}"))

        text = door.get("/metrics").text

        assert 'reprise_webhooks_in_total{kind="calcom",result="unsigned"} 1.0' in text


class TestABooking:
    @pytest.mark.parametrize("kind", AT_ONCE)
    def test_that_names_an_address_ends_the_outreach_before_it_is_answered(
        self, door: TestClient, kind: SourceKind
    ) -> None:
        enrollment = enrolled(door)
        source = make_source(door, kind)["id"]

        answer = send(door, source, signed(kind, booked(kind, email=EMAIL.upper())))

        assert answer.status_code == 200
        assert answer.json()["ended"] == [enrollment]
        assert code_of(door, enrollment) == AT_ONCE[kind]

    @pytest.mark.parametrize("kind", [SourceKind.LEVER, SourceKind.ASHBY])
    def test_that_names_ids_is_stored_and_the_source_is_asked(
        self, door: TestClient, house: Database, kind: SourceKind
    ) -> None:
        enrolled(door)
        source = make_source(door, kind)["id"]

        answer = send(door, source, signed(kind, booked(kind)))

        assert answer.json()["state"] == "stored"
        told = [row for row in rows(house, outbox) if row["subject_id"] == source]
        assert [(row["workflow_id"], row["signal"]) for row in told] == [
            (f"source/{source}", "heard")
        ]

    def test_of_workable_has_it_asked(self, door: TestClient, house: Database) -> None:
        enrolled(door)
        kind = SourceKind.WORKABLE
        source = make_source(door, kind)["id"]

        assert send(door, source, signed(kind, booked(kind))).json()["state"] == "done"

        signals = [r["signal"] for r in rows(house, outbox) if r["subject_id"] == source]
        assert signals == ["connected", "heard"]

    @pytest.mark.parametrize("kind", [k for k in KINDS if k is not SourceKind.CUSTOM])
    def test_delivered_twice_is_one_event(
        self, door: TestClient, house: Database, kind: SourceKind
    ) -> None:
        enrolled(door)
        source = make_source(door, kind)["id"]

        first = send(door, source, signed(kind, booked(kind), ago=1))
        again = [send(door, source, signed(kind, booked(kind))) for _ in range(2)]

        assert first.json()["state"] != "duplicate"
        assert [one.status_code for one in again] == [200, 200]
        assert [one.json()["state"] for one in again] == ["duplicate", "duplicate"]
        assert len(rows(house, webhook_events)) == 1

    def test_delivered_again_after_a_new_enrollment_ends_nothing(self, door: TestClient) -> None:
        first = enrolled(door)
        kind = SourceKind.CALENDLY
        source = make_source(door, kind)["id"]
        send(door, source, signed(kind, booked(kind)))
        candidate = door.get(f"/enrollments/{first}").json()["candidate_id"]
        sequence = door.get(f"/enrollments/{first}").json()["sequence_id"]
        body = {"sequence_id": sequence, "candidate_id": candidate, "on_conflict": "restart"}
        again = door.post("/enrollments", json=body).json()

        repeat = send(door, source, signed(kind, booked(kind)))

        assert repeat.json() == {
            "event_id": None,
            "state": "duplicate",
            "ended": [],
            "in_flight": [],
        }
        assert code_of(door, again["id"]) != AT_ONCE[kind]

    def test_by_another_of_the_persons_addresses_counts(self, door: TestClient) -> None:
        enrollment = enrolled(door, "jo@work.example", "jo.home@mail.example")
        kind = SourceKind.CALENDLY
        source = make_source(door, kind)["id"]

        send(door, source, signed(kind, booked(kind, email="jo.home@mail.example")))

        assert code_of(door, enrollment) == "calendly_event_scheduled"

    def test_by_an_unknown_address_with_our_mark_counts(self, door: TestClient) -> None:
        enrollment = enrolled(door)
        kind = SourceKind.CALENDLY
        content = booked(kind, email="somebody@else.example")
        content["payload"]["tracking"] = {"utm_content": enrollment}
        source = make_source(door, kind)["id"]

        assert send(door, source, signed(kind, content)).json()["ended"] == [enrollment]

    def test_of_somebody_unknown_is_stored_and_ignored(
        self, door: TestClient, house: Database
    ) -> None:
        enrollment = enrolled(door)
        kind = SourceKind.CALENDLY
        source = make_source(door, kind)["id"]

        answer = send(door, source, signed(kind, booked(kind, email="nobody@else.example")))

        assert answer.json()["state"] == "ignored"
        assert code_of(door, enrollment) == "sequence_inactive"
        listed = door.get(f"/sources/{source}/events").json()["data"]
        assert [(one["name"], one["state"]) for one in listed] == [("invitee.created", "ignored")]
        assert "payload" not in listed[0]

    def test_ends_every_outreach_of_the_person_and_nobody_elses(self, door: TestClient) -> None:
        first, other = enrolled(door), enrolled(door, "al@candidate.example")
        second = enrolled(door)
        kind = SourceKind.CALCOM
        source = make_source(door, kind)["id"]

        answer = send(door, source, signed(kind, booked(kind)))

        assert sorted(answer.json()["ended"]) == sorted([first, second])
        assert code_of(door, other) == "sequence_inactive"

    def test_canceled_resumes_nobody_and_is_logged_for_the_owner(
        self, door: TestClient, house: Database
    ) -> None:
        enrollment = enrolled(door)
        kind = SourceKind.CALENDLY
        source = make_source(door, kind)["id"]
        send(door, source, signed(kind, booked(kind)))
        gone = {**booked(kind), "event": "invitee.canceled"}

        answer = send(door, source, signed(kind, gone))

        assert (answer.json()["state"], answer.json()["ended"]) == ("done", [])
        assert code_of(door, enrollment) == "calendly_event_scheduled"
        logged = [r for r in rows(house, log_events) if r["event"] == "booking.canceled"]
        assert [row["enrollment_id"] for row in logged] == [enrollment]

    def test_of_lever_cannot_be_replayed_with_another_body(self, door: TestClient) -> None:
        enrolled(door)
        kind = SourceKind.LEVER
        source = make_source(door, kind)["id"]
        headers, body = signed(kind, booked(kind))
        send(door, source, (headers, body))

        # Its signature covers token and time only, so the body can be changed by who saw it.
        replayed = send(door, source, (headers, body.replace(b'"i1"', b'"i9"')))

        assert replayed.json()["state"] == "duplicate"

    def test_by_a_customers_own_system(self, door: TestClient) -> None:
        enrollment = enrolled(door)
        candidate = door.get(f"/enrollments/{enrollment}").json()["candidate_id"]
        kind = SourceKind.CUSTOM
        source = make_source(door, kind)["id"]
        told = {"type": "interview_session", "data": {"candidate_id": candidate}}

        send(door, source, signed(kind, told))

        assert code_of(door, enrollment) == "interview_session_detected"

    def test_with_hostile_content_breaks_nothing(self, door: TestClient) -> None:
        enrolled(door)
        kind = SourceKind.CALENDLY
        source = make_source(door, kind)["id"]
        hostile = [
            {"event": "invitee.created", "payload": {"uri": "\0", "email": "\ud800@\0.example"}},
            {"event": "x" * 5000, "payload": {"uri": "y" * 5000, "email": "a@" + "b" * 5000}},
            {"event": ["invitee.created"], "payload": {"email": {"a": 1}}},
            {"event": "invitee.created", "payload": {"email": "' OR 1=1 --@x.example"}},
            {"event": "invitee.created", "payload": [{"email": EMAIL}]},
            {"event": 10**400},
        ]

        answers = [send(door, source, signed(kind, one)) for one in hostile]

        assert {one.status_code for one in answers} == {200}
        assert {one.json()["state"] for one in answers} == {"ignored"}
