"""An enrollment's story, line by line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from domain.following import Consequence
from domain.suppressions import Origin, SuppressionReason


def history_line(row: Any, line: Any) -> dict[str, Any]:
    """Show a line of the workflow's history."""
    places = {step["id"]: n for n, step in enumerate(row["steps"])}
    return _line(
        at=line.at,
        kind=line.kind,
        title=line.title,
        detail=line.detail,
        code=line.code,
        step_index=places.get(line.step_id),
        event_id=line.event_id,
    )


def log_line(event: Any) -> dict[str, Any]:
    """Show a row of the log, where there is no history to read."""
    detail = _suppressed_by(event) or _said_by(event)
    known = {"title": event["event"], "detail": detail, "code": event["code"]}
    return _line(at=event["at"], kind="log", **known)


def suppression_lines(events: Any) -> list[dict[str, Any]]:
    """Show what the list of suppressions did: by which way it came, and which entry it is."""
    return [log_line(event) for event in events if "suppression" in event["detail"]]


def message_lines(events: Any) -> list[dict[str, Any]]:
    """Show what came in, what it was taken for, and what a person said of it."""
    return [log_line(event) for event in events if _said_by(event)]


def planned_lines(row: Any) -> list[dict[str, Any]]:
    """Show what will happen next."""
    if row["ended_code"] is not None or row["slot_at"] is None:
        return []
    index = next((n for n, s in enumerate(row["steps"]) if s["id"] == row["step_id"]), 0)
    title = f"Send e-mail, step {index + 1} of {len(row['steps'])}"
    line = _line(at=row["slot_at"], kind="planned", title=title, code=row["code"], step_index=index)
    return [{**line, "planned": True}]


def _suppressed_by(event: Any) -> str:
    told: Mapping[str, Any] = event["detail"]
    if "suppression" not in told:
        return ""
    way, reason = Origin(told["origin"]), SuppressionReason(told["reason"])
    return f"{_WHY[reason]} ({told['kind']}), {_WAYS[way]}; entry {told['suppression']}"


def _said_by(event: Any) -> str:
    """Say in words what a message was taken for and what followed, and which one it is."""
    told: Mapping[str, Any] = event["detail"]
    if "message" not in told or "suppression" in told:
        return ""
    words = [f"message {told['message']}"]
    if "kind" in told:
        words.insert(0, f"{told['kind']}: {_FOLLOWED[Consequence(told['followed'])]}")
    if "was" in told:
        words.insert(0, f"it is {told['is']}, not {told['was']}: {told['reason']}")
    if "until" in told:
        words.append(f"until {told['until']}")
    if told.get("crossed"):
        words.append("the next one had left before this was read")
    return "; ".join(words)


_FOLLOWED: Mapping[Consequence, str] = MappingProxyType(
    {
        Consequence.NOTHING: "nothing stops",
        Consequence.STOP: "it stops",
        Consequence.SUPPRESS_ADDRESS: "nobody writes to the address again",
        Consequence.SUPPRESS_PERSON: "nobody writes to the candidate again",
        Consequence.REST_MAILBOX: "the mailbox rests",
        Consequence.AWAIT_RETURN: "it waits for the return",
    }
)
_WHY: Mapping[SuppressionReason, str] = MappingProxyType(
    {
        SuppressionReason.BOUNCED: "The address bounced",
        SuppressionReason.UNSUBSCRIBED: "Opted out",
        SuppressionReason.COMPLAINED: "Complained of spam",
        SuppressionReason.BLOCKED: "On the blocklist",
    }
)
_WAYS: Mapping[Origin, str] = MappingProxyType(
    {
        Origin.MESSAGE: "read in an incoming message",
        Origin.ONE_CLICK: "by the mail program's button",
        Origin.LINK: "on the page behind the link",
        Origin.MAILTO: "by a mail to the opt-out address",
        Origin.API: "told through the API",
        Origin.WEBHOOK: "told by a webhook",
    }
)


def _line(*, at: Any, kind: str, title: str, **known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"detail": "", "code": None, "step_index": None, "event_id": None}
    return {**empty, **known, "at": at, "kind": kind, "title": title, "planned": False}
