"""A pretend Workable API: events and candidates."""

from typing import Any
from urllib.parse import urlencode

from sandbox.sources import names
from sandbox.sources.desk import Desk
from sandbox.sources.diary import Interview
from sandbox.wire import Answer, Call, Operation, RefusedError

_UNAUTHORIZED = {"error": "Not authorized"}


class Spi:
    """workable.readme.io, as far as reading interviews needs it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        build = self._desk.operation
        return (
            build("workable.events", "/spi/v3/events", self.events),
            build("workable.candidate", "/spi/v3/candidates/{id}", self.candidate),
        )

    def events(self, call: Call) -> Answer:
        """List events by when they take place; `paging.next` is the next page's address."""
        since, sort = call.one("start_date"), call.one("type")
        rows = [
            one
            for one in self._of(call)
            if (one.status != "canceled" or call.one("include_cancelled") == "true")
            and (not since or one.starts_ms >= names.read_stamp(since))
            and sort in ("", one.sort)
            and names.short(one.number) >= call.one("since_id")
        ]
        size = min(int(call.one("limit", "50")), 100)
        content: dict[str, Any] = {"events": [_event(one) for one in rows[:size]]}
        if len(rows) > size:
            query = {name: values[-1] for name, values in call.query.items()}
            query["since_id"] = names.short(rows[size].number)
            host = call.headers.get("host", "acme.workable.com")
            content["paging"] = {"next": f"http://{host}{call.path}?{urlencode(query)}"}
        return Answer.of(content)

    def candidate(self, call: Call) -> Answer:
        """Show a candidate's address."""
        for one in self._of(call):
            if names.short(one.person) == call.params["id"]:
                told = {"id": names.short(one.person), "name": "Jo Silva", "email": one.emails[0]}
                return Answer.of({"candidate": told})
        raise RefusedError(Answer.of({"error": "Not found"}, status=404))

    def _of(self, call: Call) -> list[Interview]:
        return self._desk.interviews_of("workable", call, _UNAUTHORIZED)


def _event(one: Interview) -> dict[str, Any]:
    return {
        "id": names.short(one.number),
        "title": f"{one.sort.capitalize()} with Jo Silva",
        "type": one.sort,
        "starts_at": names.stamp(one.starts_ms),
        "ends_at": names.stamp(one.starts_ms + 1_800_000),
        "cancelled": one.status == "canceled",
        "job": {"shortcode": "GROOV005", "title": "Engineer"},
        "members": [],
        "candidate": {"id": names.short(one.person), "name": "Jo Silva"},
    }
