"""Records what was told over HTTP: the whole request, in order, whoever it was for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.wire import Call
from sandbox.world.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something was told."""

    number: int
    kind: str  #: webhook | slack | sms
    name: str  #: Which receiver, hook or number.
    at_ms: int
    content: str  #: JSON: headers and body.


class Ears:
    """Everything that was told, oldest first. Verifies nothing."""

    def __init__(self, timeline: Timeline, now_ms: Callable[[], int]) -> None:
        self._timeline = timeline
        self._now_ms = now_ms
        self._heard: list[Heard] = []
        timeline.on(Heard, self._heard.append)

    def hear(self, kind: str, name: str, call: Call, **told: Any) -> Heard:
        """Remember a call."""
        content = {
            "method": call.operation.method,
            "path": call.path,
            "headers": dict(call.headers),
            "body": call.body.decode("utf-8", "replace"),
            **told,
        }
        heard = Heard(
            number=len(self._heard) + 1,
            kind=kind,
            name=name,
            at_ms=self._now_ms(),
            content=json.dumps(content),
        )
        self._timeline.commit(heard)
        return heard

    def after(self, number: int, kind: str | None, name: str | None) -> list[dict[str, Any]]:
        """Show what was told after a number, of one kind or all, to one name or all."""
        return [
            {"number": one.number, "kind": one.kind, "name": one.name, "at_ms": one.at_ms}
            | json.loads(one.content)
            for one in self._heard
            if one.number > number and kind in (None, one.kind) and name in (None, one.name)
        ]

    @property
    def last(self) -> int:
        """Give the number of the newest."""
        return len(self._heard)

    def clear(self) -> None:
        """Forget everything."""
        self._heard.clear()
