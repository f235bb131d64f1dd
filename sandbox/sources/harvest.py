"""A pretend Greenhouse Harvest API: interviews, applications, candidates."""

from typing import Any
from urllib.parse import urlencode

from sandbox.sources import names
from sandbox.sources.desk import Desk
from sandbox.sources.diary import Interview
from sandbox.wire import Answer, Call, Operation, RefusedError

_UNAUTHORIZED = {"message": "Invalid Basic Auth credentials"}


class Harvest:
    """developers.greenhouse.io/harvest.html, as far as reading interviews needs it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        build = self._desk.operation
        return (
            build("greenhouse.scheduled_interviews", "/v1/scheduled_interviews", self.interviews),
            build("greenhouse.application", "/v1/applications/{id}", self.application),
            build("greenhouse.candidate", "/v1/candidates/{id}", self.candidate),
        )

    def interviews(self, call: Call) -> Answer:
        """List interviews by when they were made or take place; the next page is in Link."""
        rows = [one for one in self._of(call) if one.status != "canceled" and _asked(one, call)]
        size = min(int(call.one("per_page", "100")), 500)
        page = int(call.one("page", "1"))
        shown = [_interview(one) for one in rows[(page - 1) * size : page * size]]
        answer = Answer.of(shown)
        if len(rows) <= page * size:
            return answer
        query = {name: values[-1] for name, values in call.query.items()} | {"page": str(page + 1)}
        host = call.headers.get("host", "harvest.greenhouse.io")
        link = f'<http://{host}{call.path}?{urlencode(query)}>; rel="next"'
        return Answer(body=answer.body, headers={**answer.headers, "link": link})

    def application(self, call: Call) -> Answer:
        """Show whose an application is."""
        for one in self._of(call):
            if str(names.application(one)) == call.params["id"]:
                told = {"id": names.application(one), "candidate_id": names.candidate(one)}
                return Answer.of({**told, "status": "active"})
        raise _missing()

    def candidate(self, call: Call) -> Answer:
        """Show a candidate's addresses."""
        for one in self._of(call):
            if str(names.candidate(one)) == call.params["id"]:
                listed = [{"value": email, "type": "personal"} for email in one.emails]
                return Answer.of({"id": names.candidate(one), "email_addresses": listed})
        raise _missing()

    def _of(self, call: Call) -> list[Interview]:
        return self._desk.interviews_of("greenhouse", call, _UNAUTHORIZED)


def _asked(one: Interview, call: Call) -> bool:
    bounds = {
        "created_after": one.made_ms,
        "updated_after": one.changed_ms,
        "starts_after": one.starts_ms,
    }
    return all(
        not call.one(name) or at_ms >= names.read_stamp(call.one(name))
        for name, at_ms in bounds.items()
    )


def _interview(one: Interview) -> dict[str, Any]:
    return {
        "id": one.number,
        "application_id": names.application(one),
        "external_event_id": f"event{one.number}",
        "start": {"date_time": names.stamp(one.starts_ms)},
        "end": {"date_time": names.stamp(one.starts_ms + 1_800_000)},
        "location": None,
        "status": one.status,
        "created_at": names.stamp(one.made_ms),
        "updated_at": names.stamp(one.changed_ms),
        "interview": {"id": 7001, "name": "Culture Fit"},
    }


def _missing() -> RefusedError:
    return RefusedError(Answer.of({"message": "Resource not found"}, status=404))
