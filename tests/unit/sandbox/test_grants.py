"""Codes, refresh tokens and access tokens."""

import base64
import hashlib
from pathlib import Path

import pytest

from sandbox.google.grants import Access, Code, Grant, GrantError, Grants
from tests.unit.sandbox.factories import RECRUITER, Clock, grants


def _code(kept: Grants, **changes: object) -> str:
    code, expires_ms = kept.new_code()
    fields: dict[str, object] = {
        "code": code,
        "account": RECRUITER,
        "client_id": "client",
        "redirect_uri": "http://localhost/back",
        "scope": "mail",
        "challenge": "",
        "method": "plain",
        "offline": True,
        "expires_ms": expires_ms,
    }
    kept.issue_code(Code(**(fields | changes)))  # pyright: ignore[reportArgumentType]
    return code


def _exchange(kept: Grants, code: str, **changes: str) -> tuple[Grant, Access, bool]:
    fields = {"client_id": "client", "redirect_uri": "http://localhost/back", "verifier": ""}
    return kept.exchange(code, **(fields | changes))


def test_a_code_is_good_once():
    kept = grants()
    code = _code(kept)
    _, access, _ = _exchange(kept, code)
    assert kept.holder(access.token) is not None
    with pytest.raises(GrantError):
        _exchange(kept, code)


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"redirect_uri": "http://evil/"}])
def test_a_code_is_good_only_for_the_client_and_address_it_was_made_for(changes: dict[str, str]):
    kept = grants()
    code = _code(kept)
    with pytest.raises(GrantError):
        _exchange(kept, code, **changes)


@pytest.mark.parametrize(("verifier", "good"), [("right", True), ("wrong", False), ("", False)])
def test_a_challenge_wants_its_verifier(verifier: str, good: bool):
    kept = grants()
    digest = hashlib.sha256(b"right").digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = _code(kept, challenge=challenge, method="S256")
    if good:
        grant, _, _ = _exchange(kept, code, verifier=verifier)
        assert grant.account == RECRUITER
    else:
        with pytest.raises(GrantError, match="code verifier"):
            _exchange(kept, code, verifier=verifier)


def test_an_access_token_runs_out_and_is_refreshed():
    clock = Clock()
    kept = grants(clock=clock)
    grant, access, _ = _exchange(kept, _code(kept))
    clock.seconds += 3599
    assert kept.holder(access.token) is None
    _, fresh = kept.refresh(grant.refresh_token, client_id="client")
    assert kept.holder(fresh.token) == grant


def test_a_lost_permission_takes_every_token_and_can_be_restored():
    kept = grants()
    grant, access, _ = _exchange(kept, _code(kept))
    assert kept.revoke_account(RECRUITER) == 1
    assert kept.holder(access.token) is None
    with pytest.raises(GrantError, match="expired or revoked"):
        kept.refresh(grant.refresh_token, client_id="client")
    assert kept.restore_account(RECRUITER) == 1
    assert kept.holder(access.token) == grant


def test_a_new_consent_works_after_a_loss_and_the_old_token_does_not():
    kept = grants()
    old, _, _ = _exchange(kept, _code(kept))
    kept.revoke_account(RECRUITER)
    new, access, _ = _exchange(kept, _code(kept))
    assert kept.holder(access.token) == new
    with pytest.raises(GrantError):
        kept.refresh(old.refresh_token, client_id="client")


def test_what_the_client_gave_back_is_not_restored():
    kept = grants()
    _, access, _ = _exchange(kept, _code(kept))
    assert kept.revoke_token(access.token) is True
    assert kept.revoke_token(access.token) is False
    assert kept.restore_account(RECRUITER) == 0


def test_tokens_survive_a_kill(tmp_path: Path):
    kept = grants(tmp_path / "journal")
    grant, access, _ = _exchange(kept, _code(kept))
    again = grants(tmp_path / "journal")
    assert again.holder(access.token) == grant
    assert again.refresh(grant.refresh_token, client_id="client")[0] == grant
