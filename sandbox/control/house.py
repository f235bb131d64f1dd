"""Control of the sandbox as a whole: ledger, faults, latency, counts, beginning anew."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.control.accounts import head, moment
from sandbox.control.desk import field, refuse, route, whole_number
from sandbox.faults import Fault, FaultBoard, Match, read, show
from sandbox.google.grants import Grants
from sandbox.microsoft.outlook import Outlook
from sandbox.post.office import PostOffice
from sandbox.presets import PRESETS
from sandbox.sources.diary import Diary
from sandbox.sources.messenger import Messenger
from sandbox.stats import Stats
from sandbox.told.ears import Ears
from sandbox.wire import Answer, Call, Operation
from sandbox.world.changes import Accepted
from sandbox.world.timeline import Timeline
from sandbox.world.world import World

#: What a fault matches by; may stand in `match` or, for short, beside the other fields.
_MATCHED = tuple(column.name for column in fields(Match))


class HouseControl:
    """What concerns every account at once."""

    def __init__(
        self,
        timeline: Timeline,
        *,
        world: World,
        grants: Grants,
        faults: FaultBoard,
        stats: Stats,
        outlook: Outlook,
        office: PostOffice,
        diary: Diary,
        messenger: Messenger,
        ears: Ears,
    ) -> None:
        self._diary = diary
        self._messenger = messenger
        self._ears = ears
        self._office = office
        self._outlook = outlook
        self._timeline = timeline
        self._world = world
        self._grants = grants
        self._faults = faults
        self._stats = stats

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes that name no account in their path."""
        return (
            route("healthz", "GET", "/healthz", lambda _: Answer.of({"ok": True})),
            route("ledger", "GET", "/control/ledger", self.ledger),
            route("chronicle", "GET", "/control/chronicle", self.chronicle),
            route("told", "GET", "/control/told", self.told),
            route("faults.list", "GET", "/control/faults", self.list_faults),
            route("faults.add", "POST", "/control/faults", self.add_fault),
            route("faults.clear", "DELETE", "/control/faults", self.lift_faults),
            route("faults.remove", "DELETE", "/control/faults/{id}", self.lift_faults),
            route("presets", "GET", "/control/presets", lambda _: Answer.of(dict(PRESETS))),
            route("expire_history", "POST", "/control/expire_history", self.expire_history),
            route("token_lifetime", "POST", "/control/token_lifetime", self.token_lifetime),
            route("latency", "POST", "/control/latency", self.latency),
            route("move_lag", "POST", "/control/move_lag", self.move_lag),
            route("stats", "GET", "/control/stats", self.stats),
            route("stats.clear", "DELETE", "/control/stats", self.clear_stats),
            route("reset", "POST", "/control/reset", self.reset),
        )

    def ledger(self, call: Call) -> Answer:
        """List what was accepted for sending, after the line number `since`."""
        account = call.one("account").lower() or None
        entries = self._world.ledger.after(whole_number(call, "since"), account)
        limit = whole_number(call, "limit", len(entries))
        shown = [_show(entry) for entry in entries[:limit]]
        return Answer.of({"data": shown, "last": self._world.ledger.last})

    def chronicle(self, call: Call) -> Answer:
        """List who read and wrote inboxes, after the line number `since`; `limit`, `account`."""
        account = call.one("account").lower()
        lines = self._world.chronicle.after(whole_number(call, "since"))
        limit = whole_number(call, "limit", len(lines))
        shown = [asdict(one) for one in lines[:limit] if account in ("", one.account)]
        return Answer.of({"data": shown, "last": self._world.chronicle.last})

    def told(self, call: Call) -> Answer:
        """List what webhook receivers, Slack hooks and telephones heard, after `since`."""
        kind, name = call.one("kind") or None, call.one("name") or None
        heard = self._ears.after(whole_number(call, "since"), kind, name)
        return Answer.of({"data": heard, "last": self._ears.last})

    def list_faults(self, _: Call) -> Answer:
        """List the faults that still live."""
        return Answer.of({"data": [show(fault) for fault in self._faults.all()]})

    def add_fault(self, call: Call) -> Answer:
        """Set a fault, by name or in full; what is given beside a name changes the preset."""
        fault = self._faults.add(_fault(call.json()))
        return Answer.of(show(fault), status=201)

    def lift_faults(self, call: Call) -> Answer:
        """Lift the fault of an id, or every fault."""
        lifted = self._faults.remove(call.params.get("id"))
        if not lifted and "id" in call.params:
            raise refuse("no such fault", status=404)
        return Answer.of({"lifted": lifted})

    def expire_history(self, call: Call) -> Answer:
        """Make every history cursor of an account too old (404)."""
        box = self._world.mailbox(field(call, "account", str))
        self._world.expire_history(box)
        return Answer.of({"historyId": str(box.history_id)})

    def token_lifetime(self, call: Call) -> Answer:
        """Set how many seconds the access tokens issued from now on live."""
        self._grants.token_seconds = _not_negative(call, "seconds")
        return Answer.of({"seconds": self._grants.token_seconds})

    def latency(self, call: Call) -> Answer:
        """Set how many milliseconds every call to a provider takes at least."""
        self._faults.latency_ms = _not_negative(call, "ms")
        return Answer.of({"ms": self._faults.latency_ms})

    def move_lag(self, call: Call) -> Answer:
        """Set how many milliseconds a message of Outlook's is queued before it moves."""
        self._outlook.move_lag_ms = _not_negative(call, "ms")
        return Answer.of({"ms": self._outlook.move_lag_ms})

    def stats(self, _: Call) -> Answer:
        """Show the counts of calls by method."""
        return Answer.of(self._stats.show())

    def clear_stats(self, _: Call) -> Answer:
        """Count from 0 again."""
        self._stats.clear()
        return Answer.of({})

    def reset(self, _: Call) -> Answer:
        """Forget everything: mail, ledger, tokens, interviews, faults, counts and the journal."""
        for part in (
            self._world,
            self._grants,
            self._faults,
            self._stats,
            self._outlook,
            self._office,
            self._diary,
            self._messenger,
            self._ears,
        ):
            part.clear()
        self._timeline.forget()
        return Answer.of({})


