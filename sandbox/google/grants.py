"""Who allowed whom what: authorization codes, refresh tokens and access tokens."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sandbox.world.timeline import Timeline

CODE_SECONDS = 600
TOKEN_SECONDS = 3599


class GrantError(Exception):
    """The token endpoint answers invalid_grant; the text is its description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, good once."""

    code: str
    account: str
    client_id: str
    redirect_uri: str
    scope: str
    challenge: str
    method: str
    offline: bool
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What an account allowed a client. Its refresh token is also its id."""

    refresh_token: str
    account: str
    client_id: str
    scope: str
    revoked: bool = False
    restorable: bool = False  #: Lost by the control API, not given back by the client.


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A short-lived token under a grant."""

    token: str
    refresh_token: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSpent:
    """A code was exchanged."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessExpired:
    """Every access token of an account is too old from now on."""

    account: str


class Grants:
    """All codes and tokens. Driven from one event loop, as the world is."""

    def __init__(self, timeline: Timeline, now_ms: Callable[[], int]) -> None:
        self.token_seconds = TOKEN_SECONDS
        self._timeline = timeline
        self._now_ms = now_ms
        self._codes: dict[str, Code] = {}
        self._grants: dict[str, Grant] = {}
        self._by_account: dict[str, list[str]] = {}
        self._access: dict[str, Access] = {}
        timeline.on(Code, lambda code: self._codes.update({code.code: code}))
        timeline.on(CodeSpent, lambda spent: self._codes.pop(spent.code, None))
        timeline.on(Grant, self._keep)
        timeline.on(Access, lambda access: self._access.update({access.token: access}))
        timeline.on(AccessExpired, self._expire)

    def issue_code(self, code: Code) -> None:
        """Keep a code until it is exchanged."""
        self._timeline.commit(code)

    def new_code(self) -> tuple[str, int]:
        """Return a fresh code and when it expires."""
        return f"4/0A{secrets.token_urlsafe(40)}", self._now_ms() + CODE_SECONDS * 1000

    def exchange(
        self, code: str, *, client_id: str, redirect_uri: str, verifier: str
    ) -> tuple[Grant, Access, bool]:
        """Turn a code into a grant, once; say whether its refresh token may be shown."""
        issued = self._codes.get(code)
        if issued is None or issued.expires_ms < self._now_ms() or issued.client_id != client_id:
            raise GrantError("Malformed auth code.")
        if issued.redirect_uri != redirect_uri:
            raise GrantError("Bad Request")
        _check_verifier(issued, verifier)
        grant = Grant(
            refresh_token=f"1//0{secrets.token_urlsafe(48)}",
            account=issued.account,
            client_id=client_id,
            scope=issued.scope,
        )
        access = self._access_for(grant)
        self._timeline.commit(CodeSpent(code=code), grant, access)
        return grant, access, issued.offline

    def refresh(self, refresh_token: str, *, client_id: str) -> tuple[Grant, Access]:
        """Make another access token. Raises GrantError for a revoked or unknown grant."""
        grant = self._grants.get(refresh_token)
        if grant is None or grant.revoked or grant.client_id != client_id:
            raise GrantError("Token has been expired or revoked.")
        access = self._access_for(grant)
        self._timeline.commit(access)
        return grant, access

    def holder(self, token: str) -> Grant | None:
        """Return the grant behind an access token, None when it is no good (any more)."""
        access = self._access.get(token)
        if access is None or access.expires_ms <= self._now_ms():
            return None
        grant = self._grants[access.refresh_token]
        return None if grant.revoked else grant

    def is_granted(self, account: str, client_id: str) -> bool:
        """Say whether a client already holds a live grant of an account."""
        grants = self._of(account)
        return any(grant.client_id == client_id and not grant.revoked for grant in grants)

    def revoke_token(self, token: str) -> bool:
        """Revoke the grant behind either kind of token; say whether there was a live one."""
        access = self._access.get(token)
        grant = self._grants.get(access.refresh_token if access else token)
        if grant is None or grant.revoked:
            return False
        self._timeline.commit(replace(grant, revoked=True))
        return True

    def revoke_account(self, account: str) -> int:
        """Take every token from every client of an account; return how many grants that hit."""
        live = [grant for grant in self._of(account) if not grant.revoked]
        self._timeline.commit(*[replace(g, revoked=True, restorable=True) for g in live])
        return len(live)

    def restore_account(self, account: str) -> int:
        """Undo `revoke_account`; return how many grants live again."""
        lost = [grant for grant in self._of(account) if grant.restorable]
        self._timeline.commit(*[replace(g, revoked=False, restorable=False) for g in lost])
        return len(lost)

    def expire_access(self, account: str) -> None:
        """Make an account's access tokens too old; its refresh tokens stay good."""
        self._timeline.commit(AccessExpired(account=account))

    def account_of(self, secret: str) -> str | None:
        """Return whose code or token this is, dead or alive; for matching faults only."""
        if secret in self._codes:
            return self._codes[secret].account
        access = self._access.get(secret)
        grant = self._grants.get(access.refresh_token if access else secret)
        return grant.account if grant else None

    def clear(self) -> None:
        """Forget every code and token."""
        for store in (self._codes, self._grants, self._by_account, self._access):
            store.clear()
        self.token_seconds = TOKEN_SECONDS

    def _of(self, account: str) -> Iterable[Grant]:
        return [self._grants[token] for token in self._by_account.get(account, ())]

    def _access_for(self, grant: Grant) -> Access:
        return Access(
            token=f"ya29.a0{secrets.token_urlsafe(60)}",
            refresh_token=grant.refresh_token,
            expires_ms=self._now_ms() + self.token_seconds * 1000,
        )

    def _keep(self, grant: Grant) -> None:
        if grant.refresh_token not in self._grants:
            self._by_account.setdefault(grant.account, []).append(grant.refresh_token)
        self._grants[grant.refresh_token] = grant

    def _expire(self, change: AccessExpired) -> None:
        grants = set(self._by_account.get(change.account, ()))
        for token, access in self._access.items():
            if access.refresh_token in grants:
                self._access[token] = replace(access, expires_ms=0)


def _check_verifier(code: Code, verifier: str) -> None:
    if not code.challenge:
        return
    if not verifier:
        raise GrantError("Missing code verifier.")
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    shown = digest.decode() if code.method == "S256" else verifier
    if not secrets.compare_digest(shown, code.challenge):
        raise GrantError("Invalid code verifier.")
