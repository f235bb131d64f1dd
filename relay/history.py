"""Reads a workflow's history as people read it: one line per thing that happened."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from domain.catalog import CATALOG
from domain.codes import ReasonCode
from relay.codec import Codec


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of a history; `at` is the workflow's own clock (UTC)."""

    at: datetime
    kind: str  #: started | sent | held | waiting | deferred | signal | timer | retrying | ended …
    title: str
    detail: str = ""
    code: str | None = None
    step_id: str | None = None
    event_id: int | None = None


Values = dict[str, Any]


class HistoryReader:
    """Turns the events of one run into lines."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._steps: dict[int, str] = {}
        self._summaries: dict[int, str] = {}

    def read(self, history: WorkflowHistory) -> list[HistoryLine]:
        """Read every event that means something to people, in order."""
        lines = (self._line(event) for event in history.events)
        return [line for line in lines if line is not None]

    def _line(self, event: HistoryEvent) -> HistoryLine | None:
        readers: Mapping[int, Callable[[HistoryEvent], HistoryLine | None]] = {
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: self._started,
            EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: self._scheduled,
            EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: self._completed,
            EventType.EVENT_TYPE_TIMER_STARTED: self._timer,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: self._signal,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: self._ended,
            EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: self._terminated,
        }
        reader = readers.get(event.event_type)
        return None if reader is None else reader(event)

    def _value(self, payloads: Sequence[Payload]) -> Values:
        if not payloads:
            return {}
        opened = self._codec.decode_now(payloads[:1])[0]
        value = json.loads(opened.data or b"{}")
        return value if isinstance(value, dict) else {"value": value}

    def _summary(self, event: HistoryEvent) -> str:
        if not event.user_metadata.HasField("summary"):
            return ""
        return str(self._value([event.user_metadata.summary]).get("value", ""))

    def _started(self, event: HistoryEvent) -> HistoryLine:
        attributes = event.workflow_execution_started_event_attributes
        renewed = bool(attributes.continued_execution_run_id)
        title = "History continued in a new run" if renewed else "Enrollment started"
        return _at(event, kind="renewed" if renewed else "started", title=title)

    def _scheduled(self, event: HistoryEvent) -> None:
        attributes = event.activity_task_scheduled_event_attributes
        value = self._value(attributes.input.payloads)
        self._steps[event.event_id] = str(value.get("step_id", ""))
        self._summaries[event.event_id] = self._summary(event)

    def _completed(self, event: HistoryEvent) -> HistoryLine:
        attributes = event.activity_task_completed_event_attributes
        result = self._value(attributes.result.payloads)
        kind = str(result.get("kind", "done"))
        booking = result.get("booking") or {}
        until = booking.get("slot_at") or (result.get("awaiting") or {}).get("until")
        code = result.get("code") or (booking.get("code") if kind == "deferred" else None)
        return _at(
            event,
            kind=kind,
            title=_TITLES.get(kind, kind),
            detail=_detail(code, until, self._summaries.get(attributes.scheduled_event_id, "")),
            code=code,
            step_id=self._steps.get(attributes.scheduled_event_id) or None,
        )

    def _timer(self, event: HistoryEvent) -> HistoryLine:
        fires = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
        at = event.event_time.ToDatetime().replace(tzinfo=UTC)
        return _at(
            event,
            kind="timer",
            title=self._summary(event) or "Waiting",
            detail=f"until {(at + fires).isoformat(timespec='seconds')}",
        )

    def _signal(self, event: HistoryEvent) -> HistoryLine:
        attributes = event.workflow_execution_signaled_event_attributes
        value = self._value(attributes.input.payloads)
        name = attributes.signal_name
        code = value.get("code")
        return _at(
            event,
            kind="signal",
            title=_SIGNALS.get(name, name),
            detail=f"fact {value.get('number', '-')}",
            code=code,
        )

    def _ended(self, event: HistoryEvent) -> HistoryLine:
        attributes = event.workflow_execution_completed_event_attributes
        code = self._value(attributes.result.payloads).get("code")
        label = CATALOG[ReasonCode(code)].label if code else ""
        return _at(event, kind="ended", title="Enrollment ended", detail=label, code=code)

    def _terminated(self, event: HistoryEvent) -> HistoryLine:
        return _at(event, kind="terminated", title="The run was ended from outside")


def _at(event: HistoryEvent, **values: Any) -> HistoryLine:
    at = event.event_time.ToDatetime().replace(tzinfo=UTC)
    return HistoryLine(at=at, event_id=event.event_id, **values)


def _detail(code: str | None, until: str | None, summary: str) -> str:
    parts = [summary]
    if code:
        spec = CATALOG[ReasonCode(code)]
        parts.append(f"{spec.label}: {spec.remedy}")
    if until:
        parts.append(f"until {until}")
    return "; ".join(part for part in parts if part)


_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "sent": "Message sent",
        "deferred": "Slot booked",
        "held": "In error at this step",
        "skipped": "Step skipped",
        "awaiting": "Waiting for a fact",
        "ended": "Nothing sent: it has ended",
    }
)

_SIGNALS: Mapping[str, str] = MappingProxyType(
    {
        "pause": "Paused by a person",
        "resume": "Resumed by a person",
        "deactivate": "Sequence switched off",
        "activate": "Sequence switched on",
        "reply_received": "The candidate replied",
        "interview_booked": "An interview was booked",
        "stop": "Stopped",
        "retry": "A person asked to try again",
        "resource_fixed": "What held it was mended",
        "migrate": "Moved to a new version",
        "happened": "Something awaited happened",
    }
)