def _not_negative(call: Call, name: str) -> int:
    value = field(call, name, int)
    if isinstance(value, bool) or value < 0:
        raise refuse(f"{name} is a number, at least 0")
    return value


def _fault(content: dict[str, Any]) -> Fault:
    name = content.get("name")
    if name is not None and name not in PRESETS:
        raise refuse(f"no preset of that name; there are: {', '.join(PRESETS)}")
    preset: Mapping[str, Any] = PRESETS[name] if name else {}
    seconds = content.pop("retry_after_seconds", 60)
    short = {key: content.pop(key) for key in _MATCHED if key in content}
    merged = {**preset, **content}
    merged["match"] = {**preset.get("match", {}), **(content.get("match") or {}), **short}
    until = datetime.now(UTC) + timedelta(seconds=float(seconds))
    stamp = until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if "message" in merged:
        merged["message"] = str(merged["message"]).replace("{retry_after}", stamp)
    return read({"name": "custom", **merged, "id": "", "hits": 0})


def _show(entry: Accepted) -> dict[str, Any]:
    letter = entry.letter
    return {
        "number": entry.number,
        "at": moment(entry.at_ms),
        "at_ms": entry.at_ms,
        "account": entry.account,
        "from": letter.sender,
        "to": list(letter.addressees),
        "subject": letter.subject,
        "message_id": letter.message_id,
        "delivery": letter.first("X-Reprise-Delivery"),
        "headers": head(letter),
        "provider_message_id": entry.message_id,
        "thread_id": entry.thread_id,
        "draft_id": entry.draft_id,
    }
