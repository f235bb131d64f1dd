"""Google's OAuth endpoints: a consent page that says yes by itself, /token and /revoke."""

import base64
import html
from collections.abc import Mapping
from urllib.parse import unquote, urlencode, urlsplit

from sandbox.google.errors import oauth_error
from sandbox.google.grants import Access, Code, Grant, GrantError, Grants
from sandbox.wire import Answer, Call, Operation
from sandbox.world.world import World

_REQUIRED = ("client_id", "redirect_uri", "response_type", "scope")


class OAuth:
    """Google as an authorization server; every account belongs to somebody who agrees."""

    def __init__(self, world: World, grants: Grants) -> None:
        self._world = world
        self._grants = grants

    def operations(self) -> tuple[Operation, ...]:
        """Return the three routes, by the paths that Google's discovery document gives."""
        return (
            Operation(
                id="oauth.authorize",
                method="GET",
                path="/o/oauth2/v2/auth",
                handle=self.authorize,
                account=lambda call: call.one("login_hint").lower() or None,
            ),
            Operation(
                id="oauth.token",
                method="POST",
                path="/token",
                handle=self.token,
                account=self._account_of_form,
            ),
            Operation(
                id="oauth.revoke",
                method="POST",
                path="/revoke",
                handle=self.revoke,
                account=self._account_of_form,
            ),
        )

    def authorize(self, call: Call) -> Answer:
        """Say yes at once for the account in `login_hint`; without one, let a person choose.

        As with Google, only a first consent or `prompt=consent` with `access_type=offline`
        leads to a refresh token.
        """
        problem = problem_with(call)
        if problem:
            return problem_page(problem)
        account = call.one("login_hint").strip().lower()
        if "@" not in account:
            return self._chooser(call)
        if not self._world.mailbox(account).consents:
            return back(call, {"error": "access_denied"})
        code = self._code_for(call, account)
        return back(call, {"code": code, "scope": call.one("scope"), "authuser": "0"})

    def token(self, call: Call) -> Answer:
        """Exchange a code or a refresh token for an access token."""
        form = call.form()
        client_id = form.get("client_id") or _basic_user(call)
        if not client_id:
            return oauth_error(401, "invalid_client", "The OAuth client was not found.")
        kind = form.get("grant_type", "")
        try:
            if kind == "authorization_code":
                return self._exchanged(form, client_id)
            if kind == "refresh_token":
                return self._refreshed(form, client_id)
        except GrantError as error:
            return oauth_error(400, "invalid_grant", str(error))
        return oauth_error(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")

    def revoke(self, call: Call) -> Answer:
        """Give a grant back, by either of its tokens."""
        token = call.form().get("token") or call.one("token")
        if self._grants.revoke_token(token):
            return Answer.of({})
        return oauth_error(400, "invalid_token", "Token expired or revoked")

    def _exchanged(self, form: Mapping[str, str], client_id: str) -> Answer:
        grant, access, offline = self._grants.exchange(
            form.get("code", ""),
            client_id=client_id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        extra = {"refresh_token": grant.refresh_token} if offline else {}
        return _tokens(grant, access, self._grants.token_seconds, extra)

    def _refreshed(self, form: Mapping[str, str], client_id: str) -> Answer:
        token = form.get("refresh_token", "")
        grant, access = self._grants.refresh(token, client_id=client_id)
        return _tokens(grant, access, self._grants.token_seconds, {})

    def _code_for(self, call: Call, account: str) -> str:
        client_id = call.one("client_id")
        asked_again = "consent" in call.one("prompt").split()
        first = not self._grants.is_granted(account, client_id)
        code, expires_ms = self._grants.new_code()
        self._grants.issue_code(
            Code(
                code=code,
                account=account,
                client_id=client_id,
                redirect_uri=call.one("redirect_uri"),
                scope=call.one("scope"),
                challenge=call.one("code_challenge"),
                method=call.one("code_challenge_method", "plain"),
                offline=call.one("access_type") == "offline" and (first or asked_again),
                expires_ms=expires_ms,
            )
        )
        return code

    def _chooser(self, call: Call) -> Answer:
        query = {name: values[-1] for name, values in call.query.items()}
        links = [
            f'<li><a href="?{urlencode(query | {"login_hint": address})}">{address}</a></li>'
            for address in map(html.escape, self._world.shelves.mailboxes)
        ]
        return _page(f"<h1>Choose an account</h1><ul>{''.join(links)}</ul>")

    def _account_of_form(self, call: Call) -> str | None:
        form = call.form()
        secret = form.get("refresh_token") or form.get("code") or form.get("token") or ""
        return self._grants.account_of(secret)


def _tokens(grant: Grant, access: Access, seconds: int, extra: Mapping[str, str]) -> Answer:
    content: dict[str, object] = {
        "access_token": access.token,
        "expires_in": seconds,
        "scope": grant.scope,
        "token_type": "Bearer",
    }
    return Answer.of({**content, **extra})


def problem_with(call: Call) -> str:
    """Say what is wrong with a request for consent, "" when nothing is."""
    missing = [name for name in _REQUIRED if not call.one(name)]
    if missing:
        return f"invalid_request. Required parameter is missing: {missing[0]}"
    if call.one("response_type") != "code":
        return "unsupported_response_type"
    target = urlsplit(call.one("redirect_uri"))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "redirect_uri_mismatch"
    if call.one("code_challenge_method", "plain") not in ("plain", "S256"):
        return "invalid_request. Invalid code_challenge_method"
    return ""


def problem_page(problem: str) -> Answer:
    """Tell a person what is wrong with the link."""
    return _page(f"<h1>Error 400: {html.escape(problem)}</h1>", status=400)


def back(call: Call, told: Mapping[str, str]) -> Answer:
    """Send the browser back to the client."""
    target = call.one("redirect_uri")
    state = {"state": call.one("state")} if call.one("state") else {}
    joint = "&" if urlsplit(target).query else "?"
    location = f"{target}{joint}{urlencode({**state, **told})}"
    return Answer(status=302, headers={"location": location})


def _page(content: str, *, status: int = 200) -> Answer:
    body = f"<!doctype html><title>Sandbox accounts</title>{content}".encode()
    return Answer(status=status, body=body, headers={"content-type": "text/html; charset=utf-8"})


def _basic_user(call: Call) -> str:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return unquote(base64.b64decode(value).decode().partition(":")[0])
    except ValueError:
        return ""
