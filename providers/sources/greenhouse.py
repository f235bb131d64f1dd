"""Greenhouse by its Harvest API: interviews that were scheduled, and whose they are.

developers.greenhouse.io/harvest.html: Basic authorization with the key as user; a page of
`scheduled_interviews` names applications, an application its candidate, a candidate its addresses;
the next page is in the `Link` header; 429 with `Retry-After`.
"""

from datetime import datetime, timedelta

from domain.sources.asking import Account, Listed, Listing, Whose
from domain.sources.fields import Payload, addresses, branch, objects, text
from domain.sources.happening import Question
from providers.sources.line import Page, SourceLine, basic
from providers.transport import OneShotTransport

OVERLAP = timedelta(minutes=10)
"""Read again before the cursor: what was made a moment ago may not be listed yet."""
PAGES = 200  #: Of 100 interviews each; a source that never ends its pages is not read for ever.
_ROOT = "/v1"


class GreenhouseClient:
    """`domain.sources.ports.SourceClient` for Greenhouse."""

    def __init__(self, transport: OneShotTransport, root: str, account: Account) -> None:
        self._line = SourceLine(
            transport, name="Greenhouse", root=root, authorization=basic(account.api_key)
        )

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        """List interviews made since the cursor, in whatever state they are by now.

        One that was made and held while nobody looked ends an outreach too; one that was called off
        is not listed. The first time, those still to come.
        """
        if cursor is None:
            since = {"starts_after": _stamp(now)}
        else:
            since = {"created_after": _stamp(datetime.fromisoformat(cursor) - OVERLAP)}
        page = self._line.get(f"{_ROOT}/scheduled_interviews", {**since, "per_page": "100"})
        begun = page.at or now
        found = self._listed(page)
        for _ in range(PAGES):
            if page.next_query is None:
                return Listing(interviews=tuple(found), cursor=begun.isoformat())
            page = self._line.get(f"{_ROOT}/scheduled_interviews", page.next_query)
            found += self._listed(page)
        raise self._line.unreadable()

    def whose(self, question: Question) -> Whose:
        """Read an application's candidate, and the candidate's addresses."""
        application = self._line.get(f"{_ROOT}/applications/{question.opportunity_id}")
        candidate_id = text(branch(application.content), "candidate_id")
        if not candidate_id.isdecimal():
            raise self._line.unreadable()
        candidate = branch(self._line.get(f"{_ROOT}/candidates/{candidate_id}").content)
        named = (text(one, "value") for one in objects(candidate, "email_addresses"))
        return Whose(addresses=addresses(named))

    def _listed(self, page: Page) -> list[Listed]:
        if not isinstance(page.content, list):
            raise self._line.unreadable()
        rows = objects({"": page.content}, "")
        return [one for one in map(_interview, rows) if one is not None]


def _interview(row: Payload) -> Listed | None:
    key, application = text(row, "id"), text(row, "application_id")
    if not key.isdecimal() or not application.isdecimal():
        return None
    question = Question(interview_id=key, opportunity_id=application)
    return Listed(key=key, question=question)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
