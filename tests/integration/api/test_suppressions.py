"""The list of who must not be written to, as callers use it."""

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from api import crossing
from domain.ids import Prefix
from records.database import Database
from records.ids import fresh
from records.tables import deliveries, suppressions, users
from tests.integration.api.test_requests import make_sequence
from tests.integration.api.test_resources import add_key, make_mailbox

pytestmark = pytest.mark.integration

JO = "jo@acme.example"


def person(*addresses: str, **values: Any) -> dict[str, Any]:
    return {"emails": [{"address": one} for one in addresses or (JO,)], **values}


def enroll(door: TestClient, **candidate: Any) -> dict[str, Any]:
    body = {"sequence_id": make_sequence(door)["id"], "candidate": candidate or person()}
    answer = door.post("/enrollments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def add(door: TestClient, kind: str, value: str, **more: Any) -> dict[str, Any]:
    answer = door.post("/suppressions", json={"kind": kind, "value": value, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


class TestAdding:
    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            ("address", "JO@Acme.example"),
            ("domain", "acme.example"),
            ("company", "acme  INC"),
        ],
    )
    def test_it_ends_what_it_covers_and_says_who_did_it(
        self, door: TestClient, kind: str, value: str
    ) -> None:
        enrollment = enroll(door, **person(fields={"company": "Acme Inc"}))

        added = add(door, kind, value, note="the client asked")

        assert added["ended"] == [enrollment["id"]]
        assert added["in_flight"] == []
        assert added["added_by"].startswith("usr_")
        shown = door.get(f"/enrollments/{enrollment['id']}").json()
        assert (shown["status"], shown["code"]) == ("finished", "blocked")
        assert shown["reason"]["remedy"] == "Only an admin can take it off the list."

    def test_again_is_the_one_that_exists(self, door: TestClient) -> None:
        first = add(door, "domain", "acme.example")

        again = door.post("/suppressions", json={"kind": "domain", "value": "ACME.example."})

        assert (again.status_code, again.json()["id"]) == (200, first["id"])

    @pytest.mark.parametrize(
        ("kind", "value", "code"),
        [
            ("address", "nobody", "value.not_an_address"),
            ("domain", "a_b c", "value.not_a_domain"),
            ("domain", "com", "domain.public_suffix"),
            ("domain", "co.uk", "domain.public_suffix"),
            ("domain", "GMail.com", "domain.free_mail"),
            ("person", "cand_00000000000000000000", "candidate.not_found"),
            ("company", "   ", "value.empty"),
        ],
    )
    def test_what_names_nobody_or_everybody_is_refused(
        self, door: TestClient, kind: str, value: str, code: str
    ) -> None:
        answer = door.post("/suppressions", json={"kind": kind, "value": value})

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] == "/value"
        assert door.get("/suppressions").json()["data"] == []

    def test_free_mail_is_blocked_only_by_force_and_a_suffix_never(self, door: TestClient) -> None:
        forced = {"kind": "domain", "force": True}

        assert add(door, "domain", "gmail.com", force=True)["value"] == "gmail.com"
        assert door.post("/suppressions", json={**forced, "value": "com"}).status_code == 422

    def test_a_send_that_is_on_its_way_is_named(
        self, door: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crossing, "PATIENCE", 0.2)
        enrollment = enroll(door)
        delivery = submitting(database, door, enrollment)

        added = add(door, "domain", "acme.example")

        assert (added["ended"], added["in_flight"]) == ([enrollment["id"]], [delivery])

    def test_who_is_enrolled_while_it_is_added_is_ended_in_the_same_answer(
        self, door: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second look: the entry is committed, and only then is everybody found."""
        from api import suppressing

        enrolled: list[str] = []
        add_all = suppressing.add_all

        def add_and_let_somebody_in(*args: Any) -> Any:
            done = add_all(*args)
            thread = threading.Thread(target=lambda: enrolled.append(enroll(door)["id"]))
            thread.start()  # On a connection of its own, committed before the entry is.
            thread.join()
            return done

        monkeypatch.setattr("api.routes.suppressions.add_all", add_and_let_somebody_in)

        assert add(door, "domain", "acme.example")["ended"] == enrolled
        assert len(enrolled) == 1


class TestEnrolling:
    @pytest.mark.parametrize("reason", ["blocked", "unsubscribed"])
    def test_who_is_on_the_list_is_refused_with_the_remedy(
        self, door: TestClient, reason: str
    ) -> None:
        added = add(door, "domain", "acme.example", reason=reason)
        sequence = make_sequence(door)["id"]

        answer = door.post("/enrollments", json={"sequence_id": sequence, "candidate": person()})
        bulk = door.post(
            f"/sequences/{sequence}/enrollments:bulk",
            json={"items": [{"candidate": person()}, {"candidate": person("al@x.example")}]},
        )

        assert (answer.status_code, answer.json()["code"]) == (409, reason)
        assert answer.json()["reason"]["who"] == "Workspace admin"
        assert added["id"] in answer.json()["detail"]
        results = door.get(bulk.headers["location"]).json()["results"]["data"]
        assert [(one["result"], one["code"]) for one in results] == [
            ("refused", reason),
            ("created", None),
        ]

    def test_a_bounced_address_is_accepted(self, door: TestClient) -> None:
        candidate = door.post("/candidates", json=person()).json()["id"]
        event = {"type": "bounce", "external_id": "b-1"}
        assert door.post(f"/candidates/{candidate}/events", json=event).status_code == 200

        body = {"sequence_id": make_sequence(door)["id"], "candidate_id": candidate}
        assert door.post("/enrollments", json=body).status_code == 201

    def test_a_restart_is_refused_and_what_exists_is_still_given(self, door: TestClient) -> None:
        enrollment = enroll(door)
        add(door, "domain", "acme.example")
        body = {
            "sequence_id": enrollment["sequence_id"],
            "candidate_id": enrollment["candidate_id"],
        }

        again = door.post("/enrollments", json={**body, "on_conflict": "restart"})
        existing = door.post("/enrollments", json={**body, "on_conflict": "existing"})

        assert (again.status_code, again.json()["code"]) == (409, "blocked")
        assert (existing.status_code, existing.json()["id"]) == (200, enrollment["id"])


class TestEvents:
    def test_an_opt_out_told_by_a_caller_covers_person_and_addresses(
        self, door: TestClient
    ) -> None:
        enrollment = enroll(door, **person(JO, "jo@home.example"))
        candidate = enrollment["candidate_id"]
        event = {"type": "unsubscribe", "external_id": "u-1"}

        told = door.post(f"/candidates/{candidate}/events", json=event).json()

        assert told["ended"] == [enrollment["id"]]
        listed = door.get("/suppressions", params={"candidate_id": candidate}).json()["data"]
        assert sorted((one["kind"], one["value"]) for one in listed) == [
            ("address", JO),
            ("address", "jo@home.example"),
            ("person", candidate),
        ]
        assert {one["origin"] for one in listed} == {"api"}

    @pytest.mark.parametrize("named", ["jo@home.example", None])
    def test_a_bounce_told_by_a_caller_is_of_one_address(
        self, door: TestClient, named: str | None
    ) -> None:
        enrollment = enroll(door, **person(JO, "jo@home.example"))
        event = {"type": "bounce", "external_id": "b-1", "address": named}

        told = door.post(f"/candidates/{enrollment['candidate_id']}/events", json=event).json()

        assert told["ended"] == [enrollment["id"]]
        listed = door.get("/suppressions").json()["data"]
        assert [(one["reason"], one["value"]) for one in listed] == [("bounced", named or JO)]


class TestTheList:
    def test_it_is_filtered_and_paged(self, door: TestClient) -> None:
        one = add(door, "domain", "acme.example")
        two = add(door, "address", "jo@münchen.example", reason="unsubscribed")
        add(door, "company", "Acme")

        def ids(**params: Any) -> list[str]:
            return [
                found["id"] for found in door.get("/suppressions", params=params).json()["data"]
            ]

        assert ids(kind="domain") == [one["id"]]
        assert ids(reason="unsubscribed") == [two["id"]]
        assert ids(value="JO@xn--mnchen-3ya.example") == [two["id"]]
        assert len(ids(live=True)) == 3
        assert ids(live=False) == []
        page = door.get("/suppressions", params={"limit": 1}).json()
        following = {"limit": 2, "cursor": page["next_cursor"]}
        assert len(door.get("/suppressions", params=following).json()["data"]) == 2

    def test_a_bulk_names_every_row(self, door: TestClient) -> None:
        enrollment = enroll(door)
        rows: list[Any] = [
            {"kind": "domain", "value": "acme.example"},
            {"kind": "domain", "value": "gmail.com"},
            {"kind": "domain", "value": "Acme.example"},
            {"kind": "person", "value": "cand_00000000000000000000"},
            {"kind": "person", "value": enrollment["candidate_id"], "reason": "unsubscribed"},
            {"kind": "planet", "value": "Mars"},
            "nothing",
        ]

        answer = door.post("/suppressions:bulk", json={"rows": rows}).json()

        assert [(one["result"], one["code"]) for one in answer["data"]] == [
            ("created", None),
            ("refused", "domain.free_mail"),
            ("existing", None),
            ("refused", "candidate.not_found"),
            ("created", None),
            ("refused", "enum"),
            ("refused", "model_type"),
        ]
        assert (answer["created"], answer["existing"], answer["refused"]) == (2, 1, 4)
        assert answer["ended"] == [enrollment["id"]]
        assert door.get(f"/enrollments/{enrollment['id']}").json()["code"] == "unsubscribed"

    def test_ten_thousand_rows_fit(self, door: TestClient) -> None:
        rows = [{"kind": "address", "value": f"p{n}@acme.example"} for n in range(10_000)]

        answer = door.post("/suppressions:bulk", json={"rows": rows}).json()
        one_more = door.post("/suppressions:bulk", json={"rows": [*rows, rows[0]]})

        assert (answer["created"], len(answer["data"])) == (10_000, 10_000)
        assert one_more.status_code == 422


class TestLifting:
    def test_only_an_admin_lifts_an_opt_out_or_a_block(
        self, door: TestClient, database: Database
    ) -> None:
        plain = add_key(database, door, role="user", scopes=["write"])
        for reason in ("unsubscribed", "blocked"):
            added = add(plain, "domain", "acme.example", reason=reason)
            url = f"/suppressions/{added['id']}"

            refusal = plain.delete(url)
            lifted = door.delete(url)

            assert (refusal.status_code, refusal.json()["code"]) == (403, "auth.admin_only")
            assert lifted.status_code == 200
            assert lifted.json()["lifted_by"].startswith("usr_")
            assert door.get(url).json()["lifted_at"] is not None
            assert door.delete(url).json()["released"] == 0

    def test_anybody_lifts_a_bounce(self, door: TestClient, database: Database) -> None:
        candidate = door.post("/candidates", json=person()).json()["id"]
        event = {"type": "bounce", "external_id": "b-1"}
        door.post(f"/candidates/{candidate}/events", json=event)
        plain = add_key(database, door, role="user", scopes=["write"])
        added = plain.get("/suppressions").json()["data"][0]

        assert plain.delete(f"/suppressions/{added['id']}").status_code == 200
        assert door.get("/suppressions", params={"live": True}).json()["data"] == []

    def test_another_workspaces_entry_is_not_there(
        self, door: TestClient, database: Database
    ) -> None:
        unknown = f"/suppressions/{fresh(Prefix.SUPPRESSION)}"

        assert door.get(unknown).status_code == 404
        assert door.delete(unknown).status_code == 404


def submitting(database: Database, door: TestClient, enrollment: dict[str, Any]) -> str:
    """Put a delivery of the enrollment on its way."""
    mailbox = make_mailbox(door)["id"]
    delivery_id = fresh(Prefix.DELIVERY)
    with database.system() as connection:
        workspace_id = connection.execute(users.select()).mappings().first()["workspace_id"]
    with database.workspace(workspace_id) as connection:
        connection.execute(
            deliveries.insert().values(
                id=delivery_id,
                workspace_id=workspace_id,
                enrollment_id=enrollment["id"],
                step_id="stp_1",
                round=1,
                key=f"{enrollment['id']}:stp_1:1",
                mailbox_id=mailbox,
                state="submitting",
            )
        )
    return delivery_id


def test_lifting_twice_at_once_is_lifting_once(door: TestClient, database: Database) -> None:
    added = add(door, "domain", "acme.example")
    with database.system() as connection:
        workspace_id = connection.execute(users.select()).mappings().first()["workspace_id"]
    with database.workspace(workspace_id) as connection:
        connection.execute(update(suppressions).values(note="held"))  # The row is locked.
        answers: list[int] = []

        def lift() -> None:
            answers.append(door.delete(f"/suppressions/{added['id']}").status_code)

        threads = [threading.Thread(target=lift) for _ in range(2)]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join(20)

    assert answers == [200, 200]
