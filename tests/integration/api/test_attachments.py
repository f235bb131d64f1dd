"""Files that steps attach: taken in whole or refused whole, kept once, sent with the message."""

import base64
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.shapes.attachments import MOST_BYTES

pytestmark = pytest.mark.integration

PDF = b"%PDF-1.7 a role"
FILE = {
    "name": "role.pdf",
    "content_type": "application/pdf",
    "content": base64.b64encode(PDF).decode(),
}


def write(door: TestClient, *files: dict[str, Any]) -> Any:
    step = {"subject": "Hello", "body": "<p>Hello</p>", "timing": {"kind": "instant"}}
    body = {"name": "Engineers", "steps": [{**step, "attachments": list(files)}]}
    return door.post("/sequences", json=body)


def test_a_step_shows_its_files_by_their_digest(door: TestClient) -> None:
    made = write(door, FILE).json()

    shown = made["steps"][0]["attachments"]

    digest = sha256(PDF).hexdigest()
    assert shown == [
        {
            "name": "role.pdf",
            "content_type": "application/pdf",
            "sha256": digest,
            "size": len(PDF),
        }
    ]


def test_what_was_read_may_be_written_back_and_changes_nothing(door: TestClient) -> None:
    made = write(door, FILE).json()
    body = {"name": made["name"], "steps": made["steps"]}
    for step in body["steps"]:
        step.pop("next", None)

    again = door.put(f"/sequences/{made['id']}", json=body)

    assert again.status_code == 200, again.text
    assert again.json()["version"] == made["version"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"content": "no base64!"}, "/steps/0/attachments/0/content"),
        ({"content": None}, "/steps/0/attachments/0"),
        ({"sha256": "0" * 64}, "/steps/0/attachments/0"),
        ({"sha256": "0" * 64, "content": None}, "/steps/0/attachments/0/sha256"),
        ({"name": "a\r\nBcc: x@y.example"}, "/steps/0/attachments/0/name"),
        ({"name": "../../etc/passwd"}, "/steps/0/attachments/0/name"),
        ({"name": ""}, "/steps/0/attachments/0/name"),
        ({"content_type": "multipart/mixed"}, "/steps/0/attachments/0/content_type"),
        ({"content_type": "message/rfc822"}, "/steps/0/attachments/0/content_type"),
        ({"content_type": "text/plain\r\nX: 1"}, "/steps/0/attachments/0/content_type"),
    ],
)
def test_a_bad_file_is_refused_whole(
    door: TestClient, change: dict[str, Any], pointer: str
) -> None:
    answer = write(door, {**FILE, **change})

    assert answer.status_code == 422, answer.text
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


def test_more_than_a_message_can_carry_is_refused(door: TestClient) -> None:
    half = base64.b64encode(b"x" * (MOST_BYTES // 2 + 1)).decode()

    answer = write(door, {**FILE, "content": half}, {**FILE, "content": half})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "attachment.too_large"
