"""What callers may do with each resource, and what they are told."""

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update
from sqlalchemy.exc import OperationalError

from api import crossing
from api.limits import RateLimit
from api.problems import ApiError
from domain.ids import Prefix
from records.database import Database
from records.ids import fresh
from records.migrate import digest_of
from records.tables import api_keys, deliveries, users
from relay.codec import Codec, codec_keys, endpoint_token, to_json
from tests.integration.api.conftest import KEY
from tests.integration.api.test_requests import make_sequence

pytestmark = pytest.mark.integration


def make_mailbox(door: TestClient, address: str = "mia@sender.example") -> dict[str, Any]:
    return door.post("/mailboxes", json={"kind": "gmail", "address": address}).json()


def enroll(door: TestClient, **candidate: Any) -> dict[str, Any]:
    sequence = make_sequence(door)
    body = {"sequence_id": sequence["id"], "candidate": candidate}
    answer = door.post("/enrollments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def add_key(database: Database, door: TestClient, *, role: str, scopes: list[str]) -> TestClient:
    """Make another user of the same workspace with a key of its own."""
    with database.system() as connection:
        workspace_id = connection.execute(select(users.c.workspace_id)).scalars().first()
        user_id, key = fresh(Prefix.USER), fresh(Prefix.KEY)
        connection.execute(
            insert(users).values(id=user_id, workspace_id=workspace_id, name="Al", role=role)
        )
        connection.execute(
            insert(api_keys).values(
                id=fresh(Prefix.KEY),
                workspace_id=workspace_id,
                user_id=user_id,
                digest=digest_of(key),
                scopes=scopes,
            )
        )
    return TestClient(door.app, headers={"Authorization": f"Bearer {key}"})


class TestWhoSeesWhat:
    def test_a_key_without_the_scope_is_refused(self, door: TestClient, database: Database) -> None:
        reader = add_key(database, door, role="admin", scopes=["read"])

        assert reader.get("/mailboxes").status_code == 200
        refusal = reader.post("/candidates", json={})
        assert (refusal.status_code, refusal.json()["code"]) == (403, "auth.scope")

    def test_a_plain_user_sees_only_its_own_sequences_and_their_enrollments(
        self, door: TestClient, database: Database
    ) -> None:
        enrollment = enroll(door, first_name="Jo")
        plain = add_key(database, door, role="user", scopes=["write"])

        assert plain.get("/sequences").json()["data"] == []
        assert plain.get("/enrollments").json()["data"] == []
        assert plain.get(f"/enrollments/{enrollment['id']}").status_code == 404
        assert plain.get(f"/sequences/{enrollment['sequence_id']}").status_code == 404
        url = f"/sequences/{enrollment['sequence_id']}/enrollments:bulk"
        job = door.post(url, json={"items": [{}]}).headers["location"]
        assert (door.get(job).status_code, plain.get(job).status_code) == (200, 404)
        assert make_sequence(plain)["id"] == plain.get("/sequences").json()["data"][0]["id"]


class TestEditing:
    @pytest.mark.parametrize("path", ["/schedules", "/candidates", "/sequences", "/mailboxes"])
    def test_a_change_of_what_somebody_else_changed_is_refused(
        self, door: TestClient, path: str
    ) -> None:
        body: dict[str, Any] = {"name": "Always", "zone": "UTC"} if path == "/schedules" else {}
        first = {**body, "kind": "gmail", "address": "a@b.example"} if "mail" in path else body
        one = f"{path}/{door.post(path, json=first).json()['id']}"
        method = "PUT" if path in ("/schedules", "/sequences") else "PATCH"
        seen = door.get(one).headers["etag"]

        changed = door.request(method, one, json=body, headers={"If-Match": seen})
        stale = door.request(method, one, json=body, headers={"If-Match": seen})

        assert (changed.status_code, stale.status_code) == (200, 412)
        assert changed.headers["etag"] == door.get(one).headers["etag"] != seen

    def test_a_patch_of_a_mailbox_leaves_the_rest_as_it_was(self, door: TestClient) -> None:
        mailbox = make_mailbox(door)

        changed = door.patch(f"/mailboxes/{mailbox['id']}", json={"daily_limit": 7}).json()

        assert (changed["daily_limit"], changed["spacing_seconds"]) == (7, 3)

    def test_a_schedule_in_use_stays(self, door: TestClient) -> None:
        schedule = door.post("/schedules", json={"name": "Always", "zone": "UTC"}).json()
        sequence = make_sequence(door, schedule_id=schedule["id"])

        refused = door.delete(f"/schedules/{schedule['id']}")
        door.put(f"/sequences/{sequence['id']}", json={"name": "x"})
        removed = door.delete(f"/schedules/{schedule['id']}")

        assert (refused.status_code, refused.json()["code"]) == (409, "schedule.in_use")
        assert removed.status_code == 204

    def test_an_archived_sequence_takes_nobody(self, door: TestClient) -> None:
        sequence = make_sequence(door)
        door.post(f"/sequences/{sequence['id']}/archive")
        items = {"items": [{"candidate": {}}]}

        bulk = door.post(f"/sequences/{sequence['id']}/enrollments:bulk", json=items)

        assert (bulk.status_code, bulk.json()["code"]) == (409, "sequence.archived")


class TestLists:
    def test_pages_meet_without_gap_or_overlap(self, door: TestClient) -> None:
        made = [door.post("/candidates", json={}).json()["id"] for _ in range(5)]
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = door.get("/candidates", params={"limit": 2, "cursor": cursor}).json()
            seen += [one["id"] for one in page["data"]]
            cursor = page["next_cursor"]

        assert seen == sorted(made)

    @pytest.mark.parametrize("limit", [0, 101, "many"])
    def test_a_limit_out_of_bounds_is_refused(self, door: TestClient, limit: object) -> None:
        assert door.get("/candidates", params={"limit": limit}).status_code == 422

    def test_enrollments_are_found_by_when_they_changed(self, door: TestClient) -> None:
        enroll(door)

        old = door.get("/enrollments", params={"updated_since": "2020-01-01T00:00:00Z"}).json()
        new = door.get("/enrollments", params={"updated_since": "2120-01-01T00:00:00Z"}).json()

        assert (len(old["data"]), len(new["data"])) == (1, 0)

    @pytest.mark.parametrize(("by", "keys"), [("status", {"status"}), ("code", {"code"})])
    def test_counts_group_as_asked(self, door: TestClient, by: str, keys: set[str]) -> None:
        enrollment = enroll(door)

        url = f"/sequences/{enrollment['sequence_id']}/counts"
        rows = door.get(url, params={"group_by": by}).json()["data"]

        assert [set(row) for row in rows] == [keys | {"count"}]


class TestStopsWin:
    @pytest.fixture
    def submitting(self, door: TestClient, database: Database) -> tuple[str, str]:
        """An enrollment, and a delivery of it whose send is on its way."""
        enrollment, mailbox = enroll(door), make_mailbox(door)
        delivery_id = fresh(Prefix.DELIVERY)
        with database.system() as connection:
            workspace_id = connection.execute(select(users.c.workspace_id)).scalars().first()
        with database.workspace(str(workspace_id)) as connection:
            connection.execute(
                insert(deliveries).values(
                    id=delivery_id,
                    workspace_id=workspace_id,
                    enrollment_id=enrollment["id"],
                    step_id=enrollment["steps"][0]["step_id"],
                    round=1,
                    key="key",
                    mailbox_id=mailbox["id"],
                    state="submitting",
                )
            )
        self.workspace_id = str(workspace_id)
        return enrollment["id"], delivery_id

    def test_an_answer_waits_for_a_send_that_is_on_its_way(
        self, door: TestClient, database: Database, submitting: tuple[str, str]
    ) -> None:
        enrollment_id, delivery_id = submitting
        answers: list[Any] = []
        asking = threading.Thread(
            target=lambda: answers.append(
                door.post(f"/enrollments/{enrollment_id}/stop", json={"reason": "x"}).json()
            )
        )

        asking.start()
        self.poll_until_stopped(door, enrollment_id)
        assert asking.is_alive()
        with database.workspace(self.workspace_id) as connection:
            connection.execute(
                update(deliveries).where(deliveries.c.id == delivery_id).values(state="sent")
            )
        asking.join()

        assert (answers[0]["code"], answers[0]["in_flight"]) == ("unenrolled_by_user", [])

    def test_an_answer_names_what_may_still_cross(
        self,
        door: TestClient,
        submitting: tuple[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        enrollment_id, delivery_id = submitting
        monkeypatch.setattr(crossing, "PATIENCE", 0.1)

        answer = door.delete(f"/enrollments/{enrollment_id}").json()

        assert answer["in_flight"] == [delivery_id]
        assert door.get(f"/deliveries/{delivery_id}").json()["sent_before_stop"] is True

    def test_a_mailboxs_pause_waits_too_and_counts_the_rest(
        self,
        door: TestClient,
        database: Database,
        submitting: tuple[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(crossing, "PATIENCE", 0.1)
        (mailbox,) = door.get("/mailboxes").json()["data"]
        path = f"/mailboxes/{mailbox['id']}/pause"

        crossing_one = door.post(path, json={"reason": "x"}).json()
        with database.workspace(self.workspace_id) as connection:
            connection.execute(
                update(deliveries).where(deliveries.c.id == submitting[1]).values(state="sent")
            )
        quiet = door.post(path, json={"reason": "x"}).json()

        assert (crossing_one["paused"], crossing_one["in_flight"]) == (True, 1)
        assert (quiet["paused"], quiet["in_flight"]) == (True, 0)

    @staticmethod
    def poll_until_stopped(door: TestClient, enrollment_id: str) -> None:
        for _ in range(2000):
            if door.get(f"/enrollments/{enrollment_id}").json()["status"] == "finished":
                return
        raise AssertionError("The stop was not committed.")


class TestTheDoorway:
    def test_a_request_id_comes_back(self, door: TestClient) -> None:
        given = door.get("/livez", headers={"X-Request-Id": "abc-1"})
        made = door.get("/livez", headers={"X-Request-Id": "not ok\tfor a log"})

        assert given.headers["x-request-id"] == "abc-1"
        assert made.headers["x-request-id"].startswith("req_")

    def test_a_body_past_the_bound_is_refused(self, door: TestClient) -> None:
        answer = door.post("/candidates", content=b" " * (33 * 1024 * 1024))

        assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")

    def test_metrics_show_requests_and_the_outbox(self, door: TestClient) -> None:
        door.get("/mailboxes")

        text = door.get("/metrics").text

        assert 'reprise_http_requests_total{method="GET",route="/mailboxes",status="200"} 1' in text
        assert "reprise_outbox_depth 0" in text

    def test_a_key_that_knocks_too_often_is_told_when_to_come_back(self) -> None:
        now = [0.0]
        limit = RateLimit(2, clock=lambda: now[0])
        for _ in range(10):
            limit.knock("key")

        with pytest.raises(ApiError) as refused:
            limit.knock("key")
        now[0] += 0.5
        limit.knock("key")

        assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})


class TestTheCodecEndpoint:
    async def test_opens_payloads_for_whoever_knows_its_address(self, door: TestClient) -> None:
        from temporalio.converter import DataConverter

        keys = codec_keys(KEY)
        plain = await DataConverter().encode(["what it waits for"])
        sealed = await Codec(keys).encode(plain)
        body = {"payloads": [to_json(one) for one in sealed]}

        right = door.post(f"/codec/{endpoint_token(keys)}/decode", json=body)
        wrong = door.post("/codec/guess/decode", json=body)
        spoilt = door.post(
            f"/codec/{endpoint_token(keys)}/decode",
            json={"payloads": [{**body["payloads"][0], "data": "AAAA"}]},
        )

        assert right.json()["payloads"] == [to_json(one) for one in plain]
        assert (wrong.status_code, spoilt.status_code) == (404, 422)

    def test_lets_browsers_in_from_temporals_pages_only(self, door: TestClient) -> None:
        asked = {"Access-Control-Request-Method": "POST"}

        ours = door.options("/codec/x/decode", headers={**asked, "Origin": "http://127.0.0.1:8233"})
        others = door.options("/codec/x/decode", headers={**asked, "Origin": "http://evil.example"})

        assert ours.headers["access-control-allow-origin"] == "http://127.0.0.1:8233"
        assert "access-control-allow-origin" not in others.headers


def test_a_fault_of_ours_is_a_problem_with_a_request_id(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("records.candidates.one", lambda *_: 1 / 0)

    answer = door.get("/candidates/cand_00000000000000000000")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["x-request-id"]
    assert "ZeroDivision" not in answer.text


def test_postgres_being_away_says_when_to_come_back(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    monkeypatch.setattr("api.unit.principal_of", away)

    answer = door.get("/mailboxes")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
