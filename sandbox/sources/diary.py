"""Who has an account at a pretend source, and which interviews stand in it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sandbox.world.timeline import Timeline

KINDS = ("calendly", "calcom", "greenhouse", "lever", "ashby", "workable", "custom")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A customer's account: what signs, what may ask, and where webhooks go."""

    name: str
    kind: str
    secret: str = ""
    api_key: str = ""
    webhook_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """An interview or a booking, as it stands now."""

    number: int
    account: str
    person: int  #: The same for the same address: a candidate's number.
    emails: tuple[str, ...]
    made_ms: int
    changed_ms: int
    starts_ms: int
    status: str = "scheduled"  #: scheduled | complete | canceled
    sort: str = "interview"  #: interview | call | meeting
    utm_content: str = ""
    moved_from: int = 0  #: The interview that this one stands in place of.


class Diary:
    """Every account and interview. Driven from one event loop, as the world is."""

    def __init__(self, timeline: Timeline, now_ms: Callable[[], int]) -> None:
        self.accounts: dict[str, Account] = {}
        self.interviews: dict[int, Interview] = {}
        self.now_ms = now_ms
        self._timeline = timeline
        timeline.on(Account, lambda made: self.accounts.update({made.name: made}))
        timeline.on(Interview, self._set)

    def register(self, account: Account) -> None:
        """Open an account, or change it. Raises ValueError for what it cannot be."""
        if account.kind not in KINDS:
            raise ValueError(f"no such kind; there are: {', '.join(KINDS)}")
        if account.webhook_url and urlsplit(account.webhook_url).hostname not in _LOOPBACK:
            raise ValueError("webhooks go to a loopback address only")
        self._timeline.commit(account)

    def book(self, made: Interview) -> Interview:
        """Enter an interview; its number and its candidate's are chosen here."""
        now = self.now_ms()
        number = max(self.interviews, default=0) + 1
        entered = replace(
            made, number=number, person=self._person(made), made_ms=now, changed_ms=now
        )
        self._timeline.commit(entered)
        return entered

    def cancel(self, number: int) -> Interview:
        """Call an interview off. Raises LookupError."""
        gone = replace(self.interviews[number], status="canceled", changed_ms=self.now_ms())
        self._timeline.commit(gone)
        return gone

    def of(self, account: Account) -> list[Interview]:
        """Give the interviews of an account, the oldest first."""
        return [one for one in self.interviews.values() if one.account == account.name]

    def with_key(self, kind: str, api_key: str) -> Account | None:
        """Find the account that an API key opens."""
        return next(
            (
                one
                for one in self.accounts.values()
                if one.kind == kind and one.api_key and one.api_key == api_key
            ),
            None,
        )

    def clear(self) -> None:
        """Forget everything without a trace; the caller empties the journal."""
        self.accounts.clear()
        self.interviews.clear()

    def _person(self, made: Interview) -> int:
        known = (one.person for one in self.interviews.values() if one.emails[0] == made.emails[0])
        return next(known, len({one.emails[0] for one in self.interviews.values()}) + 1)

    def _set(self, change: Interview) -> None:
        self.interviews[change.number] = replace(change, emails=tuple(change.emails))
