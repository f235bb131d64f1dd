"""Workable by its API v3: scheduled events, and whose they are.

workable.readme.io/reference/events: events of type call, interview and meeting, listed by when they
take place (`start_date`), called-off ones left out; `paging.next` is the next page's whole URL.
An event names the candidate by id, the candidate has an e-mail address. 429 with `Retry-After`.
"""

from datetime import datetime, timedelta
from urllib.parse import quote

from domain.sources.asking import Account, Listed, Listing, Whose
from domain.sources.fields import Payload, addresses, branch, objects, text
from domain.sources.happening import Question
from providers.sources.line import SourceLine, query_of
from providers.transport import OneShotTransport

OVERLAP = timedelta(days=1)
"""Read again before the cursor: an event may be entered while it takes place, or after it."""
PAGES = 200  #: Of 100 events each.
_ROOT = "/spi/v3"
_TALKS = ("interview", "call")  #: What a candidate is talked to in; a meeting is the team's own.


class WorkableClient:
    """`domain.sources.ports.SourceClient` for Workable."""

    def __init__(self, transport: OneShotTransport, root: str, account: Account) -> None:
        self._line = SourceLine(
            transport,
            name="Workable",
            root=root.replace("{subdomain}", account.subdomain),
            authorization=f"Bearer {account.api_key}",
        )

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        """List interviews and calls that take place after the cursor, and all still to come.

        When an event was made is not told, so all that lie ahead are listed each time; the caller
        knows which of them are new.
        """
        since = now if cursor is None else datetime.fromisoformat(cursor) - OVERLAP
        stamp = since.isoformat(timespec="seconds").replace("+00:00", "Z")
        query = {"start_date": stamp, "limit": "100"}
        found: list[Listed] = []
        begun: datetime | None = None
        for _ in range(PAGES):
            page = self._line.get(f"{_ROOT}/events", query)
            begun = begun or page.at or now
            content = branch(page.content)
            if not isinstance(content.get("events"), list):
                raise self._line.unreadable()
            found += [one for row in objects(content, "events") if (one := _interview(row))]
            following = branch(content, "paging").get("next")
            if not isinstance(following, str):
                return Listing(interviews=tuple(found), cursor=begun.isoformat())
            query = query_of(following)
        raise self._line.unreadable()

    def whose(self, question: Question) -> Whose:
        """Read a candidate's address."""
        path = f"{_ROOT}/candidates/{quote(question.candidate_id, safe='')}"
        content = branch(self._line.get(path).content)
        candidate = branch(content, "candidate") or content
        return Whose(addresses=addresses([text(candidate, "email")]))


def _interview(row: Payload) -> Listed | None:
    kind = text(row, "type").lower()
    key, candidate = text(row, "id"), text(branch(row, "candidate"), "id")
    if not kind.startswith(_TALKS) or not key or not candidate:
        return None
    return Listed(key=key, question=Question(interview_id=key, candidate_id=candidate))
