"""What came in, as callers see it and correct it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from domain.ids import Prefix
from records import facts
from records.database import Database
from records.ids import fresh
from records.tables import enrollments, mailboxes, messages, users
from tests.integration.api.test_requests import make_sequence
from tests.integration.api.test_resources import add_key, enroll, make_mailbox

pytestmark = pytest.mark.integration


def workspace_of(database: Database, enrollment_id: str) -> str:
    with database.system() as connection:
        query = enrollments.select().where(enrollments.c.id == enrollment_id)
        return str(connection.execute(query).mappings().one()["workspace_id"])


def keep(database: Database, door: TestClient, enrollment: dict[str, Any], **values: Any) -> str:
    """Store a message about an enrollment, as the reader of inboxes does."""
    workspace_id = workspace_of(database, enrollment["id"])
    message_id = fresh(Prefix.MESSAGE)
    mailbox = make_mailbox(door, f"{message_id[-8:]}@sender.example")
    row = {
        "id": message_id,
        "workspace_id": workspace_id,
        "mailbox_id": mailbox["id"],
        "provider_message_id": message_id,
        "thread_id": "t1",
        "enrollment_id": enrollment["id"],
        "candidate_id": enrollment["candidate_id"],
        "matched_by": "thread",
        "match_reason": "Its sender is the candidate.",
        "kind": "auto_reply",
        "auto": "absence",
        "returns_on": date(2026, 3, 9),
        "confidence": 0.9,
        "evidence": "Auto-Submitted says auto-replied.",
        "from_address": "jo@mail.example",
        "subject": "Automatic reply",
        "excerpt": "I am away.",
        "message_id": "<1@mail.example>",
        "received_at": datetime(2026, 3, 2, tzinfo=UTC),
        **values,
    }
    with database.workspace(workspace_id) as connection:
        connection.execute(insert(messages).values(**row))
    return message_id


def test_is_shown_with_its_class_the_evidence_and_what_followed(
    door: TestClient, database: Database
) -> None:
    enrollment = enroll(door)
    message_id = keep(database, door, enrollment)

    page = door.get(f"/enrollments/{enrollment['id']}/messages").json()

    (shown,) = page["data"]
    assert shown["id"] == message_id
    assert (shown["kind"], shown["auto"], shown["returns_on"]) == (
        "auto_reply",
        "absence",
        "2026-03-09",
    )
    assert shown["evidence"] == "Auto-Submitted says auto-replied."
    assert shown["followed"]["consequence"] == "nothing"


def test_is_corrected_once_and_stops(door: TestClient, database: Database) -> None:
    enrollment = enroll(door)
    message_id = keep(database, door, enrollment, kind="unrelated", auto=None)
    body = {"kind": "reply", "reason": "He says yes."}

    first = door.post(f"/messages/{message_id}/classify", json=body)
    second = door.post(f"/messages/{message_id}/classify", json=body)

    assert first.status_code == second.status_code == 200, first.text
    assert first.json()["ended"] == [enrollment["id"]]
    assert first.json()["in_flight"] == []
    assert second.json()["ended"] == []
    assert first.json()["first_kind"] == "unrelated"
    assert door.get(f"/enrollments/{enrollment['id']}").json()["code"] == "replied"

    undone = door.post(
        f"/messages/{message_id}/classify", json={"kind": "unrelated", "reason": "It was not he."}
    ).json()
    assert undone["resumed"] == [enrollment["id"]]
    assert door.get(f"/enrollments/{enrollment['id']}").json()["status"] == "not_started"


@pytest.mark.parametrize(
    "body", [{}, {"kind": "love"}, {"kind": "reply"}, {"kind": "reply", "reason": ""}]
)
def test_is_not_corrected_without_a_class_and_a_reason(
    door: TestClient, database: Database, body: dict[str, Any]
) -> None:
    message_id = keep(database, door, enroll(door))

    answer = door.post(f"/messages/{message_id}/classify", json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_is_told_in_the_story_of_its_enrollment(door: TestClient, database: Database) -> None:
    enrollment = enroll(door)
    message_id = keep(database, door, enrollment, kind="unrelated", auto=None)
    body = {"kind": "reply", "reason": "He says yes."}
    door.post(f"/messages/{message_id}/classify", json=body)

    story = door.get(f"/enrollments/{enrollment['id']}/timeline").json()

    told = {line["title"]: line["detail"] for line in story["data"]}
    assert told["message.classified"] == (
        f"it is reply, not unrelated: He says yes.; message {message_id}"
    )
    assert told["enrollment.replied"] == f"message {message_id}"


def test_of_somebody_elses_sequence_is_not_there(door: TestClient, database: Database) -> None:
    message_id = keep(database, door, enroll(door))
    other = add_key(database, door, role="user", scopes=["read", "write"])

    body = {"kind": "reply", "reason": "Mine."}
    assert other.post(f"/messages/{message_id}/classify", json=body).status_code == 404


def test_that_ended_another_enrollment_is_shown_there_too(
    door: TestClient, database: Database
) -> None:
    about = enroll(door)
    sequence = make_sequence(door)
    body = {"sequence_id": sequence["id"], "candidate_id": about["candidate_id"]}
    other = door.post("/enrollments", json=body).json()
    ended = {"enrollment_id": other["id"], "round": 1, "code": "replied"}
    followed = {
        "consequence": "stop",
        "reason": "",
        "ended": [ended],
        "paused": [],
        "suppression_id": None,
        "crossed": [],
    }
    message_id = keep(database, door, about, kind="reply", auto=None, followed=followed)

    page = door.get(f"/enrollments/{other['id']}/messages").json()

    assert [one["id"] for one in page["data"]] == [message_id]


def test_a_mailbox_that_cannot_be_read_says_so(door: TestClient, database: Database) -> None:
    mailbox = make_mailbox(door)
    with database.system() as connection:
        workspace_id = connection.execute(select(users.c.workspace_id)).scalars().first()
    assert workspace_id is not None
    with database.workspace(workspace_id) as connection:
        connection.execute(
            update(mailboxes)
            .where(mailboxes.c.id == mailbox["id"])
            .values(deaf_since=datetime.now(UTC), cursor_at=datetime.now(UTC))
        )

    shown = door.get(f"/mailboxes/{mailbox['id']}").json()

    assert shown["code"] == "detection_failed"
    assert "inbox" in shown["reason"]["cause"]
    assert shown["cursor_age_seconds"] is not None
    assert shown["resume_at"] is None


def test_an_absence_shows_why_and_until_when(door: TestClient, database: Database) -> None:
    sequence = make_sequence(door, out_of_office="wait")
    assert sequence["out_of_office"] == "wait"
    mailbox = make_mailbox(door)
    changed = door.put(
        f"/sequences/{sequence['id']}",
        json={
            "name": "Engineers",
            "sender": {"mailbox_id": mailbox["id"]},
            "out_of_office": "end",
            "steps": sequence["steps"],
        },
    )
    assert changed.json()["out_of_office"] == "end"
    enrollment = enroll(door)
    until = datetime(2030, 3, 9, 9, tzinfo=UTC)
    workspace_id = workspace_of(database, enrollment["id"])
    with database.workspace(workspace_id) as connection:
        row = facts.lock(connection, enrollment["id"])
        values = {"started": True, "paused": True, "paused_until": until}
        facts.write_fact(connection, row, {**values, "pause_code": "out_of_office"})

    shown = door.get(f"/enrollments/{enrollment['id']}").json()

    assert (shown["status"], shown["code"]) == ("paused", "out_of_office")
    assert datetime.fromisoformat(shown["resume_at"]) == until
