"""Webhook endpoints and owners' channels over the API: refused whole, shown without secrets."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from domain.outside import Rules
from providers.outside import OutsideCalls
from records.database import Database
from records.tables import users
from tests.postgres import API_KEY

pytestmark = pytest.mark.integration

URL = "https://hooks.example.com/reprise"
NAMES = {
    "hooks.example.com": ["93.184.216.34"],
    "hooks.slack.example": ["93.184.216.35"],
    "inside.example.com": ["10.0.0.7"],
    "mixed.example.com": ["93.184.216.34", "169.254.169.254"],
}


def resolver(host: str, port: int) -> Sequence[str]:
    return NAMES.get(host, ())


@pytest.fixture
def door(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.outside = OutsideCalls(Rules(), resolver=resolver)
        client.headers["Authorization"] = f"Bearer {API_KEY}"
        yield client


def make(door: TestClient, **changes: Any) -> dict[str, Any]:
    answer = door.post("/webhook_endpoints", json={"url": URL, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestEndpoints:
    def test_the_secret_is_shown_once(self, door: TestClient) -> None:
        made = make(door, description="Our ATS", events=["enrollment.replied"])

        again = door.get(f"/webhook_endpoints/{made['id']}")

        assert made["secret"].startswith("whsec_")
        assert "secret" not in again.json()
        assert made["secret"] not in again.text + door.get("/webhook_endpoints").text
        assert again.json()["events"] == ["enrollment.replied"]

    @pytest.mark.parametrize(
        ("url", "code"),
        [
            ("http://hooks.example.com/in", "url.not_https"),
            ("https://127.0.0.1/in", "url.not_public"),
            ("https://inside.example.com/in", "url.not_public"),
            ("https://mixed.example.com/in", "url.not_public"),
            ("https://nowhere.example.com/in", "url.unknown_host"),
            ("https://hooks.example.com:8080/in", "url.port_not_allowed"),
            ("https://mia:x@hooks.example.com/in", "url.has_user"),
        ],
    )
    def test_an_address_that_may_not_be_called_is_refused_with_a_remedy(
        self, door: TestClient, url: str, code: str
    ) -> None:
        made = make(door)

        for answer in (
            door.post("/webhook_endpoints", json={"url": url}),
            door.patch(f"/webhook_endpoints/{made['id']}", json={"url": url}),
        ):
            assert answer.status_code == 422, answer.text
            (error,) = answer.json()["errors"]
            assert (error["pointer"], error["code"]) == ("/url", code)
        assert door.get(f"/webhook_endpoints/{made['id']}").json()["url"] == URL

    @pytest.mark.parametrize("events", [[], ["no.such_event"], "enrollment.replied"])
    def test_events_are_those_of_the_log(self, door: TestClient, events: object) -> None:
        answer = door.post("/webhook_endpoints", json={"url": URL, "events": events})

        assert answer.status_code == 422

    def test_a_rotation_gives_a_new_secret_and_says_until_when_both_sign(
        self, door: TestClient
    ) -> None:
        made = make(door)

        rotated = door.post(f"/webhook_endpoints/{made['id']}/rotate_secret").json()

        assert rotated["secret"] != made["secret"]
        until = datetime.fromisoformat(rotated["previous_secret_until"])
        assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(hours=24)

    def test_one_that_is_taken_out_is_gone(self, door: TestClient) -> None:
        made = make(door)

        assert door.delete(f"/webhook_endpoints/{made['id']}").status_code == 204
        assert door.get(f"/webhook_endpoints/{made['id']}").status_code == 404
        assert door.get("/webhook_endpoints").json()["data"] == []

    def test_a_change_of_what_somebody_else_changed_is_refused(self, door: TestClient) -> None:
        one = f"/webhook_endpoints/{make(door)['id']}"
        seen = door.get(one).headers["etag"]
        door.patch(one, json={"description": "x"})

        late = door.patch(one, json={"description": "y"}, headers={"If-Match": seen})

        assert late.status_code == 412

    def test_plain_users_have_no_business_here(self, door: TestClient, database: Database) -> None:
        made = make(door)
        with database.system() as connection:
            connection.execute(update(users).values(role="user"))

        for method, path in (
            ("GET", "/webhook_endpoints"),
            ("GET", f"/webhook_endpoints/{made['id']}"),
            ("DELETE", f"/webhook_endpoints/{made['id']}"),
            ("GET", f"/webhook_endpoints/{made['id']}/deliveries"),
            ("POST", f"/webhook_endpoints/{made['id']}/rotate_secret"),
        ):
            answer = door.request(method, path)
            assert (answer.status_code, answer.json()["code"]) == (
                403,
                "webhook_endpoint.admins_only",
            )

    def test_another_workspaces_endpoint_is_unknown(
        self, door: TestClient, database: Database
    ) -> None:
        made = make(door)
        with database.workspace("wsp_other") as connection:
            connection.execute(text("INSERT INTO workspaces (id, name) VALUES ('wsp_other', 'x')"))
        with database.system() as connection:
            connection.execute(text("UPDATE api_keys SET workspace_id = 'wsp_other'"))

        assert door.get(f"/webhook_endpoints/{made['id']}").status_code == 404
        assert door.get("/webhook_endpoints").json()["data"] == []


class TestDeliveries:
    def test_are_listed_with_their_event_and_redelivered(self, door: TestClient) -> None:
        made = make(door, events=["enrollment.created"])
        step = {"subject": "Hello", "body": "<p>Hello</p>", "timing": {"kind": "instant"}}
        sequence = door.post("/sequences", json={"name": "Engineers", "steps": [step]}).json()
        body = {"sequence_id": sequence["id"], "candidate": {"first_name": "Bo"}}
        enrollment = door.post("/enrollments", json=body).json()
        path = f"/webhook_endpoints/{made['id']}/deliveries"

        (delivery,) = door.get(path).json()["data"]
        again = door.post(f"{path}/{delivery['id']}/redeliver")
        unknown = door.post(f"{path}/ntc_00000000000000000000/redeliver")

        assert delivery["type"] == "enrollment.created"
        assert delivery["enrollment_id"] == enrollment["id"]
        assert (delivery["state"], delivery["number"], delivery["attempts"]) == ("pending", 1, [])
        assert (again.status_code, again.json()["id"]) == (202, delivery["id"])
        assert unknown.status_code == 404
        assert door.get(path, params={"state": "failed"}).json()["data"] == []

    def test_of_one_that_is_switched_off_stop_and_come_back_since_a_moment(
        self, door: TestClient
    ) -> None:
        made = make(door, events=["enrollment.created"])
        one = f"/webhook_endpoints/{made['id']}"
        step = {"subject": "Hello", "body": "<p>Hello</p>", "timing": {"kind": "instant"}}
        sequence = door.post("/sequences", json={"name": "Engineers", "steps": [step]}).json()
        items = [{"candidate": {"first_name": "Bo"}} for _ in range(3)]
        door.post(f"/sequences/{sequence['id']}/enrollments:bulk", json={"items": items})
        since = {"since": "2020-01-01T00:00:00Z"}

        door.patch(one, json={"state": "disabled"})
        stopped = door.get(f"{one}/deliveries").json()["data"]
        refused = door.post(f"{one}/redeliver", json=since)
        door.patch(one, json={"state": "enabled"})
        told = door.post(f"{one}/redeliver", json=since)

        assert {row["state"] for row in stopped} == {"stopped"}
        assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint.disabled")
        assert (told.status_code, told.json()) == (202, {"redelivered": 3})


class TestNotifications:
    def test_nothing_is_on_at_first(self, door: TestClient) -> None:
        shown = door.get("/me/notifications").json()

        assert {channel["mode"] for channel in shown.values()} == {"off"}

    def test_what_is_left_out_stays(self, door: TestClient) -> None:
        given = {"address": "mia@owner.example", "mode": "daily", "daily_at": "07:30"}
        door.patch("/me/notifications", json={"email": given})

        changed = door.patch("/me/notifications", json={"email": {"zone": "Europe/Lisbon"}})

        email = changed.json()["email"]
        assert (email["address"], email["mode"], email["daily_at"], email["zone"]) == (
            "mia@owner.example",
            "daily",
            "07:30",
            "Europe/Lisbon",
        )
        assert changed.json()["sms"]["mode"] == "off"

    def test_a_hook_is_kept_and_never_shown(self, door: TestClient) -> None:
        hook = "https://hooks.slack.example/services/T0/B0/secret"
        door.patch("/me/notifications", json={"slack": {"hook": hook}})

        changed = door.patch("/me/notifications", json={"slack": {"mode": "hourly"}})

        assert changed.json()["slack"]["has_hook"] is True
        assert "secret" not in changed.text

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"email": {"address": "nobody"}}, "/email/address"),
            ({"email": {"zone": "Mars/Base"}}, "/email/zone"),
            ({"email": {"daily_at": "25:00"}}, "/email/daily_at"),
            ({"slack": {"hook": "https://inside.example.com/x"}}, "/slack/hook"),
            ({"slack": {"hook": "http://hooks.slack.example/x"}}, "/slack/hook"),
            ({"sms": {"phone": "912345678"}}, "/sms/phone"),
            ({"sms": {"mode": "weekly"}}, "/sms/mode"),
            ({"pigeon": {}}, "/pigeon"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_place(
        self, door: TestClient, body: dict[str, Any], pointer: str
    ) -> None:
        answer = door.patch("/me/notifications", json=body)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


class TestNotificationMailbox:
    def test_is_one_of_the_workspace(self, door: TestClient) -> None:
        body = {"kind": "gmail", "address": "notices@recruiting.example"}
        mailbox = door.post("/mailboxes", json=body).json()["id"]

        chosen = door.patch("/workspace", json={"notification_mailbox_id": mailbox})
        limited = door.patch("/workspace", json={"monthly_contacts": 5})
        unknown = door.patch(
            "/workspace", json={"notification_mailbox_id": "mbx_00000000000000000000"}
        )

        assert chosen.json()["notification_mailbox_id"] == mailbox
        assert limited.json()["notification_mailbox_id"] == mailbox
        assert unknown.status_code == 404
