"""A pretend Ashby API: candidates, by method."""

from sandbox.sources import names
from sandbox.sources.desk import Desk
from sandbox.wire import Answer, Call, Operation

_UNAUTHORIZED = {"success": False, "errors": ["Unauthorized"]}


class Methods:
    """developers.ashbyhq.com, as far as an interview's webhook needs it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        build = self._desk.operation
        return (build("ashby.candidate", "/candidate.info", self.candidate, method="POST"),)

    def candidate(self, call: Call) -> Answer:
        """Show a candidate's addresses; one that is not there is a 200 that says so."""
        asked = str(call.json().get("id", ""))
        for one in self._desk.interviews_of("ashby", call, _UNAUTHORIZED):
            if names.uuid(names.CANDIDATE, one.person) == asked:
                listed = [{"value": email, "type": "Personal"} for email in one.emails]
                person = {"id": asked, "primaryEmailAddress": listed[0], "emailAddresses": listed}
                return Answer.of({"success": True, "results": person})
        info = {"code": "candidate_not_found", "message": "Candidate not found"}
        return Answer.of({"success": False, "errorInfo": info})
