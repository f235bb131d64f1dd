"""Whom the house tells, in the sandbox: they answer as the real ones do, and remember it all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.told.receivers import MAGIC
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

SID = "AC1"
MESSAGES = f"/2010-04-01/Accounts/{SID}/Messages.json"
FORM = {"To": "+351912345678", "From": "+15005550006", "Body": "Hello"}


@pytest.fixture(scope="module")
def process() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.control("reset")
    return process


def told(sandbox: SandboxProcess, **asked: str) -> list[dict[str, Any]]:
    return sandbox.client.get("/control/told", params=asked).json()["data"]


def send(sandbox: SandboxProcess, user: str = SID, **changes: str) -> httpx.Response:
    form = {**FORM, **changes}
    return sandbox.client.post(MESSAGES, data=form, auth=(user, "secret"))


def test_a_webhook_is_kept_whole_by_the_name_of_its_receiver(sandbox: SandboxProcess) -> None:
    sandbox.client.post("/hooks/a", content=b"\xff{", headers={"webhook-id": "evt_1"})
    sandbox.client.post("/hooks/b", content=b"{}")

    (heard,) = told(sandbox, kind="webhook", name="a")

    assert heard["headers"]["webhook-id"] == "evt_1"
    assert heard["body"] == "\ufffd{"
    assert len(told(sandbox)) == 2
    assert len(told(sandbox, since="1")) == 1


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b'{"text": "hi"}', 200, "ok"),
        (b'{"blocks": [{}]}', 200, "ok"),
        (b"{}", 400, "no_text"),
        (b"hello", 400, "invalid_payload"),
    ],
)
def test_slack_answers_in_words(
    sandbox: SandboxProcess, content: bytes, status: int, words: str
) -> None:
    answer = sandbox.client.post("/services/T0/B0/key", content=content)

    assert (answer.status_code, answer.text) == (status, words)
    assert len(told(sandbox, kind="slack")) == (status == 200)


def test_twilio_queues_a_message(sandbox: SandboxProcess) -> None:
    answer = send(sandbox)

    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    (heard,) = told(sandbox, kind="sms", name=FORM["To"])
    assert heard["text"] == "Hello"
    assert heard["sid"] == answer.json()["sid"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"To": "12345"}, 400, 21211),
        ({"Body": ""}, 400, 21602),
        ({"From": ""}, 400, 21603),
        ({"Body": "x" * 1601}, 400, 21617),
        *(({"To": number}, 400, code) for number, (code, _) in MAGIC.items()),
    ],
)
def test_twilio_refuses_with_its_codes(
    sandbox: SandboxProcess, changes: dict[str, str], status: int, code: int
) -> None:
    answer = send(sandbox, **changes)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert told(sandbox) == []


def test_twilio_knows_its_accounts(sandbox: SandboxProcess) -> None:
    assert send(sandbox, user="somebody").json()["code"] == 20003
    assert sandbox.client.post(MESSAGES, data=FORM).status_code == 401


@pytest.mark.parametrize(
    ("preset", "status"),
    [("hook_error", 500), ("hook_gone", 410), ("hook_moved", 302), ("hook_busy", 503)],
)
def test_a_receiver_fails_as_it_is_told_to(
    sandbox: SandboxProcess, preset: str, status: int
) -> None:
    sandbox.control("faults", name=preset)

    assert sandbox.client.post("/hooks/a", content=b"{}").status_code == status
    assert sandbox.client.post("/hooks/a", content=b"{}").status_code == 200
    assert len(told(sandbox)) == 1


def test_an_answer_may_be_lost_after_it_was_heard(sandbox: SandboxProcess) -> None:
    sandbox.control("faults", name="hook_lost_answer")

    with pytest.raises(httpx.TransportError):
        sandbox.client.post("/hooks/a", content=b"{}")

    assert len(told(sandbox)) == 1


def test_what_was_heard_survives_a_crash(tmp_path: Path) -> None:
    with SandboxProcess(tmp_path / "journal") as sandbox:
        sandbox.client.post("/hooks/a", content=b"{}")
        sandbox.kill()
        sandbox.start()

        (heard,) = told(sandbox)

    assert heard["name"] == "a"
