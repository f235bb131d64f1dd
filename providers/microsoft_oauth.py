"""Microsoft's OAuth through msal: the consent link, the exchange of its code, the refresh.

Each call makes a client application of its own: msal keeps an error answer for a minute per object,
so that a reconnect right after a failure would be told the old one.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import msal
from msal.exceptions import MsalError

from domain.answers import Meaning, error_for
from domain.errors import OutcomeUnknown, ProviderError, Unavailable
from domain.mail import Grant
from providers.doubt import Doubt
from providers.graph import GraphClient
from providers.retry_after import retry_after
from providers.transport import OneShotTransport

SCOPES = ("Mail.ReadWrite", "Mail.Send", "User.Read")
"""Drafts need ReadWrite; msal adds offline_access, openid and profile to what it asks for."""
ALL_SCOPES = (*SCOPES, "offline_access", "openid", "profile")
_CHECKED = "checked"
_SERVER_FAULT = 500
_LATER = frozenset({408, 429})  #: Says nothing of the grant, only that it is too much just now.

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

ERRORS: Mapping[str, Meaning] = MappingProxyType(
    {
        "invalid_grant": Meaning.DISCONNECTED,
        "interaction_required": Meaning.DISCONNECTED,
        "consent_required": Meaning.DISCONNECTED,
        "login_required": Meaning.DISCONNECTED,
        "invalid_client": Meaning.MAILBOX_ERROR,
        "unauthorized_client": Meaning.MAILBOX_ERROR,
        "invalid_scope": Meaning.MAILBOX_ERROR,
        "access_denied": Meaning.MAILBOX_ERROR,
        "temporarily_unavailable": Meaning.UNAVAILABLE,
        "server_error": Meaning.UNAVAILABLE,
    }
)
"""What msal's error dictionaries mean; anything else is the mailbox's matter, too."""


class MicrosoftOAuth:
    """One app registration at Microsoft (or whatever speaks the same protocol)."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        login_url: str,
        tenant: str,
        graph_url: str,
        transport: OneShotTransport,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._login_url = login_url.rstrip("/")
        self._tenant = tenant
        self._graph_url = graph_url
        self._transport = transport

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, address: str) -> str:
        """Give the link on which the mailbox's owner consents (PKCE, RFC 7636)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "response_mode": "query",
            "scope": " ".join(ALL_SCOPES),
            "state": state,
            "nonce": hashlib.sha256(_nonce(verifier).encode()).hexdigest(),
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "select_account",
            "login_hint": address,
        }
        return f"{self._login_url}/{self._tenant}/oauth2/v2.0/authorize?{urlencode(query)}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> tuple[Grant, str]:
        """Turn a consent's code into a grant; also gives the address that consented."""

        def ask() -> Any:
            # The state was checked with our own table, which used it up.
            flow = {
                "state": _CHECKED,
                "redirect_uri": redirect_uri,
                "scope": list(ALL_SCOPES),
                "code_verifier": verifier,
                "nonce": _nonce(verifier),
            }
            told = {"state": _CHECKED, "code": code}
            return self._app().acquire_token_by_auth_code_flow(flow, told)

        answer = _answered(ask)
        grant = _grant(answer, refresh_token=str(answer.get("refresh_token", "")))
        return grant, self.client(grant).address()

    def refresh(self, grant: Grant) -> Grant:
        """Get a new access token. Raises Disconnected when the grant is dead."""

        def ask() -> Any:
            return self._app().acquire_token_by_refresh_token(grant.refresh_token, list(SCOPES))

        answer = _answered(ask)
        return _grant(answer, refresh_token=str(answer.get("refresh_token") or grant.refresh_token))

    def client(self, grant: Grant, doubt: Doubt | None = None) -> GraphClient:
        """Open the mailbox behind a grant."""
        return GraphClient(self._graph_url, self._transport, grant.access_token, doubt)

    def _app(self) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._client_secret,
            authority=f"{_https(self._login_url)}/{self._tenant}",
            instance_discovery=False,
            validate_authority=False,
            http_client=_MsalHttp(self._transport, self._login_url),
            http_cache={},
        )


