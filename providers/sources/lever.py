"""Lever by its API: whether an interview stands, and the addresses of its opportunity.

hire.lever.co/developer/documentation: Basic authorization with the key as user, every object in
`data`; 10 requests a second, then 429.
"""

from datetime import datetime
from urllib.parse import quote

from domain.errors import NotFound
from domain.sources.asking import Account, Listing, Whose
from domain.sources.fields import addresses, branch, texts
from domain.sources.happening import Question
from providers.sources.line import SourceLine, basic
from providers.transport import OneShotTransport

_ROOT = "/v1/opportunities"


class LeverClient:
    """`domain.sources.ports.SourceClient` for Lever."""

    def __init__(self, transport: OneShotTransport, root: str, account: Account) -> None:
        self._line = SourceLine(
            transport, name="Lever", root=root, authorization=basic(account.api_key)
        )

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        """List nothing: Lever tells of its interviews by webhook."""
        return Listing(interviews=(), cursor=cursor or now.isoformat())

    def whose(self, question: Question) -> Whose:
        """Read an interview's opportunity. Raises NotFound where the opportunity is gone.

        A webhook's body is not covered by its signature: only an interview that Lever itself shows
        under this opportunity, and not as canceled, counts.
        """
        opportunity = f"{_ROOT}/{quote(question.opportunity_id, safe='')}"
        content = branch(self._line.get(opportunity).content, "data")
        named = addresses(texts(content, "emails"))
        interview = f"{opportunity}/interviews/{quote(question.interview_id, safe='')}"
        try:
            shown = branch(self._line.get(interview).content, "data")
        except NotFound:
            return Whose(addresses=named, is_canceled=True)
        return Whose(addresses=named, is_canceled=shown.get("canceledAt") is not None)
