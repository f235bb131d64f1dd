"""The control API: what the world does to the provider, and what callers then see."""

import base64
import socket
import threading
from typing import Any

import httpx
import pytest

from sandbox.presets import PRESETS
from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

RITA, CARL = "rita@acme.example", "carl@mail.example"
ROOT = "/gmail/v1/users/me"


class Caller:
    """A mailbox seen by a client that repeats nothing by itself."""

    def __init__(self, sandbox: SandboxProcess, account: str = RITA) -> None:
        self.client = sandbox.client
        self.headers = {"authorization": f"Bearer {sandbox.connect(account)['access_token']}"}

    def draft(self, to: str = CARL) -> str:
        letter = f"From: {RITA}\r\nTo: {to}\r\nSubject: A role\r\n\r\nHello".encode()
        body = {"message": {"raw": base64.urlsafe_b64encode(letter).decode()}}
        answer = self.client.post(f"{ROOT}/drafts", json=body, headers=self.headers)
        answer.raise_for_status()
        return answer.json()["id"]

    def send(self, draft_id: str) -> httpx.Response:
        body = {"id": draft_id}
        return self.client.post(f"{ROOT}/drafts/send", json=body, headers=self.headers)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{ROOT}/{path}", headers=self.headers)


@pytest.fixture
def sandbox(process: SandboxProcess) -> SandboxProcess:
    process.control("reset")
    return process


def accepted(sandbox: SandboxProcess) -> int:
    return sandbox.client.get("/control/ledger").json()["last"]


@pytest.mark.parametrize(
    ("preset", "error", "sent"),
    [
        ("lost_request", httpx.RemoteProtocolError, 0),
        ("lost_answer", httpx.RemoteProtocolError, 1),
        ("reset_answer", httpx.ReadError, 1),
        ("truncated_answer", httpx.RemoteProtocolError, 1),
    ],
)
def test_a_connection_really_breaks_before_or_after_the_effect(
    sandbox: SandboxProcess, preset: str, error: type[Exception], sent: int
):
    rita = Caller(sandbox)
    draft_id = rita.draft()
    sandbox.control("faults", name=preset)
    with pytest.raises(error):
        rita.send(draft_id)
    assert accepted(sandbox) == sent
    assert rita.get(f"drafts/{draft_id}").status_code == (404 if sent else 200)


