"""Ashby by its API: the addresses of a candidate.

developers.ashbyhq.com: POST for every method, Basic authorization with the key as user; a refusal
is a 200 with `success: false` and `errorInfo.code`; 401 without a key, 403 for a wrong one.
"""

from datetime import datetime

from domain.errors import NotFound
from domain.sources.asking import Account, Listing, Whose
from domain.sources.fields import Payload, addresses, branch, objects, text
from domain.sources.happening import Question
from domain.sources.kinds import SourceFault
from providers.sources.line import SourceLine, basic
from providers.transport import OneShotTransport


class AshbyClient:
    """`domain.sources.ports.SourceClient` for Ashby."""

    def __init__(self, transport: OneShotTransport, root: str, account: Account) -> None:
        self._line = SourceLine(
            transport, name="Ashby", root=root, authorization=basic(account.api_key)
        )

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        """List nothing: Ashby tells of its interviews by webhook."""
        return Listing(interviews=(), cursor=cursor or now.isoformat())

    def whose(self, question: Question) -> Whose:
        """Read a candidate's addresses. Raises NotFound for one that was deleted."""
        page = self._line.ask("/candidate.info", {"id": question.candidate_id})
        content = branch(page.content)
        if content.get("success") is not True:
            raise self._error(content)
        results = branch(content, "results")
        listed = [branch(results, "primaryEmailAddress"), *objects(results, "emailAddresses")]
        return Whose(addresses=addresses(text(one, "value") for one in listed))

    def _error(self, content: Payload) -> Exception:
        code = text(branch(content, "errorInfo"), "code")
        if code.endswith("not_found"):
            return NotFound("Ashby does not have it.")
        if "permission" in code:
            return self._line.refused(SourceFault.ACCESS_DENIED, f"refused: {code}.")
        return self._line.unreadable()
