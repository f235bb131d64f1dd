"""Pauses an enrollment until its candidate is back, and lets it go on where that was a mistake."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping

from domain.codes import LogEvent, ReasonCode
from domain.messages import FactKind
from records import booking, facts

AWAY = ReasonCode.OUT_OF_OFFICE


def await_return(
    connection: Connection, row: RowMapping, *, until: datetime, message_id: str
) -> bool:
    """Pause a locked enrollment until a time (business time); says whether it did.

    A person's pause stays where it lasts longer, or has no end. It goes on by itself, as any pause
    with an end does, with what was left of a running delay.
    """
    if row["ended_code"] is not None or row["paused_until"] == until:
        return False
    if row["paused"] and (row["paused_until"] is None or row["paused_until"] > until):
        return False
    booking.free(connection, [row["id"]])
    values: dict[str, Any] = {
        "paused": True,
        "paused_until": until,
        "pause_code": AWAY.value,
        "slot_at": None,
        "frozen_at": row["frozen_at"] or row["now"],
    }
    log_it = {
        "event": LogEvent.ENROLLMENT_PAUSED,
        "code": AWAY,
        "detail": {"message": message_id, "until": until.isoformat()},
    }
    payload = {"until": until.isoformat(), "code": AWAY.value}
    facts.accept(
        connection, row, kind=FactKind.PAUSE, values=values, payload=payload, log_it=log_it
    )
    return True


def no_return(connection: Connection, workspace_id: str, enrollment_id: str) -> bool:
    """Lift a pause that awaits a return: nobody is away. Says whether there was one."""
    row = facts.lock(connection, enrollment_id)
    if row["ended_code"] is not None or not row["paused"] or row["pause_code"] != AWAY:
        return False
    facts.resume(connection, workspace_id, enrollment_id, reason="The absence was a mistake.")
    return True
