"""An enrollment's story, line by line."""

from typing import Any


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
    return _line(at=event["at"], kind="log", title=event["event"], code=event["code"])


def planned_lines(row: Any) -> list[dict[str, Any]]:
    """Show what will happen next."""
    if row["ended_code"] is not None or row["slot_at"] is None:
        return []
    index = next((n for n, s in enumerate(row["steps"]) if s["id"] == row["step_id"]), 0)
    title = f"Send e-mail, step {index + 1} of {len(row['steps'])}"
    line = _line(at=row["slot_at"], kind="planned", title=title, code=row["code"], step_index=index)
    return [{**line, "planned": True}]


def _line(*, at: Any, kind: str, title: str, **known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"detail": "", "code": None, "step_index": None, "event_id": None}
    return {**empty, **known, "at": at, "kind": kind, "title": title, "planned": False}