def test_a_lost_answer_is_lost_without_a_byte(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    draft_id = rita.draft()
    sandbox.control("faults", name="lost_answer")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        rita.send(draft_id)


def test_a_garbled_answer_is_half_a_body_in_valid_framing(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    draft_id = rita.draft()
    sandbox.control("faults", name="garbled_answer")
    answer = rita.send(draft_id)
    assert (answer.status_code, accepted(sandbox)) == (200, 1)
    with pytest.raises(ValueError, match=r".+"):
        answer.json()


@pytest.mark.parametrize(
    ("preset", "status", "reason"),
    [
        ("rate_limited", 429, "rateLimitExceeded"),
        ("user_rate_limited", 429, "rateLimitExceeded"),
        ("user_rate_limited_403", 403, "userRateLimitExceeded"),
        ("backend_error", 503, "backendError"),
        ("invalid_to", 400, "invalidArgument"),
        ("mail_service_off", 400, "failedPrecondition"),
        ("access_expired", 401, "authError"),
        ("domain_policy", 403, "domainPolicy"),
    ],
)
def test_a_named_failure_has_googles_body_and_passes(
    sandbox: SandboxProcess, preset: str, status: int, reason: str
):
    rita = Caller(sandbox)
    draft_id = rita.draft()
    sandbox.control("faults", name=preset)
    answer = rita.send(draft_id)
    assert answer.status_code == status
    assert answer.json()["error"]["errors"][0]["reason"] == reason
    assert rita.send(draft_id).status_code == 200


def test_the_mailbox_limit_names_the_moment_to_retry_after(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    draft_id = rita.draft()
    sandbox.control("faults", name="user_rate_limited", retry_after_seconds=3600)
    message = rita.send(draft_id).json()["error"]["message"]
    assert message.startswith("User-rate limit exceeded.  Retry after 20")
    assert message.endswith("Z (Mail sending)")


def test_a_fault_hits_one_mailbox_or_one_recipient_only(sandbox: SandboxProcess):
    rita, otto = Caller(sandbox), Caller(sandbox, "otto@acme.example")
    sandbox.control("faults", name="backend_error", account=RITA, times=None, operation="send$")
    sandbox.control("faults", name="invalid_to", recipient="bad@x.example", operation="send$")
    assert rita.send(rita.draft()).status_code == 503
    assert otto.send(otto.draft()).status_code == 200
    assert otto.send(otto.draft("bad@x.example")).status_code == 400


def test_the_token_endpoint_fails_by_name_too(sandbox: SandboxProcess):
    tokens = sandbox.connect(RITA)
    sandbox.control("faults", name="token_revoked", account=RITA)
    form = {"grant_type": "refresh_token", "client_id": "client"}
    form["refresh_token"] = str(tokens["refresh_token"])
    answer = sandbox.client.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert sandbox.client.post("/token", data=form).status_code == 200


def test_faults_are_listed_and_lifted(sandbox: SandboxProcess):
    first = sandbox.control("faults", name="backend_error")
    sandbox.control("faults", kind="delay", delay_ms=1, times=None)
    assert len(sandbox.client.get("/control/faults").json()["data"]) == 2
    assert sandbox.client.delete(f"/control/faults/{first['id']}").status_code == 200
    assert sandbox.client.delete(f"/control/faults/{first['id']}").status_code == 404
    assert sandbox.client.delete("/control/faults").json() == {"lifted": 1}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"name": "no such"}),
        ("faults", {"kind": "no such"}),
        ("faults", {"match": {"path": "("}}),
        ("faults", {"match": "everything"}),
        ("faults", {"status": "high"}),
        ("latency", {"ms": -1}),
        ("latency", {"ms": "1"}),
        ("latency", {}),
        (f"accounts/{CARL}/send", {"subject": "to nobody"}),
        (f"accounts/{CARL}/send", {"to": RITA, "headers": {"X-A": "b\nc: d"}}),
        (f"accounts/{CARL}/send", {"to": RITA, "headers": []}),
        ("accounts/nobody/send", {"to": RITA}),
    ],
)
def test_a_lever_that_does_not_exist_is_told_and_nothing_moves(
    sandbox: SandboxProcess, path: str, body: dict[str, Any]
):
    answer = sandbox.client.post(f"/control/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.client.get("/control/faults").json()["data"] == []


@pytest.mark.parametrize("path", ["reply", "forget_thread"])
def test_there_is_nothing_to_answer_in_an_empty_inbox(sandbox: SandboxProcess, path: str):
    body = {"thread_id": "1"}
    answer = sandbox.client.post(f"/control/accounts/{CARL}/{path}", json=body)
    assert answer.status_code == 404


def test_a_candidate_answers_a_named_mail_with_headers_of_its_own(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    first, _ = (rita.send(rita.draft()).json() for _ in range(2))
    inbox = sandbox.client.get(f"/control/accounts/{CARL}/messages?label=inbox").json()["data"]
    sandbox.control(
        f"accounts/{CARL}/reply",
        to_message_id=inbox[0]["message_id"],
        subject="Automatic reply: A role",
        headers={"Auto-Submitted": "auto-replied"},
    )
    arrived = sandbox.client.get(f"/control/accounts/{RITA}/messages?label=INBOX").json()["data"][0]
    assert arrived["in_reply_to"] == inbox[0]["message_id"]
    assert arrived["headers"]["Auto-Submitted"] == "auto-replied"
    assert arrived["thread_id"] != first["threadId"]  # the subject is another one


@pytest.mark.parametrize("content", [b"", b"\x00\xff no mail", b"Subject: x\r\n\r\nbody"])
def test_any_bytes_can_be_put_into_an_inbox_and_read(sandbox: SandboxProcess, content: bytes):
    answer = sandbox.client.post(f"/control/accounts/{RITA}/raw", content=content)
    assert answer.status_code == 201
    rita = Caller(sandbox)
    for form in ("full", "metadata", "raw", "minimal"):
        read = rita.get(f"messages/{answer.json()['id']}?format={form}")
        assert read.status_code == 200
        if form == "raw":
            assert base64.urlsafe_b64decode(read.json()["raw"]) == content


def test_the_ledger_is_read_from_where_one_stopped(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    for _ in range(3):
        rita.send(rita.draft())
    page = sandbox.client.get("/control/ledger", params={"since": 1, "account": RITA}).json()
    assert [line["number"] for line in page["data"]] == [2, 3]
    assert page["data"][0]["to"] == [CARL]
    assert page["data"][0]["headers"]["Subject"] == "A role"


def test_open_calls_are_counted_while_they_last(sandbox: SandboxProcess):
    rita = Caller(sandbox)
    sandbox.control("latency", ms=150)
    calls = [threading.Thread(target=rita.get, args=("profile",)) for _ in range(5)]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    counts = sandbox.client.get("/control/stats").json()
    assert counts["operations"]["gmail.users.getProfile"] == 5
    assert counts["in_flight_max"]["gmail.users.getProfile"] == 5
    assert counts["in_flight"] == {}


def test_connections_are_kept_and_broken_requests_end_only_their_own(sandbox: SandboxProcess):
    with httpx.Client(base_url=sandbox.url) as other:
        first = other.get("/healthz")
        second = other.get("/healthz")
        streams = [answer.extensions["network_stream"] for answer in (first, second)]
        ports = {stream.get_extra_info("client_addr") for stream in streams}
        assert len(ports) == 1
        for nonsense in (b"hello\r\n\r\n", b"GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as broken:
                broken.sendall(nonsense)
                assert broken.recv(100).startswith(b"HTTP/1.1 400 ")
        assert other.get("/healthz").is_success


def test_the_list_of_presets_can_be_read(sandbox: SandboxProcess):
    assert set(sandbox.client.get("/control/presets").json()) == set(PRESETS)
