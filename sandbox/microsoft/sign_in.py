"""Microsoft's OpenID endpoints: a consent page that says yes by itself, and the token endpoint."""

from collections.abc import Mapping

from sandbox.google.grants import Access, Code, Grant, GrantError, Grants
from sandbox.google.oauth import back, problem_page, problem_with
from sandbox.microsoft.errors import sign_in_error
from sandbox.wire import Answer, Call, Operation
from sandbox.world.world import World


class SignIn:
    """Every tenant is served; every account belongs to somebody who agrees."""

    def __init__(self, world: World, grants: Grants) -> None:
        self._world = world
        self._grants = grants

    def operations(self) -> tuple[Operation, ...]:
        """Return the three routes of a tenant."""
        return (
            Operation(
                id="microsoft.configuration",
                method="GET",
                path="/{tenant}/v2.0/.well-known/openid-configuration",
                handle=configuration,
                account=lambda _: None,
            ),
            Operation(
                id="microsoft.authorize",
                method="GET",
                path="/{tenant}/oauth2/v2.0/authorize",
                handle=self.authorize,
                account=lambda call: call.one("login_hint").lower() or None,
            ),
            Operation(
                id="microsoft.token",
                method="POST",
                path="/{tenant}/oauth2/v2.0/token",
                handle=self.token,
                account=self._account_of_form,
            ),
        )

    def authorize(self, call: Call) -> Answer:
        """Say yes at once for the account in `login_hint`."""
        account = call.one("login_hint").strip().lower()
        problem = problem_with(call) or ("" if "@" in account else "name an account: login_hint")
        if problem:
            return problem_page(problem)
        if not self._world.mailbox(account).consents:
            return back(call, {"error": "access_denied"})
        code, expires_ms = self._grants.new_code()
        self._grants.issue_code(
            Code(
                code=code,
                account=account,
                client_id=call.one("client_id"),
                redirect_uri=call.one("redirect_uri"),
                scope=call.one("scope"),
                challenge=call.one("code_challenge"),
                method=call.one("code_challenge_method", "plain"),
                offline="offline_access" in call.one("scope").split(),
                expires_ms=expires_ms,
            )
        )
        return back(call, {"code": code})

    def token(self, call: Call) -> Answer:
        """Exchange a code or a refresh token for an access token."""
        form = call.form()
        if not form.get("client_id") or not form.get("client_secret"):
            return sign_in_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        try:
            grant, access = self._granted(form)
        except GrantError as error:
            return sign_in_error(400, "invalid_grant", 70000, str(error))
        content: dict[str, object] = {
            "token_type": "Bearer",
            "scope": grant.scope,
            "expires_in": self._grants.token_seconds,
            "ext_expires_in": self._grants.token_seconds,
            "access_token": access.token,
        }
        if "offline_access" in grant.scope.split():
            content["refresh_token"] = grant.refresh_token
        return Answer.of(content)

    def _granted(self, form: Mapping[str, str]) -> tuple[Grant, Access]:
        client_id = form["client_id"]
        if form.get("grant_type") == "refresh_token":
            return self._grants.refresh(form.get("refresh_token", ""), client_id=client_id)
        grant, access, _ = self._grants.exchange(
            form.get("code", ""),
            client_id=client_id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
        return grant, access

    def _account_of_form(self, call: Call) -> str | None:
        form = call.form()
        return self._grants.account_of(form.get("refresh_token") or form.get("code") or "")


def configuration(call: Call) -> Answer:
    """Announce the endpoints, as https: msal refuses anything else."""
    base = f"https://{call.headers.get('host', '127.0.0.1')}/{call.params['tenant']}"
    return Answer.of(
        {
            "issuer": f"{base}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "form_post"],
        }
    )