class _MsalHttp:
    """What msal takes for an HTTP client: one call, one request.

    msal refuses any plain http authority, so a loopback one is announced as https and brought back
    here; other hosts stay on https.
    """

    def __init__(self, transport: OneShotTransport, login_url: str) -> None:
        self._transport = transport
        self._plain = urlsplit(login_url) if login_url.startswith("http://") else None

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> "_MsalAnswer":
        return self._send("GET", url, params, None, headers)

    def post(
        self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any
    ) -> "_MsalAnswer":
        content = urlencode(data) if isinstance(data, dict) else data
        form = {"content-type": "application/x-www-form-urlencoded"}
        return self._send("POST", url, params, content, {**form, **(headers or {})})

    def close(self) -> None:
        """Leave the shared connections open."""

    def _send(
        self, method: str, url: str, params: Any, content: Any, headers: Any
    ) -> "_MsalAnswer":
        if params:
            url = f"{url}?{urlencode(params)}"
        answer = self._transport.send(
            method, self._real(url), content=content, headers=dict(headers or {})
        )
        if answer.status_code >= _SERVER_FAULT or answer.status_code in _LATER:
            raise Unavailable(
                f"Microsoft's sign-in answered {answer.status_code}.",
                retry_after=retry_after(answer.headers),
            )
        return _MsalAnswer(answer.status_code, self._announced(answer.text), dict(answer.headers))

    def _announced(self, text: str) -> str:
        """Show msal a loopback's plain addresses as https: it refuses a document with others."""
        if self._plain is None or self._plain.hostname not in _LOOPBACK:
            return text
        return text.replace(f"http://{self._plain.netloc}", f"https://{self._plain.netloc}")

    def _real(self, url: str) -> str:
        parts = urlsplit(url)
        if self._plain is None or parts.netloc != self._plain.netloc:
            return url
        if parts.hostname not in _LOOPBACK:
            return url
        return urlunsplit(parts._replace(scheme="http"))


class _MsalAnswer:
    def __init__(self, status_code: int, text: str, headers: dict[str, str]) -> None:
        self.status_code = status_code
        self.text = text
        self.headers = headers

    def raise_for_status(self) -> None:
        """Raise for a refusal, as msal expects of its client."""
        if self.status_code >= 400:
            raise Unavailable(f"Microsoft's sign-in answered {self.status_code}.")


def _answered(ask: Callable[[], Any]) -> dict[str, Any]:
    """Ask for a token; msal answers with a dictionary, errors too. Asking again does no harm."""
    try:
        answer: dict[str, Any] = ask()
    except OutcomeUnknown as error:
        raise Unavailable(str(error)) from None
    except ProviderError:
        raise
    except (MsalError, ValueError, KeyError, TypeError, AttributeError) as error:
        text = f"Microsoft's sign-in gave no answer that can be read: {type(error).__name__}"
        raise Unavailable(text) from None
    if "access_token" in answer:
        return answer
    if "error" not in answer:
        raise Unavailable("Microsoft's sign-in gave neither a token nor an error.")
    fault = str(answer["error"])
    numbers = ", ".join(f"AADSTS{one}" for one in answer.get("error_codes") or ())
    text = f"Microsoft's sign-in refused: {fault}{f' ({numbers})' if numbers else ''}."
    meaning = ERRORS.get(fault, Meaning.MAILBOX_ERROR)
    raise error_for(meaning, text, retry_after=None, sending=False)


def _grant(answer: dict[str, Any], *, refresh_token: str) -> Grant:
    lifetime = timedelta(seconds=int(answer.get("expires_in", 3599)))
    return Grant(
        access_token=str(answer["access_token"]),
        refresh_token=refresh_token,
        expires_at=datetime.now(UTC) + lifetime,
        scope=str(answer.get("scope", "")),
    )


def _nonce(verifier: str) -> str:
    """Derive what ties an id token to this consent; msal shows and compares its hash."""
    return hashlib.sha256(f"nonce:{verifier}".encode()).hexdigest()


def _https(url: str) -> str:
    return f"https://{url.partition('://')[2]}"
