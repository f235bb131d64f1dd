"""Sources by API: what each kind needs, secrets that are never shown, and their rotation."""

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.sources.kinds import SourceKind
from records.database import Database
from records.tables import outbox
from tests.integration.api.test_webhooks import EMAIL, booked, enrolled, house, rows, send
from tests.unit.domain.sources.signers import SIGN, encoded

__all__ = ["house"]  # A fixture.
pytestmark = pytest.mark.integration

CALCOM = SourceKind.CALCOM
KEY = "the-secret-that-nobody-sees"


def make(door: TestClient, **body: Any) -> Any:
    return door.post("/sources", json=body)


class TestMaking:
    @pytest.mark.parametrize("kind", ["calendly", "calcom", "custom"])
    def test_a_secret_of_ours_is_shown_once(self, door: TestClient, kind: str) -> None:
        made = make(door, kind=kind).json()

        assert len(made["secret"]) > 30
        read = door.get(f"/sources/{made['id']}").json()
        assert (read["secrets"], "secret" in read) == (1, False)
        assert made["webhook_url"] == f"http://127.0.0.1:8080/webhooks/{made['id']}"

    def test_what_was_given_is_never_shown(self, door: TestClient) -> None:
        made = make(door, kind="greenhouse", secrets=[KEY], api_key=f"{KEY}-api")
        texts = [made.text, door.get("/sources").text, door.get(made.json()["webhook_url"]).text]
        texts.append(door.get(f"/sources/{made.json()['id']}").text)

        assert made.status_code == 201
        assert made.json()["secret"] is None
        assert not [one for one in texts if KEY in one]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"kind": "greenhouse"}, "/api_key"),
            ({"kind": "lever", "secrets": ["one-of-theirs"]}, "/api_key"),
            ({"kind": "lever", "api_key": "key-of-theirs"}, "/secrets"),
            ({"kind": "workable", "api_key": "key-of-theirs"}, "/subdomain"),
            ({"kind": "workable", "api_key": "k" * 9, "subdomain": "a.b/c@d"}, "/subdomain"),
            ({"kind": "custom", "secrets": ["whsec_short"]}, "/secrets/0"),
            ({"kind": "calendly", "secrets": ["short"]}, "/secrets/0"),
            ({"kind": "calendly", "secrets": ["with\r\nbreaks"]}, "/secrets/0"),
            ({"kind": "bullhorn"}, "/kind"),
            ({"kind": "calendly", "colour": "red"}, "/colour"),
        ],
    )
    def test_of_what_is_wrong_is_refused_with_its_place(
        self, door: TestClient, body: dict[str, Any], pointer: str
    ) -> None:
        answer = make(door, **body)

        assert answer.status_code == 422
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
        assert door.get("/sources").json()["data"] == []


class TestRotation:
    def test_leaves_two_secrets_valid_and_then_one(self, door: TestClient) -> None:
        made = make(door, kind="calcom").json()
        new = door.post(f"/sources/{made['id']}/rotate", json={"previous_valid_seconds": 3}).json()
        assert new["secrets"] == 2

        for number, secret in enumerate((made["secret"], new["secret"])):
            body = encoded(booked(CALCOM, number=number))
            assert send(door, made["id"], SIGN[CALCOM](secret, body, 0)).status_code == 200

        deadline = time.monotonic() + 10
        while door.get(f"/sources/{made['id']}").json()["secrets"] == 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        old = SIGN[CALCOM](made["secret"], encoded(booked(CALCOM, number=3)), 0)
        assert send(door, made["id"], old).status_code == 401

    def test_at_once_where_the_old_one_leaked(self, door: TestClient) -> None:
        made = make(door, kind="calcom").json()
        door.post(f"/sources/{made['id']}/rotate", json={"previous_valid_seconds": 0})

        old = SIGN[CALCOM](made["secret"], encoded(booked(CALCOM)), 0)

        assert send(door, made["id"], old).status_code == 401

    def test_of_levers_secrets_is_a_patch(self, door: TestClient) -> None:
        body = {"kind": "lever", "api_key": "key-of-theirs", "secrets": ["created-token"]}
        made = make(door, **body).json()

        refused = door.post(f"/sources/{made['id']}/rotate", json={"secret": "another-token"})
        both = ["created-token", "updated-token"]
        changed = door.patch(f"/sources/{made['id']}", json={"secrets": both})

        assert (refused.status_code, refused.json()["code"]) == (409, "source.many_secrets")
        assert changed.json()["secrets"] == 2


class TestRepeating:
    def test_a_request_shows_the_secret_once_and_makes_one_source(self, door: TestClient) -> None:
        headers = {"Idempotency-Key": "k-1"}

        first, second = (
            door.post("/sources", json={"kind": "calcom"}, headers=headers) for _ in range(2)
        )

        assert first.json()["secret"]
        assert second.json() == {**first.json(), "secret": None}
        assert len(door.get("/sources").json()["data"]) == 1


class TestChanging:
    def test_one_that_is_never_asked_wakes_nobody(self, door: TestClient, house: Database) -> None:
        enrolled(door)
        source = make(door, kind="calcom").json()["id"]
        door.patch(f"/sources/{source}", json={"name": "Another"})
        door.post(f"/sources/{source}/rotate", json={})
        door.delete(f"/sources/{source}")

        assert [row for row in rows(house, outbox) if row["subject_id"] == source] == []

    def test_names_what_changed_and_keeps_the_rest(self, door: TestClient) -> None:
        made = make(door, kind="workable", api_key="key-of-theirs", subdomain="acme").json()

        changed = door.patch(f"/sources/{made['id']}", json={"name": "Workable of Lisbon"}).json()

        assert (changed["name"], changed["subdomain"]) == ("Workable of Lisbon", "acme")
        assert changed["has_api_key"]

    def test_a_lost_update_is_refused(self, door: TestClient) -> None:
        source = make(door, kind="calcom").json()["id"]
        tag = door.get(f"/sources/{source}").headers["etag"]
        door.patch(f"/sources/{source}", json={"name": "One"})

        late = door.patch(f"/sources/{source}", json={"name": "Two"}, headers={"If-Match": tag})

        assert late.status_code == 412

    def test_a_removed_one_is_gone(self, door: TestClient) -> None:
        source = make(door, kind="calcom").json()["id"]

        assert door.delete(f"/sources/{source}").status_code == 204

        assert door.get(f"/sources/{source}").status_code == 404
        assert door.delete(f"/sources/{source}").status_code == 404
        assert door.get("/sources").json()["data"] == []


def test_workable_signs_with_its_api_key(door: TestClient) -> None:
    made = make(door, kind="workable", api_key="key-of-theirs", subdomain="acme").json()
    kind = SourceKind.WORKABLE

    signed = SIGN[kind]("key-of-theirs", encoded(booked(kind, email=EMAIL)), 0)

    assert send(door, made["id"], signed).status_code == 200
