"""Whatever is sent: never a fault of ours, never an answer that the OpenAPI document lacks."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from sqlalchemy.engine import URL

from tests import postgres
from tests.integration.api.conftest import make_app
from tests.postgres import API_KEY

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

KEY = {"Authorization": f"Bearer {API_KEY}"}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
)
FUZZ = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
STEP = {"subject": "Hello", "body": "<p>Hello</p>", "timing": {"kind": "instant"}}


DOCUMENT = make_app("postgresql+psycopg://nowhere.invalid/none").openapi()
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)


@pytest.fixture(scope="module")
def address(postgres_admin: URL) -> Iterator[str]:
    """Serve the API on a free port."""
    with postgres.clone(postgres_admin) as url:
        server = uvicorn.Server(uvicorn.Config(make_app(url), port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def real_ids(address: str) -> dict[str, str]:
    """Make one of each thing, so that fuzzed requests also meet what exists."""

    def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(address + path, json=body, headers=KEY)
        assert answer.status_code < 300, answer.text
        return answer.json()

    mailbox = post("/mailboxes", {"kind": "gmail", "address": "mia@sender.example"})
    schedule = post("/schedules", {"name": "Always", "zone": "UTC"})
    sequence = post("/sequences", {"name": "Engineers", "steps": [STEP]})
    candidate = post("/candidates", {"first_name": "Jo"})
    body = {"sequence_id": sequence["id"], "candidate_id": candidate["id"]}
    enrollment = post("/enrollments", body)
    source = post("/sources", {"kind": "calcom"})
    job = post(f"/sequences/{sequence['id']}/enrollments:bulk", {"items": [{}]})
    return {
        "mailbox_id": mailbox["id"],
        "schedule_id": schedule["id"],
        "sequence_id": sequence["id"],
        "candidate_id": candidate["id"],
        "enrollment_id": enrollment["id"],
        "job_id": job["id"],
        "source_id": source["id"],
    }


@each_operation
def test_no_request_breaks_it(operation: Any, address: str) -> None:
    @FUZZ
    @given(case=operation.as_strategy())
    def fuzz(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=address, headers=KEY, checks=CHECKS)

    fuzz()


@each_operation
def test_no_request_breaks_what_exists(
    operation: Any, address: str, real_ids: dict[str, str]
) -> None:
    @FUZZ
    @given(case=operation.as_strategy())
    def fuzz(case: schemathesis.Case) -> None:
        known = {k: real_ids[k] for k in case.path_parameters or {} if k in real_ids}
        case.path_parameters = {**(case.path_parameters or {}), **known}
        case.call_and_validate(base_url=address, headers=KEY, checks=CHECKS)

    fuzz()


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (path, method)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if "security" in operation
    ],
)
def test_a_key_is_asked_for(address: str, path: str, method: str) -> None:
    answer = httpx.request(method, address + path.replace("{", "").replace("}", ""))

    assert answer.status_code == 401


def test_every_field_and_operation_is_described() -> None:
    shapes = {k: v for k, v in DOCUMENT["components"]["schemas"].items() if k.endswith("In")}
    nameless = [
        f"{shape}.{name}"
        for shape, schema in shapes.items()
        for name, field in schema["properties"].items()
        if not field.get("description") and "$ref" not in field
    ]

    assert nameless == []
    assert all(o.get("description") for item in DOCUMENT["paths"].values() for o in item.values())
