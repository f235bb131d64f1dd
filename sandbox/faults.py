"""Faults on purpose: which calls they hit, and what happens then."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sandbox.google import errors
from sandbox.wire import Answer, Call

_QUOTA = "User-rate limit exceeded."


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule. `times` counts down; None never runs out."""

    id: int
    operation: re.Pattern[str]  #: Of the operation's id, e.g. gmail.users.drafts.send.
    account: str | None
    after: bool  #: Whether the effect happens first.
    times: int | None
    kind: str  #: status | drop | truncate | delay
    answer: Answer
    delay_ms: int = 0

    def fits(self, call: Call, account: str | None) -> bool:
        """Say whether it hits this call."""
        if self.times == 0 or self.account not in (None, account):
            return False
        return self.operation.search(call.operation.id) is not None

    def shown(self) -> dict[str, Any]:
        """Show it as the control API does."""
        return {
            "id": self.id,
            "operation": self.operation.pattern,
            "account": self.account,
            "when": "after" if self.after else "before",
            "times": self.times,
            "kind": self.kind,
            "status": self.answer.status,
        }


PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "backend_error": {"status": 503, "reason": "backendError", "message": "Backend Error"},
        "rate_limited": {
            "status": 429,
            "reason": "rateLimitExceeded",
            "message": "Resource has been exhausted (e.g. check quota).",
        },
        "user_rate_limited": {"status": 403, "reason": "userRateLimitExceeded", "message": _QUOTA},
        "invalid_to": {
            "status": 400,
            "reason": "invalidArgument",
            "message": "Invalid To header",
        },
        "refused": {
            "status": 400,
            "reason": "invalidArgument",
            "message": "Invalid argument.",
        },
        "mail_service_off": {
            "status": 400,
            "reason": "failedPrecondition",
            "message": "Mail service not enabled",
        },
        "lost_answer": {"kind": "drop", "when": "after"},
        "lost_request": {"kind": "drop", "when": "before"},
        "cut_answer": {"kind": "truncate", "when": "after"},
    }
)


class Faults:
    """All rules, oldest first; the first that fits counts."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, wish: Mapping[str, Any]) -> Fault:
        """Add a rule; a preset's values are the defaults. Raises ValueError for nonsense."""
        name = wish.get("name")
        if name is not None and name not in PRESETS:
            raise ValueError(f"no preset {name!r}; there are {', '.join(PRESETS)}")
        told = {**(PRESETS[name] if name else {}), **wish}
        status = int(told.get("status", 503))
        message = str(told.get("message", "Fault on purpose"))
        answer = errors.error(status, str(told.get("reason", "backendError")), message)
        fault = Fault(
            id=next(self._numbers),
            operation=re.compile(str(told.get("operation", "."))),
            account=told.get("account"),
            after=told.get("when", "before") == "after",
            times=told.get("times", 1),
            kind=str(told.get("kind", "status")),
            answer=answer,
            delay_ms=int(told.get("delay_ms", 0)),
        )
        self._rules.append(fault)
        return fault

    def hit(self, call: Call, account: str | None) -> Fault | None:
        """Take the rule that hits a call; control calls are never hit."""
        if call.operation.is_control:
            return None
        fault = next((rule for rule in self._rules if rule.fits(call, account)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
        return fault

    def shown(self) -> list[dict[str, Any]]:
        """Show every rule."""
        return [rule.shown() for rule in self._rules]

    def clear(self) -> None:
        """Forget every rule."""
        self._rules.clear()
