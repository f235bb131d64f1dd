"""SMTP mailboxes: tried before they are kept, refused with what is wrong, never shown again."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conformance.sandbox_process import SandboxProcess

pytestmark = pytest.mark.integration

MIA = "mia@recruiting.example"


@pytest.fixture(scope="module")
def servers() -> Iterator[SandboxProcess]:
    with SandboxProcess() as running:
        yield running


def server(on: int, **changes: Any) -> dict[str, Any]:
    given = {"host": "127.0.0.1", "port": on, "tls": "none"}
    return {**given, "username": MIA, "password": "sandbox", **changes}


def body(servers: SandboxProcess, **changes: Any) -> dict[str, Any]:
    ports = servers.post_ports
    given = {"kind": "smtp", "address": MIA}
    return {**given, "smtp": server(ports["smtp"]), "imap": server(ports["imap"]), **changes}


def test_one_that_works_is_connected_at_once(door: TestClient, servers: SandboxProcess) -> None:
    answer = door.post("/mailboxes", json=body(servers))

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["state"], made["authorize_url"]) == ("connected", None)
    assert "sandbox" not in door.get(f"/mailboxes/{made['id']}").text


@pytest.mark.parametrize("field", ["username", "password"])
def test_a_second_line_is_no_part_of_a_login(
    door: TestClient, servers: SandboxProcess, field: str
) -> None:
    imap = server(servers.post_ports["imap"], **{field: "mia\r\nx LOGOUT"})

    answer = door.post("/mailboxes", json=body(servers, imap=imap))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/imap/{field}"


def test_it_may_be_connected_again(door: TestClient, servers: SandboxProcess) -> None:
    made = door.post("/mailboxes", json=body(servers)).json()

    again = door.post(f"/mailboxes/{made['id']}/reconnect")
    ports = servers.post_ports
    other = door.post(f"/mailboxes/{made['id']}/reconnect", json={"smtp": server(ports["smtp"])})

    assert (again.status_code, other.status_code) == (200, 200)
    assert other.json()["state"] == "connected"


@pytest.mark.parametrize(
    ("which", "port", "changes", "code", "field"),
    [
        ("smtp", "smtp", {"password": "wrong"}, "smtp.password_refused", "password"),
        ("imap", "imap", {"password": "wrong"}, "imap.password_refused", "password"),
        ("smtp", "smtp", {"port": 9}, "smtp.refused", "port"),
        ("imap", "imap", {"port": 9}, "imap.refused", "port"),
        ("smtp", "smtp", {"tls": "tls"}, "smtp.not_tls", "tls"),
        ("imap", "imap", {"tls": "tls"}, "imap.not_tls", "tls"),
        ("smtp", "smtps", {"tls": "tls"}, "smtp.certificate_untrusted", "host"),
        ("smtp", "smtp", {"tls": "starttls"}, "smtp.certificate_untrusted", "host"),
        ("imap", "imaps", {"tls": "tls"}, "imap.certificate_untrusted", "host"),
        ("smtp", "smtp", {"host": "mail.example", "tls": "none"}, "smtp.tls_needed", "tls"),
        ("smtp", "smtp", {"host": "no.invalid", "tls": "tls"}, "smtp.unknown_host", "host"),
    ],
)
def test_what_is_wrong_is_named(
    door: TestClient,
    servers: SandboxProcess,
    which: str,
    port: str,
    changes: dict[str, Any],
    code: str,
    field: str,
) -> None:
    given = server(servers.post_ports[port], **changes)

    answer = door.post("/mailboxes", json=body(servers, **{which: given}))

    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert [(one["code"], one["pointer"]) for one in told["errors"]] == [
        (code, f"/{which}/{field}")
    ]
    assert "wrong" not in answer.text
    assert door.get("/mailboxes").json()["data"] == []


def test_the_other_kinds_have_no_servers(door: TestClient, servers: SandboxProcess) -> None:
    answer = door.post("/mailboxes", json=body(servers, kind="gmail"))

    assert answer.json()["code"] == "mailbox.servers_not_wanted"


def test_one_without_servers_is_refused(door: TestClient) -> None:
    answer = door.post("/mailboxes", json={"kind": "smtp", "address": MIA})

    assert (answer.status_code, answer.json()["code"]) == (422, "mailbox.smtp_missing")
