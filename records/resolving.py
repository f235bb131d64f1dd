"""A person says what became of a send whose outcome nothing could prove."""

from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from domain.codes import LogEvent, ReasonCode
from domain.delivery import FOLLOWS, DeliveryState, Resolution
from records import booking, facts
from records.tables import deliveries

_STATES = {Resolution.SENT: DeliveryState.SENT, Resolution.SEND_AGAIN: DeliveryState.RENDERED}


def resolve(
    connection: Connection, delivery: RowMapping, resolution: Resolution, *, reason: str
) -> facts.Outcome:
    """Settle a delivery of unknown outcome and let its enrollment go on.

    Raises `facts.NotApplicable` for any other delivery, or when somebody was faster.
    """
    row = facts.lock(connection, delivery["enrollment_id"])
    now = connection.execute(
        select(deliveries).where(deliveries.c.id == delivery["id"]).with_for_update()
    )
    delivery = now.mappings().one()
    if delivery["state"] != DeliveryState.UNKNOWN:
        detail = f"Its outcome is not unknown: it is {delivery['state']}."
        raise facts.NotApplicable(row, detail)
    state = _STATES[resolution]
    assert state in FOLLOWS[DeliveryState.UNKNOWN]
    settle = _sent if resolution is Resolution.SENT else _anew
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery["id"])
        .values(state=state.value, fence=deliveries.c.fence + 1, detail=reason)
        .values(**settle(connection, row, delivery))
    )
    return facts.release(
        connection,
        row,
        code=ReasonCode.SEND_OUTCOME_UNKNOWN,
        log_it={
            "event": _EVENTS[resolution],
            "code": None,
            "step_id": delivery["step_id"],
            "detail": {"delivery_id": delivery["id"], "by": "person", "why": reason},
        },
    )


def _sent(connection: Connection, row: RowMapping, delivery: RowMapping) -> dict[str, Any]:
    """It left as it was written, when it was announced; the log's clock is the enrollment's own."""
    del connection  # Nothing else changes.
    ago = func.clock_timestamp() - deliveries.c.submitting_at
    return {"message_id": delivery["own_message_id"], "sent_at": row["now"] - ago}


def _anew(connection: Connection, row: RowMapping, delivery: RowMapping) -> dict[str, Any]:
    """Send the same letter by a new draft, at a slot of its own."""
    booking.forget(connection, row["id"], delivery["step_id"], delivery["round"])
    return {"draft_id": None, "failures": 0}


_EVENTS = {
    Resolution.SENT: LogEvent.MESSAGE_SENT,
    Resolution.SEND_AGAIN: LogEvent.STEP_RETRY_SCHEDULED,
}
