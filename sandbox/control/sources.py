"""Control of the pretend sources: accounts, interviews, and the webhooks that tell of them."""

from dataclasses import asdict
from typing import Any

from sandbox.control.desk import field, refuse, route
from sandbox.sources.diary import Account, Diary, Interview
from sandbox.sources.messenger import Manner, Messenger
from sandbox.wire import Answer, Call, Operation

_ROOT = "/control/interviews"
_QUIET = frozenset({"greenhouse", "workable"})
"""They tell nothing of an interview by themselves; `announce` sends what they do send then."""


class SourceControl:
    """What recruiters and candidates do in the pretend systems."""

    def __init__(self, diary: Diary, messenger: Messenger) -> None:
        self._diary = diary
        self._messenger = messenger

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes under /control/sources, /control/interviews and /control/webhooks."""
        return (
            route("sources", "GET", "/control/sources", self.list_accounts),
            route("sources.add", "POST", "/control/sources", self.add),
            route("interviews", "GET", _ROOT, self.list_interviews),
            route("interviews.book", "POST", _ROOT, self.book),
            route("interviews.cancel", "POST", f"{_ROOT}/{{number}}/cancel", self.cancel),
            route("interviews.move", "POST", f"{_ROOT}/{{number}}/reschedule", self.reschedule),
            route("webhooks", "GET", "/control/webhooks", self.webhooks),
        )

    def list_accounts(self, _: Call) -> Answer:
        """List the accounts."""
        return Answer.of({"data": [asdict(one) for one in self._diary.accounts.values()]})

    def add(self, call: Call) -> Answer:
        """Open an account: kind, secret, api_key, webhook_url; name is the kind's by default."""
        kind = field(call, "kind", str)
        account = Account(
            name=field(call, "name", str, kind),
            kind=kind,
            secret=field(call, "secret", str, ""),
            api_key=field(call, "api_key", str, ""),
            webhook_url=field(call, "webhook_url", str, ""),
        )
        self._diary.register(account)
        return Answer.of(asdict(account), status=201)

    def list_interviews(self, _: Call) -> Answer:
        """List every interview as it stands."""
        return Answer.of({"data": [asdict(one) for one in self._diary.interviews.values()]})

    def book(self, call: Call) -> Answer:
        """Make an interview with an address, and tell of it as the system does."""
        account = self._account(field(call, "source", str))
        now = self._diary.now_ms()
        made = self._diary.book(
            Interview(
                number=0,
                person=0,
                account=account.name,
                emails=(field(call, "email", str), *field(call, "other_emails", list, [])),
                made_ms=now,
                changed_ms=now,
                starts_ms=now + 1000 * field(call, "starts_in_seconds", int, 86_400),
                status=field(call, "status", str, "scheduled"),
                sort=field(call, "sort", str, "interview"),
                utm_content=field(call, "utm_content", str, ""),
            )
        )
        return self._told(call, account, made, status=201)

    def cancel(self, call: Call) -> Answer:
        """Call an interview off."""
        gone = self._diary.cancel(int(call.params["number"]))
        return self._told(call, self._account(gone.account), gone)

    def reschedule(self, call: Call) -> Answer:
        """Move an interview: the old one is called off, a new one stands in its place."""
        old = self._diary.cancel(int(call.params["number"]))
        made = Interview(
            number=0,
            person=old.person,
            account=old.account,
            emails=old.emails,
            made_ms=0,
            changed_ms=0,
            starts_ms=old.starts_ms + 86_400_000,
            sort=old.sort,
            utm_content=old.utm_content,
            moved_from=old.number,
        )
        return self._told(call, self._account(old.account), self._diary.book(made), status=201)

    def webhooks(self, _: Call) -> Answer:
        """List what became of each delivery: the statuses that it was answered with."""
        return Answer.of({"data": [asdict(one) for one in self._messenger.reports]})

    def _told(
        self, call: Call, account: Account, interview: Interview, *, status: int = 200
    ) -> Answer:
        sent = 0
        if account.kind not in _QUIET or field(call, "announce", bool, False):
            sent = self._messenger.tell(account, interview, _manner(call))
        shown: dict[str, Any] = {**asdict(interview), "deliveries": sent}
        return Answer.of(shown, status=status)

    def _account(self, name: str) -> Account:
        if name not in self._diary.accounts:
            raise refuse(f"no source of the name {name}", status=404)
        return self._diary.accounts[name]


def _manner(call: Call) -> Manner:
    return Manner(
        copies=1 + field(call, "duplicates", int, 0),
        delay_ms=field(call, "delay_ms", int, 0),
        wrong_signature=field(call, "wrong_signature", bool, False),
        signed_seconds_ago=field(call, "signed_seconds_ago", int, 0),
    )
