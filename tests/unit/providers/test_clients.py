"""How a grant is kept fresh: refreshed tokens, refused ones, and others who refresh meanwhile."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access import Access, Account, MailboxKind
from domain.errors import Disconnected, OutcomeUnknown, ProviderError, Unauthorized, Unavailable
from domain.mail import Grant
from domain.ports.mail import MailClient
from providers.clients import ProviderClients
from providers.doubt import Doubt
from providers.mail_servers import trust
from providers.memory import MemoryMail
from providers.smtp import Line

EXPIRED = datetime(2026, 1, 1, tzinfo=UTC)
FRESH = datetime(2999, 1, 1, tzinfo=UTC)
OLD = Grant(access_token="t0", refresh_token="r0", expires_at=EXPIRED, scope="")
REFUSED = Unauthorized("401")


class Kept:
    """`Grants` that keep one."""

    def __init__(self, grant: Grant) -> None:
        self.grant: Access = grant

    def load(self, mailbox_id: str, workspace_id: str) -> Account:
        return Account(kind=MailboxKind.GMAIL, address="mia@acme.example", access=self.grant)

    def store(
        self, mailbox_id: str, workspace_id: str, access: Access, *, instead_of: Access
    ) -> None:
        if self.grant == instead_of:
            self.grant = access

    def is_fresh(self, grant: Grant) -> bool:
        return grant.expires_at - timedelta(seconds=120) > datetime.now(UTC)


class Provider:
    """An OAuth whose every refresh gives the next token."""

    def __init__(self) -> None:
        self.tokens = 0
        self.doubts: list[Doubt] = []

    def authorize_url(self, *, redirect_uri: str, state: str, verifier: str, address: str) -> str:
        raise NotImplementedError

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> tuple[Grant, str]:
        raise NotImplementedError

    def refresh(self, grant: Grant) -> Grant:
        self.tokens += 1
        number = self.tokens
        return replace(grant, access_token=f"t{number}", refresh_token=f"r{number}")

    def client(self, grant: Grant, doubt: Doubt | None = None) -> MailClient:
        assert doubt is not None
        self.doubts.append(doubt)
        return MemoryMail().open("mbx_1", "wsp_1")


class OfShortLife(Provider):
    """Its tokens never live long enough to be used twice."""


class OfLongLife(Provider):
    def refresh(self, grant: Grant) -> Grant:
        return replace(super().refresh(grant), expires_at=FRESH)


class Replacing(OfLongLife):
    """Takes each refresh token once; another process was faster."""

    def __init__(self, kept: Kept, theirs: Grant | None) -> None:
        super().__init__()
        self._kept, self._theirs = kept, theirs

    def refresh(self, grant: Grant) -> Grant:
        if self._theirs is not None:
            self._kept.grant = self._theirs
        raise Disconnected("invalid_grant")


def clients(kept: Kept, provider: Provider) -> ProviderClients:
    line = Line(context=trust(None))
    return ProviderClients(grants=kept, oauths={MailboxKind.GMAIL: provider}, line=line)


def judged(opened: ProviderClients, provider: Provider, *, sending: bool = True) -> ProviderError:
    opened.open("mbx_1", "wsp_1")
    return provider.doubts[-1].judge(REFUSED, sending=sending)


def test_one_refusal_of_a_token_of_short_life_is_no_dead_grant() -> None:
    provider = OfShortLife()
    opened = clients(Kept(OLD), provider)
    opened.open("mbx_1", "wsp_1")

    assert type(judged(opened, provider)) is OutcomeUnknown


@pytest.mark.parametrize("provider", [OfShortLife(), OfLongLife()])
def test_a_token_that_was_got_for_a_refused_one_and_is_refused_is(provider: Provider) -> None:
    opened = clients(Kept(OLD), provider)

    assert type(judged(opened, provider, sending=False)) is Unavailable
    assert type(judged(opened, provider, sending=False)) is Disconnected


def test_a_token_that_has_worked_says_nothing_against_the_grant() -> None:
    provider = OfLongLife()
    opened = clients(Kept(OLD), provider)
    judged(opened, provider)
    opened.open("mbx_1", "wsp_1")
    provider.doubts[-1].has_worked = True

    assert type(provider.doubts[-1].judge(REFUSED, sending=True)) is OutcomeUnknown
    assert type(judged(opened, provider)) is Disconnected  # The one got for that one.


def test_a_refresh_that_another_won_uses_what_the_other_got() -> None:
    kept = Kept(OLD)
    theirs = replace(OLD, access_token="t9", refresh_token="r9", expires_at=FRESH)

    clients(kept, Replacing(kept, theirs)).open("mbx_1", "wsp_1")

    assert kept.grant == theirs


def test_a_refresh_that_nobody_won_says_that_the_grant_is_dead() -> None:
    kept = Kept(OLD)
    with pytest.raises(Disconnected):
        clients(kept, Replacing(kept, None)).open("mbx_1", "wsp_1")


def test_a_reconnected_mailbox_does_not_get_its_old_grant_back() -> None:
    kept, provider = Kept(replace(OLD, expires_at=FRESH)), OfLongLife()
    opened = clients(kept, provider)
    opened.open("mbx_1", "wsp_1")
    reconnected = replace(OLD, refresh_token="of the new consent", expires_at=FRESH)
    kept.grant = reconnected

    provider.doubts[-1].judge(REFUSED, sending=False)

    assert kept.grant == reconnected
