"""The sandbox speaks Google's OAuth: consent, exchange, refresh, loss."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import google.auth.transport.requests
import httpx
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials

from tests.conformance.sandbox_process import MODIFY, SandboxProcess

pytestmark = pytest.mark.integration

RITA = "rita@acme.example"
ASKED = {
    "client_id": "client",
    "redirect_uri": "http://127.0.0.1/back?x=1",
    "response_type": "code",
    "scope": MODIFY,
    "login_hint": RITA,
    "access_type": "offline",
    "state": "s&1",
}


def consent(sandbox: SandboxProcess, **changes: str | None) -> httpx.Response:
    asked = {name: value for name, value in {**ASKED, **changes}.items() if value is not None}
    return sandbox.client.get("/o/oauth2/v2/auth", params=asked)


def told(answer: httpx.Response) -> dict[str, str]:
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def exchange(sandbox: SandboxProcess, code: str, **more: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "client",
        "client_secret": "secret",
        "redirect_uri": ASKED["redirect_uri"],
    }
    return sandbox.client.post("/token", data=form | more)


def refresh(sandbox: SandboxProcess, token: object) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": "client"}
    return sandbox.client.post("/token", data=form)


def profile(sandbox: SandboxProcess, token: object) -> int:
    headers = {"authorization": f"Bearer {token}"}
    return sandbox.client.get("/gmail/v1/users/me/profile", headers=headers).status_code


def test_consent_says_yes_by_itself_and_sends_back_code_and_state(sandbox: SandboxProcess):
    answer = consent(sandbox)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("http://127.0.0.1/back?x=1&")
    assert told(answer)["state"] == "s&1"
    tokens = exchange(sandbox, told(answer)["code"]).json()
    assert set(tokens) == {"access_token", "expires_in", "refresh_token", "scope", "token_type"}
    assert (tokens["scope"], tokens["expires_in"], tokens["token_type"]) == (MODIFY, 3599, "Bearer")


def test_an_owner_who_refuses_is_sent_back_with_access_denied(sandbox: SandboxProcess):
    sandbox.control(f"accounts/{RITA}/consent", allow=False)
    assert told(consent(sandbox))["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"redirect_uri": None},
        {"scope": None},
        {"response_type": None},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
        {"code_challenge": "x", "code_challenge_method": "S512"},
    ],
)
def test_a_broken_request_is_told_to_the_person_and_leads_nowhere(
    sandbox: SandboxProcess, changes: dict[str, str | None]
):
    answer = consent(sandbox, **changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_without_a_hint_the_person_chooses_an_account(sandbox: SandboxProcess):
    sandbox.connect(RITA)
    answer = consent(sandbox, login_hint=None)
    assert answer.status_code == 200
    assert "login_hint=rita%40acme.example" in answer.text


def test_a_code_challenge_wants_its_verifier(sandbox: SandboxProcess):
    digest = hashlib.sha256(b"verifier").digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    asked = {"code_challenge": challenge, "code_challenge_method": "S256"}
    code = told(consent(sandbox, **asked))["code"]
    assert exchange(sandbox, code, code_verifier="wrong").json()["error"] == "invalid_grant"
    assert exchange(sandbox, code, code_verifier="verifier").status_code == 200


def test_a_second_consent_brings_a_refresh_token_only_when_asked_for_again(
    sandbox: SandboxProcess,
):
    first = exchange(sandbox, told(consent(sandbox))["code"]).json()
    second = exchange(sandbox, told(consent(sandbox))["code"]).json()
    third = exchange(sandbox, told(consent(sandbox, prompt="consent"))["code"]).json()
    assert ["refresh_token" in tokens for tokens in (first, second, third)] == [True, False, True]


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 401, "invalid_client"),
        ({"client_id": "client"}, 400, "unsupported_grant_type"),
        ({"client_id": "client", "grant_type": "refresh_token"}, 400, "invalid_grant"),
        ({"client_id": "client", "grant_type": "authorization_code"}, 400, "invalid_grant"),
    ],
)
def test_the_token_endpoint_refuses_in_the_words_of_the_rfc(
    sandbox: SandboxProcess, form: dict[str, str], status: int, error: str
):
    answer = sandbox.client.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_googles_own_library_refreshes_and_learns_of_a_loss(sandbox: SandboxProcess):
    tokens = sandbox.connect(RITA)
    credentials = Credentials(
        token=None,
        refresh_token=tokens["refresh_token"],
        token_uri=f"{sandbox.url}/token",
        client_id="client",
        client_secret="secret",
    )
    transport = google.auth.transport.requests.Request()
    credentials.refresh(transport)
    assert profile(sandbox, credentials.token) == 200
    sandbox.control(f"accounts/{RITA}/revoke")
    assert profile(sandbox, credentials.token) == 401
    with pytest.raises(RefreshError) as caught:
        credentials.refresh(transport)
    assert caught.value.args[1]["error"] == "invalid_grant"
    sandbox.control(f"accounts/{RITA}/restore")
    assert profile(sandbox, credentials.token) == 200
    transport.session.close()


def test_access_tokens_run_out_on_demand_and_by_their_lifetime(sandbox: SandboxProcess):
    tokens = sandbox.connect(RITA)
    sandbox.control(f"accounts/{RITA}/expire_access")
    assert profile(sandbox, tokens["access_token"]) == 401
    sandbox.control("token_lifetime", seconds=0)
    short = refresh(sandbox, tokens["refresh_token"]).json()
    assert short["expires_in"] == 0
    assert profile(sandbox, short["access_token"]) == 401


def test_a_client_can_give_its_grant_back(sandbox: SandboxProcess):
    tokens = sandbox.connect(RITA)
    given = {"token": tokens["refresh_token"]}
    assert sandbox.client.post("/revoke", data=given).status_code == 200
    assert sandbox.client.post("/revoke", data=given).json()["error"] == "invalid_token"
    assert profile(sandbox, tokens["access_token"]) == 401
    assert refresh(sandbox, tokens["refresh_token"]).status_code == 400
