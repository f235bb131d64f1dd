"""Failures on purpose: which calls they hit, when, how often, and what then happens."""

import json
import random
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from sandbox.world.timeline import Timeline


class When(StrEnum):
    """On which side of the effect a fault strikes."""

    BEFORE = "before"  #: Nothing was done.
    AFTER = "after"  #: It was done, and the caller cannot know.


class Kind(StrEnum):
    """What a fault does to the answer."""

    STATUS = "status"  #: Another answer.
    DROP = "drop"  #: The connection is closed (FIN) without a byte.
    RESET = "reset"  #: The connection is reset (RST) without a byte.
    DELAY = "delay"  #: The usual answer, later.
    TRUNCATE = "truncate"  #: Half of the body, then the connection closes.
    GARBLE = "garble"  #: Half of the body in valid framing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which calls are meant; what is not set fits every call."""

    method: str | None = None  #: The HTTP verb.
    path: str | None = None  #: A regular expression found anywhere in the path.
    operation: str | None = None  #: A regular expression found in the method's id.
    account: str | None = None  #: The mailbox whose token is used.
    recipient: str | None = None  #: Somebody the letter (or draft) concerned goes to.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure on purpose, as long as it lives."""

    id: str = ""
    name: str = ""
    match: Match = Match()
    when: When = When.BEFORE
    kind: Kind = Kind.STATUS
    times: int | None = 1  #: How many calls it still hits; None for ever.
    skip: int = 0  #: How many fitting calls still pass first.
    share: float = 1.0  #: The part of the fitting calls that it hits.
    status: int = 503
    reason: str = "backendError"
    message: str = "Backend Error"
    body: str | None = None  #: The whole body, in place of one made from reason and message.
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0
    hits: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a match may ask about a call."""

    method: str
    path: str
    operation: str
    account: str | None
    recipients: Callable[[], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSet:
    """A fault was made, or has met another call."""

    id: str
    content: str  #: JSON, as the control API shows it.


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRemoved:
    """A fault is over."""

    id: str


class FaultBoard:
    """The living faults, in the order they were set; the first that fits strikes."""

    def __init__(self, timeline: Timeline) -> None:
        self.latency_ms = 0  #: What every call to a provider takes at least.
        self._faults: dict[str, Fault] = {}
        self._timeline = timeline
        timeline.on(FaultSet, self._set)
        timeline.on(FaultRemoved, lambda change: self._faults.pop(change.id, None))

    def add(self, fault: Fault) -> Fault:
        """Set a fault under a fresh id."""
        fault = replace(fault, id=f"fault_{secrets.token_hex(6)}")
        self._timeline.commit(_change(fault))
        return fault

    def remove(self, fault_id: str | None = None) -> int:
        """Lift one fault, or all; return how many there were."""
        gone = [known for known in self._faults if fault_id in (None, known)]
        self._timeline.commit(*[FaultRemoved(id=known) for known in gone])
        return len(gone)

    def all(self) -> list[Fault]:
        """Return every fault that still lives."""
        return list(self._faults.values())

    def striking(self, target: Target, when: When) -> Iterator[Fault]:
        """Yield the faults that hit a call on one side of its effect; count each as met.

        Delays add up; the first fault of another kind is the last one.
        """
        for fault in self.all():
            if fault.when is not when or not _fits(fault.match, target) or not self._meets(fault):
                continue
            yield fault
            if fault.kind is not Kind.DELAY:
                return

    def clear(self) -> None:
        """Lift everything without a trace; the caller empties the journal."""
        self._faults.clear()
        self.latency_ms = 0

    def _meets(self, fault: Fault) -> bool:
        if fault.skip > 0:
            self._timeline.commit(_change(replace(fault, skip=fault.skip - 1)))
            return False
        if fault.share < 1 and random.random() >= fault.share:
            return False
        left = None if fault.times is None else fault.times - 1
        met = replace(fault, times=left, hits=fault.hits + 1)
        self._timeline.commit(FaultRemoved(id=fault.id) if left == 0 else _change(met))
        return True

    def _set(self, change: FaultSet) -> None:
        self._faults[change.id] = replace(read(json.loads(change.content)), id=change.id)


def read(content: Mapping[str, Any]) -> Fault:
    """Read a fault from JSON. Raises ValueError for what it cannot mean."""
    unknown = set(content) - {column.name for column in fields(Fault)}
    if unknown:
        raise ValueError(f"unknown field: {min(unknown)}")
    changes: dict[str, Any] = dict(content)
    changes["match"] = _read_match(changes.get("match") or {})
    changes["when"] = When(changes.get("when", When.BEFORE))
    changes["kind"] = Kind(changes.get("kind", Kind.STATUS))
    changes["headers"] = tuple(dict(changes.get("headers") or {}).items())
    body = changes.get("body")
    changes["body"] = body if body is None or isinstance(body, str) else json.dumps(body)
    fault = Fault(**changes)
    if not 200 <= fault.status <= 599 or fault.delay_ms < 0 or fault.times == 0:
        raise ValueError("status is 200 to 599, delay_ms at least 0, times at least 1 or null")
    return fault


def show(fault: Fault) -> dict[str, Any]:
    """Show a fault as JSON; `read` understands it."""
    return asdict(fault) | {"headers": dict(fault.headers)}


def _read_match(content: Mapping[str, Any]) -> Match:
    match = Match(**content)
    for pattern in (match.path, match.operation):
        re.compile(pattern or "")
    lowered = {"account": match.account, "recipient": match.recipient}
    return replace(match, **{key: value and value.lower() for key, value in lowered.items()})


def _fits(match: Match, target: Target) -> bool:
    return (
        match.method in (None, target.method)
        and (match.path is None or re.search(match.path, target.path) is not None)
        and (match.operation is None or re.search(match.operation, target.operation) is not None)
        and match.account in (None, target.account)
        and (match.recipient is None or match.recipient in target.recipients())
    )


def _change(fault: Fault) -> FaultSet:
    return FaultSet(id=fault.id, content=json.dumps(show(fault)))
