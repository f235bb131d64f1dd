"""Switches sequences on and off, and tells their enrollments page by page."""

from typing import Any

from sqlalchemy import Connection, RowMapping, case, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind, FanOutPage, FanOutReport
from records import booking, checks, log, outbox
from records.database import Database
from records.projection import projected
from records.starting import start_waiting
from records.tables import enrollments, sequences

PAGE = 500  #: Enrollments told in one transaction.

_PAGE = text(
    "SELECT e.*, clock_timestamp() + e.clock_offset_ms * interval '1 millisecond' AS now"
    " FROM enrollments e WHERE e.sequence_id = :sequence_id AND e.id > :after"
    " AND e.ended_code IS NULL AND e.switched < :switched ORDER BY e.id LIMIT :limit"
    " FOR UPDATE OF e"
)


def switch(
    connection: Connection,
    workspace_id: str,
    sequence_id: str,
    *,
    active: bool,
    trigger: str,
) -> None:
    """Flip the sequence's row: the gate of every send obeys it from the commit on.

    The first page of enrollments is told in the same transaction; the sequence's workflow tells
    the rest, so that every history shows it.
    """
    values: dict[str, Any] = {
        "active": active,
        "switched": sequences.c.switched + 1,
        "updated_at": func.clock_timestamp(),
    }
    if active:
        values["first_activated_at"] = func.coalesce(
            sequences.c.first_activated_at, func.clock_timestamp()
        )
    connection.execute(update(sequences).where(sequences.c.id == sequence_id).values(**values))
    log.write(
        connection,
        workspace_id=workspace_id,
        event=LogEvent.SEQUENCE_STARTED if active else LogEvent.SEQUENCE_PAUSED,
        code=ReasonCode.ACTIVE if active else ReasonCode.SEQUENCE_DEACTIVATED,
        at=None,
        sequence_id=sequence_id,
        detail={"trigger": trigger},
    )
    tell_page(connection, FanOutPage(sequence_id=sequence_id, workspace_id=workspace_id))
    outbox.signal_sequence(connection, workspace_id, sequence_id, "switched")


def tell_page(connection: Connection, page: FanOutPage) -> FanOutReport:
    """Tell the next enrollments of the newest switch; those told already are passed over."""
    sequence = (
        connection.execute(select(sequences).where(sequences.c.id == page.sequence_id))
        .mappings()
        .one()
    )
    values = {
        "sequence_id": page.sequence_id,
        "after": page.after,
        "switched": sequence["switched"],
        "limit": PAGE,
    }
    rows = connection.execute(_PAGE, values).mappings().all()
    running = [row for row in rows if row["started"]]
    _tell_running(connection, page.workspace_id, running, sequence)
    waiting = [row["id"] for row in rows if not row["started"]]
    _mark(connection, waiting, sequence["switched"])
    if sequence["active"]:
        start_waiting(connection, page.workspace_id, waiting)
    return FanOutReport(told=len(rows), after=rows[-1]["id"] if len(rows) == PAGE else None)


class Switchboard:
    """`domain.ports.switchboard.Switchboard` on Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fan_out(self, page: FanOutPage) -> FanOutReport:
        """Tell one page of enrollments whether their sequence is active."""
        with self._database.workspace(page.workspace_id) as connection:
            return tell_page(connection, page)

    def check(self, sequence_id: str, workspace_id: str) -> bool:
        """Run the pre-flight check, log what changed; returns whether the sequence is archived."""
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(
                select(sequences.c.archived_at, sequences.c.active).where(
                    sequences.c.id == sequence_id
                )
            ).first()
            if row is None or row.archived_at is not None:
                return True
            if row.active:
                checks.check_and_log(connection, workspace_id, sequence_id)
            return False


def _tell_running(
    connection: Connection, workspace_id: str, rows: list[RowMapping], sequence: RowMapping
) -> None:
    """Pause or resume running enrollments with their sequence."""
    changing = [row for row in rows if row["deactivated"] == sequence["active"]]
    _mark(connection, [row["id"] for row in rows], sequence["switched"])
    if not changing:
        return
    ids = [row["id"] for row in changing]
    active = bool(sequence["active"])
    if not active:
        booking.free(connection, ids)
    facts = connection.execute(
        update(enrollments)
        .where(enrollments.c.id.in_(ids))
        .values(
            **projected(deactivated=not active, wait_code=ReasonCode.SCHEDULED.value, slot_at=None),
            frozen_at=_THAWED if active else _FROZEN,
            facts=enrollments.c.facts + 1,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments.c.id, enrollments.c.facts)
    )
    numbers = {row.id: row.facts for row in facts}
    kind = FactKind.ACTIVATE if active else FactKind.DEACTIVATE
    outbox.put(
        connection,
        [
            outbox.fact_row(
                workspace_id,
                row["id"],
                enrollment_workflow_id(row["id"], row["round"]),
                kind=kind,
                number=numbers[row["id"]],
                payload={},
            )
            for row in changing
        ],
    )
    _log_switch(connection, workspace_id, changing, active)


_FROZEN = func.coalesce(
    enrollments.c.frozen_at,
    func.clock_timestamp() + enrollments.c.clock_offset_ms * text("interval '1 millisecond'"),
)
_THAWED = case((enrollments.c.paused, enrollments.c.frozen_at))


def _mark(connection: Connection, ids: list[str], switched: int) -> None:
    connection.execute(
        update(enrollments).where(enrollments.c.id.in_(ids)).values(switched=switched)
    )


def _log_switch(
    connection: Connection, workspace_id: str, rows: list[RowMapping], active: bool
) -> None:
    code = None if active else ReasonCode.SEQUENCE_DEACTIVATED.value
    log.write_many(
        connection,
        [
            {
                "workspace_id": workspace_id,
                "event": LogEvent.ENROLLMENT_RESUMED if active else LogEvent.ENROLLMENT_PAUSED,
                "code": code,
                "at": row["now"],
                "enrollment_id": row["id"],
                "sequence_id": row["sequence_id"],
                "candidate_id": row["candidate_id"],
                "mailbox_id": row["mailbox_id"],
            }
            for row in rows
        ],
    )
