"""Every route of the sandbox stands in the discovery document, which is a judge that bites."""

from typing import Any

import pytest

from sandbox.google.gmail import METHODS, UPLOADS
from tests.conformance.discovery import document, methods, problems

DOCUMENT = document()
BY_ID = {method["id"]: method for method in methods(DOCUMENT)}


@pytest.mark.parametrize("name", METHODS)
def test_every_route_stands_in_the_discovery_document(name: str):
    verb, path, _, scopes = METHODS[name]
    told = BY_ID[f"gmail.users.{name}"]
    assert verb == told["httpMethod"]
    assert f"gmail/v1/users/{{userId}}/{path}" == told["path"]
    assert scopes == set(told["scopes"])


@pytest.mark.parametrize("name", UPLOADS)
def test_every_upload_route_stands_in_the_discovery_document(name: str):
    told = BY_ID[f"gmail.users.{name}"]["mediaUpload"]["protocols"]["simple"]
    assert told["path"] == f"/upload/gmail/v1/users/{{userId}}/{METHODS[name][1]}"


@pytest.mark.parametrize(
    ("schema", "body", "words"),
    [
        ("Message", {"id": "1", "thread_id": "1"}, "thread_id"),  # an invented field
        ("Message", {"historyId": 5}, "5 is not of type 'string'"),
        ("Message", {"historyId": "-5"}, "-5"),
        ("Message", {"historyId": "180000000000000000000"}, "18000"),  # above uint64
        ("Message", {"payload": {"headers": [{"Name": "To"}]}}, "Name"),
        ("Message", {"raw": "a+b/"}, "a+b/"),  # base64, not base64url
        ("Profile", {"messagesTotal": "3"}, "'3' is not of type 'integer'"),
        ("SendAs", {"verificationStatus": "done"}, "done"),
    ],
)
def test_the_judge_sees_a_broken_body(schema: str, body: dict[str, Any], words: str):
    assert any(words in problem for problem in problems(DOCUMENT, schema, body))
