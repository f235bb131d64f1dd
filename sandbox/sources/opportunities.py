"""A pretend Lever API: opportunities and their interviews."""

from sandbox.sources import names
from sandbox.sources.desk import Desk
from sandbox.sources.diary import Interview
from sandbox.wire import Answer, Call, Operation, RefusedError

_UNAUTHORIZED = {"code": "Unauthorized", "message": "Invalid API key."}


class Opportunities:
    """hire.lever.co/developer/documentation, as far as an interview's webhook needs it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        build, root = self._desk.operation, "/v1/opportunities/{id}"
        return (
            build("lever.opportunity", root, self.opportunity),
            build("lever.interview", f"{root}/interviews/{{interview}}", self.interview),
        )

    def opportunity(self, call: Call) -> Answer:
        """Show an opportunity's addresses."""
        found = self._of(call)
        emails = list(dict.fromkeys(email for one in found for email in one.emails))
        return Answer.of({"data": {"id": call.params["id"], "name": "Jo", "emails": emails}})

    def interview(self, call: Call) -> Answer:
        """Show one interview; one that was called off says when."""
        for one in self._of(call):
            if names.uuid(names.INTERVIEW, one.number) == call.params["interview"]:
                canceled_at = one.changed_ms if one.status == "canceled" else None
                told = {"id": call.params["interview"], "date": one.starts_ms}
                return Answer.of({"data": {**told, "canceledAt": canceled_at}})
        raise _missing()

    def _of(self, call: Call) -> list[Interview]:
        listed = self._desk.interviews_of("lever", call, _UNAUTHORIZED)
        id_ = call.params["id"]
        found = [one for one in listed if names.uuid(names.OPPORTUNITY, one.person) == id_]
        if not found:
            raise _missing()
        return found


def _missing() -> RefusedError:
    return RefusedError(Answer.of({"code": "ResourceNotFound", "message": "No such"}, status=404))
