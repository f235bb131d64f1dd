"""Sequences as callers see them, and who sees which."""

from typing import Any

from api.problems import not_found
from api.unit import Unit
from domain import preflight
from records import sequences

_BANNERS = {
    "incomplete": "The sequence is incomplete: nothing is sent until it is complete and active.",
    "ready": "The sequence is not active: candidates are recorded and nothing is sent yet.",
    "inactive": "The sequence is switched off: everybody waits until it is switched on again.",
    "archived": "The sequence is archived: nobody can be added.",
}


def owner_of(unit: Unit) -> str | None:
    """Name the only owner whose sequences the caller sees; None: everybody's."""
    return None if unit.principal.role == "admin" else unit.principal.user_id


def visible_sequence(unit: Unit, sequence_id: str, *, lock: bool = False) -> Any:
    """Read a sequence that the caller may see; raises a 404 otherwise."""
    row = sequences.one(unit.connection, sequence_id, lock=lock)
    if row is None or owner_of(unit) not in (None, row["owner_id"]):
        raise not_found("sequence")
    return row


def shown_sequence(row: Any) -> dict[str, Any]:
    """Show a sequence."""
    found = preflight.problems(
        preflight.SequenceFacts(
            name=row["name"], steps=tuple(row["steps"]), has_sender=row["mailbox_id"] is not None
        )
    )
    state = _state(row, complete=not found)
    return {
        **{n: row[n] for n in ("id", "name", "version", "schedule_id", "follow_up_schedule_id")},
        "out_of_office": row["out_of_office"],
        "state": state,
        "problems": [{"code": p.code, "pointer": p.pointer, "detail": p.detail} for p in found],
        "banner": _BANNERS.get(state),
        "sender": None if row["mailbox_id"] is None else {"mailbox_id": row["mailbox_id"]},
        "steps": [{k: v for k, v in step.items() if k != "next"} for step in row["steps"]],
    }


def shown_report(results: Any) -> dict[str, Any]:
    """Show a pre-flight check."""
    names = ("check", "ok", "skipped", "code", "detail")
    listed = [{name: getattr(one, name) for name in names} for one in results]
    return {"ok": all(one.ok for one in results if not one.skipped), "results": listed}


def shown_event(row: Any) -> dict[str, Any]:
    """Show a row of the log."""
    return {name: value for name, value in row.items() if name != "workspace_id"}


def _state(row: Any, *, complete: bool) -> str:
    if row["archived_at"] is not None:
        return "archived"
    if row["active"]:
        return "active"
    if row["first_activated_at"] is not None:
        return "inactive"
    return "ready" if complete else "incomplete"
