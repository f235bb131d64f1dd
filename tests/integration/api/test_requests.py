"""The HTTP door: who may knock, what is refused and how, and what may be repeated."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.integration

STEP = {"subject": "Hello", "body": "<p>Hello</p>", "timing": {"kind": "instant"}}


def make_sequence(door: TestClient, **changes: Any) -> dict[str, Any]:
    answer = door.post("/sequences", json={"name": "Engineers", "steps": [STEP], **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestKeys:
    @pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic eDp5"])
    def test_a_request_without_a_valid_key_is_refused(
        self, door: TestClient, header: str | None
    ) -> None:
        door.headers.pop("Authorization")
        headers = {} if header is None else {"Authorization": header}

        answer = door.get("/mailboxes", headers=headers)

        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


class TestIdempotency:
    def test_a_repeated_request_gets_the_same_answer_and_changes_nothing(
        self, door: TestClient
    ) -> None:
        headers = {"Idempotency-Key": "k-1"}
        body = {"first_name": "Bo"}

        first = door.post("/candidates", json=body, headers=headers)
        second = door.post("/candidates", json=body, headers=headers)

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.headers["Idempotent-Replayed"] == "true"
        assert second.json() == first.json()

    def test_the_key_of_another_request_is_refused(self, door: TestClient) -> None:
        headers = {"Idempotency-Key": "k-1"}
        door.post("/candidates", json={"first_name": "Bo"}, headers=headers)

        answer = door.post("/candidates", json={"first_name": "Al"}, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key_reused")


class TestBadInput:
    @pytest.mark.parametrize(
        ("step", "pointer"),
        [
            ({**STEP, "subject": "Hi\r\nBcc: x@y.example"}, "/steps/0/subject"),
            ({**STEP, "body": "{% if %}"}, "/steps/0/body"),
            ({**STEP, "body": "{{ company }}"}, "/steps/0/body"),
            ({**STEP, "timing": {"kind": "later", "seconds": 10**9}}, "/steps/0/timing/seconds"),
            (
                {**STEP, "timing": {"kind": "at", "at": "2026-01-01T09:00", "zone": "Mars/Base"}},
                "/steps/0/timing/zone",
            ),
            ({**STEP, "cc": ["nobody"]}, "/steps/0/cc/0"),
            ({**STEP, "colour": "red"}, "/steps/0/colour"),
        ],
    )
    def test_of_a_step_is_refused_with_its_place(
        self, door: TestClient, step: dict[str, Any], pointer: str
    ) -> None:
        answer = door.post("/sequences", json={"name": "Engineers", "steps": [step]})

        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]

    def test_of_a_schedule_is_refused_with_its_place(self, door: TestClient) -> None:
        window = {"days": ["mon"], "start": "17:00", "end": "09:00"}
        body = {"name": "Odd", "zone": "Mars/Base", "windows": [window]}

        errors = door.post("/schedules", json=body).json()["errors"]

        assert {error["pointer"] for error in errors} == {"/zone", "/windows/0/end"}

    def test_in_a_bulk_is_named_by_index_and_the_good_items_go_in(self, door: TestClient) -> None:
        sequence = make_sequence(door)
        items = [
            {"candidate": {"first_name": "Bo"}},
            {"candidate": {"first_name": "Al"}, "start": "soon"},
            {"candidate_id": "cand_00000000000000000000"},
            {},
        ]

        job = door.post(f"/sequences/{sequence['id']}/enrollments:bulk", json={"items": items})

        results = door.get(job.headers["location"]).json()["results"]["data"]
        assert [one["result"] for one in results] == ["created", "refused", "refused", "refused"]
        assert results[2]["code"] == "candidate.not_found"

    def test_an_external_id_that_exists_enrolls_that_candidate_once(self, door: TestClient) -> None:
        sequence = make_sequence(door)
        known = door.post("/candidates", json={"external_id": "e-1"}).json()
        items = [{"candidate": {"external_id": one}} for one in ("e-1", "e-2", "e-2")]

        job = door.post(f"/sequences/{sequence['id']}/enrollments:bulk", json={"items": items})

        results = door.get(job.headers["location"]).json()["results"]["data"]
        assert [one["code"] for one in results] == [None, None, "enrollment.exists"]
        enrolled = door.get("/enrollments").json()["data"]
        assert known["id"] in {one["candidate_id"] for one in enrolled}
        assert len(enrolled) == 2


class TestPreflight:
    def test_an_incomplete_sequence_is_not_started(self, door: TestClient) -> None:
        sequence = make_sequence(door, name="")

        answer = door.post(f"/sequences/{sequence['id']}/activate")

        assert (answer.status_code, answer.json()["code"]) == (409, "incomplete")
        assert [one["skipped"] for one in answer.json()["results"]][-2:] == [True, True]

    def test_a_sequence_without_sender_is_not_started(self, door: TestClient) -> None:
        sequence = make_sequence(door)

        answer = door.post(f"/sequences/{sequence['id']}/activate")

        assert (answer.status_code, answer.json()["code"]) == (409, "no_sender")

    def test_an_enrollment_waits_for_the_activation(self, door: TestClient) -> None:
        sequence = make_sequence(door)
        body = {"sequence_id": sequence["id"], "candidate": {"first_name": "Bo"}}

        answer = door.post("/enrollments", json=body).json()

        assert (answer["status"], answer["code"]) == ("not_started", "sequence_inactive")
        assert sequence["state"] == "incomplete"


def test_enrolling_twice_is_refused_or_gives_the_existing_one(door: TestClient) -> None:
    sequence = make_sequence(door)
    candidate = door.post("/candidates", json={"first_name": "Bo"}).json()
    body = {"sequence_id": sequence["id"], "candidate_id": candidate["id"]}
    first = door.post("/enrollments", json=body)

    again = door.post("/enrollments", json=body)
    existing = door.post("/enrollments", json={**body, "on_conflict": "existing"})

    assert (first.status_code, again.status_code, existing.status_code) == (201, 409, 200)
    assert existing.json()["id"] == first.json()["id"]


def test_temporal_being_away_refuses_nothing(door: TestClient) -> None:
    answer = door.get("/readyz")

    assert (answer.status_code, answer.json()["temporal"]) == (200, "away")
