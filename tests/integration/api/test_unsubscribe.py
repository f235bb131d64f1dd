"""The opt-out page: one click and it is true, for whoever has the token and nobody else."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api import crossing
from api.limits import RateLimit
from domain.optouts import make_token
from records.database import Database
from records.tables import log_events, suppressions, users, workspaces
from tests.integration.api.test_suppressions import enroll, person, submitting

pytestmark = pytest.mark.integration

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def workspace_of(database: Database) -> str:
    with database.system() as connection:
        return connection.execute(select(users.c.workspace_id)).scalars().first() or ""


def page_of(database: Database, enrollment: dict[str, Any]) -> str:
    workspace_id = workspace_of(database)
    with database.workspace(workspace_id) as connection:
        query = select(workspaces.c.seal).where(workspaces.c.id == workspace_id)
        seal = connection.execute(query).scalar_one()
    return f"/unsubscribe/{make_token(seal, workspace_id, enrollment['id'])}"


def entries(database: Database) -> list[tuple[str, str, str, str]]:
    with database.workspace(workspace_of(database)) as connection:
        rows = connection.execute(select(suppressions).order_by(suppressions.c.kind)).mappings()
        return [(row["kind"], row["value"], row["reason"], row["origin"]) for row in rows]


@pytest.fixture
def stranger(door: TestClient) -> TestClient:
    """Somebody with a mail program: no key, no cookie."""
    return TestClient(door.app, follow_redirects=False)


def test_one_click_ends_everything_at_once(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    enrollment = enroll(door)

    answer = stranger.post(page_of(database, enrollment), data=ONE_CLICK)

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "You are unsubscribed" in answer.text
    assert door.get(f"/enrollments/{enrollment['id']}").json()["code"] == "unsubscribed"
    assert entries(database) == [
        ("address", "jo@acme.example", "unsubscribed", "one_click"),
        ("person", enrollment["candidate_id"], "unsubscribed", "one_click"),
    ]


def test_a_multipart_click_counts_too(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    url = page_of(database, enroll(door))

    stranger.post(url, files={"List-Unsubscribe": (None, "One-Click")})

    assert {origin for *_, origin in entries(database)} == {"one_click"}


def test_a_persons_press_of_the_button_is_told_apart(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    stranger.post(page_of(database, enroll(door)))

    assert {origin for *_, origin in entries(database)} == {"link"}


def test_opening_the_link_changes_nothing(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    enrollment = enroll(door)
    url = page_of(database, enrollment)

    shown, peeked = stranger.get(url), stranger.head(url)

    assert (shown.status_code, peeked.status_code, peeked.text) == (200, 200, "")
    assert '<form method="post">' in shown.text
    assert "acme" not in shown.text
    assert entries(database) == []
    assert door.get(f"/enrollments/{enrollment['id']}").json()["status"] == "not_started"


def test_a_repeat_is_harmless(door: TestClient, stranger: TestClient, database: Database) -> None:
    url = page_of(database, enroll(door))
    stranger.post(url, data=ONE_CLICK)
    before = entries(database)

    assert stranger.post(url, data=ONE_CLICK).status_code == 200
    assert entries(database) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_forged_token_learns_nothing(
    door: TestClient, stranger: TestClient, database: Database, method: str
) -> None:
    url = page_of(database, enroll(door))
    other = make_token(bytes(32), workspace_of(database), "enr_00000000000000000000")
    nowhere = make_token(bytes(32), "wsp_00000000000000000000", "enr_00000000000000000000")
    forged = [url[:-1] + ("0" if url[-1] != "0" else "1"), f"/unsubscribe/{other}"]
    forged += [f"/unsubscribe/{nowhere}", "/unsubscribe/x", "/unsubscribe/%00"]

    answers = [stranger.request(method, one) for one in forged]

    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert entries(database) == []


def test_who_tries_many_wrong_tokens_waits_and_a_right_one_never_does(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    door.app.state.guesses = RateLimit(1, clock=lambda: 0.0)
    url = page_of(database, enroll(door))

    tries = [stranger.get("/unsubscribe/wrong").status_code for _ in range(7)]

    assert (tries[:5], tries[5:]) == ([404] * 5, [429] * 2)
    assert stranger.post(url, data=ONE_CLICK).status_code == 200


def test_what_is_on_its_way_is_said(
    door: TestClient,
    stranger: TestClient,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crossing, "PATIENCE", 0.2)
    enrollment = enroll(door)
    submitting(database, door, enrollment)

    answer = stranger.post(page_of(database, enrollment), data=ONE_CLICK)

    assert "on its way already" in answer.text


def test_the_same_person_under_another_name_is_covered(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    twin = enroll(door, **person(first_name="Joanna"))
    stranger.post(page_of(database, enroll(door)), data=ONE_CLICK)

    assert door.get(f"/enrollments/{twin['id']}").json()["code"] == "unsubscribed"


def test_the_log_says_by_which_way_without_an_address(
    door: TestClient, stranger: TestClient, database: Database
) -> None:
    enrollment = enroll(door)
    stranger.post(page_of(database, enrollment), data=ONE_CLICK)

    with database.workspace(workspace_of(database)) as connection:
        query = select(log_events.c.detail).where(
            log_events.c.event == "suppression.added",
            log_events.c.enrollment_id == enrollment["id"],
        )
        detail = connection.execute(query).scalar_one()
    assert detail["origin"] == "one_click"
    assert detail["reason"] == "unsubscribed"
    assert detail["suppression"].startswith("sup_")
    assert "acme" not in str(detail)
    line = door.get(f"/enrollments/{enrollment['id']}/timeline").json()["data"][-1]
    assert line["code"] == "unsubscribed"
    assert line["detail"].startswith("Opted out (")
    assert "by the mail program's button; entry sup_" in line["detail"]
