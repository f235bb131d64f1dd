"""Google's OAuth: the consent link, the exchange of its code, and the refresh of a token."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from domain.codes import ReasonCode
from domain.errors import Disconnected, OutcomeUnknown, Refused, Unavailable
from domain.mail import Grant
from providers.doubt import Doubt
from providers.gmail import GmailClient
from providers.transport import OneShotTransport

SCOPES = ("https://www.googleapis.com/auth/gmail.modify",)
"""Drafts, sending and reading; it is the narrowest scope that has all three."""

_OK = 200
_SERVER_FAULT = 500
_LATER = frozenset({408, 429})  #: Says nothing of the grant, only that it is too much just now.


class GoogleOAuth:
    """One OAuth client at Google (or whatever speaks the same protocol)."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        auth_url: str,
        token_url: str,
        gmail_url: str,
        transport: OneShotTransport,
    ) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._auth_url = auth_url
        self._token_url = token_url
        self._gmail_url = gmail_url
        self._transport = transport

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, address: str) -> str:
        """Give the link on which the mailbox's owner consents (PKCE, RFC 7636)."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = {
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": " ".join(SCOPES),
            "state": state,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "access_type": "offline",
            "prompt": "consent",
            "login_hint": address,
        }
        return f"{self._auth_url}?{urlencode(query)}"

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> tuple[Grant, str]:
        """Turn a consent's code into a grant; also gives the address that consented."""
        answer = self._token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
            }
        )
        grant = _grant(answer, refresh_token=str(answer.get("refresh_token", "")))
        return grant, self.client(grant).address()

    def refresh(self, grant: Grant) -> Grant:
        """Get a new access token. Raises Disconnected when the grant is dead."""
        answer = self._token({"grant_type": "refresh_token", "refresh_token": grant.refresh_token})
        kept = str(answer.get("refresh_token") or grant.refresh_token)
        return replace(_grant(answer, refresh_token=kept), scope=grant.scope)

    def client(self, grant: Grant, doubt: Doubt | None = None) -> GmailClient:
        """Open the mailbox behind a grant."""
        return GmailClient(self._gmail_url, self._transport, grant.access_token, doubt)

    def _token(self, form: dict[str, str]) -> dict[str, Any]:
        form = {**form, "client_id": self._client_id, "client_secret": self._client_secret}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            answer = self._transport.send(
                "POST", self._token_url, content=urlencode(form), headers=headers
            )
        except OutcomeUnknown as error:
            raise Unavailable(str(error)) from None  # Asking again for a token does no harm.
        if answer.status_code >= _SERVER_FAULT or answer.status_code in _LATER:
            raise Unavailable(f"Google's token endpoint answered {answer.status_code}.")
        return _read(answer.status_code, answer.content)


def _read(status: int, content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Unavailable("Google's token endpoint gave no JSON object.")
    if status == _OK and "access_token" in body:
        return body
    if status == _OK:
        raise Unavailable("Google's token endpoint gave no token.")
    fault = str(body.get("error", status))
    if fault == "invalid_grant":
        raise Disconnected("Google says that the grant has expired or was revoked.")
    raise Refused(f"Google's token endpoint refused: {fault}.", code=ReasonCode.MAILBOX_ERROR)


def _grant(answer: dict[str, Any], *, refresh_token: str) -> Grant:
    lifetime = timedelta(seconds=int(answer.get("expires_in", 3599)))
    return Grant(
        access_token=str(answer["access_token"]),
        refresh_token=refresh_token,
        expires_at=datetime.now(UTC) + lifetime,
        scope=str(answer.get("scope", "")),
    )
