"""What token endpoints answer: a bad minute of theirs is no dead grant, and no crash of ours."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.errors import Disconnected, Refused, Unavailable
from domain.mail import Grant
from providers.google_oauth import GoogleOAuth
from providers.microsoft_oauth import MicrosoftOAuth
from providers.transport import OneShotTransport
from tests.unit.providers.raw_server import Behaviour, RawServer, answer

GRANT = Grant(
    access_token="t", refresh_token="r", expires_at=datetime(2026, 1, 1, tzinfo=UTC), scope=""
)


def told(status: int, body: Any) -> Behaviour:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n"
    return answer(head.encode() + content)


@pytest.fixture
def transport() -> Iterator[OneShotTransport]:
    made = OneShotTransport(timeout_seconds=5)
    yield made
    made.close()


def google(url: str, transport: OneShotTransport) -> GoogleOAuth:
    return GoogleOAuth(
        client_id="id",
        client_secret="secret",
        auth_url=f"{url}/auth",
        token_url=f"{url}/token",
        gmail_url=f"{url}/",
        transport=transport,
    )


def microsoft(url: str, transport: OneShotTransport) -> MicrosoftOAuth:
    return MicrosoftOAuth(
        client_id="id",
        client_secret="secret",
        login_url=url,
        tenant="organizations",
        graph_url=url,
        transport=transport,
    )


def of_google(behaviour: Behaviour, transport: OneShotTransport) -> None:
    with RawServer(behaviour) as server:
        google(server.url, transport).refresh(GRANT)


def of_microsoft(behaviour: Behaviour, transport: OneShotTransport) -> None:
    with RawServer() as server:
        places = {
            name: f"{server.url}/organizations/{name}"  # Announced as plain http, as it is.
            for name in ("authorization_endpoint", "token_endpoint", "issuer")
        }
        server.then(told(200, places), behaviour)
        microsoft(server.url, transport).refresh(GRANT)


CASES = [
    (429, {"error": "too_many_requests"}, Unavailable),
    (429, b"<html>", Unavailable),
    (408, b"", Unavailable),
    (500, {"error": "server_error"}, Unavailable),
    (503, b"<html>", Unavailable),
    (200, {}, Unavailable),
    (200, [1], Unavailable),
    (200, b"{", Unavailable),
    (400, {"error": "invalid_grant"}, Disconnected),
    (401, {"error": "invalid_client"}, Refused),
]


@pytest.mark.parametrize("ask", [of_google, of_microsoft])
@pytest.mark.parametrize(("status", "body", "kind"), CASES)
def test_an_answer_means(
    ask: Callable[[Behaviour, OneShotTransport], None],
    status: int,
    body: Any,
    kind: type[Exception],
    transport: OneShotTransport,
) -> None:
    with pytest.raises(kind) as caught:
        ask(told(status, body), transport)

    assert type(caught.value) is kind


def test_a_consent_whose_mailbox_cannot_be_read_is_a_refusal_with_a_name(
    transport: OneShotTransport,
) -> None:
    token = {"access_token": "t", "refresh_token": "r", "expires_in": 3599}
    refusal = {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}
    with RawServer(told(200, token), told(403, refusal)) as server, pytest.raises(Refused):
        google(server.url, transport).exchange(
            code="c", verifier="v", redirect_uri="http://127.0.0.1/"
        )
