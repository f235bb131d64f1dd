"""Compares live enrollments with what Temporal runs, and begins lost ones again."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, text, update

from domain.codes import LogEvent, ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from domain.timing import TimingKind
from records import booking, log, outbox
from records.database import Database
from records.facts import close_holds
from records.projection import projected
from records.tables import enrollments

PAGE = 1000
QUIET = 60  #: Seconds that a row must have been left alone before it may count as lost.


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A live enrollment, and the workflow that should run it."""

    enrollment_id: str
    workspace_id: str
    round: int

    @property
    def workflow_id(self) -> str:
        """The workflow of its present round."""
        return enrollment_workflow_id(self.enrollment_id, self.round)


_LIVE = text(
    "SELECT e.id, e.workspace_id, e.round FROM enrollments e WHERE e.started"
    " AND e.ended_code IS NULL AND e.id > :after"
    " AND e.updated_at < clock_timestamp() - :quiet * interval '1 second'"
    " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.subject_id = e.id"
    " AND o.delivered_at IS NULL)"
    " ORDER BY e.id LIMIT :limit"
)

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('reconcile', 0))")

_LOST = text(
    "SELECT e.*, clock_timestamp() AS now, (SELECT s -> 'timing' ->> 'kind' FROM versions v,"
    " jsonb_array_elements(v.steps) s WHERE v.sequence_id = e.sequence_id"
    " AND v.number = e.version AND s ->> 'id' = e.step_id) AS timing"
    " FROM enrollments e WHERE e.id = :id AND e.round = :round AND e.started"
    " AND e.ended_code IS NULL FOR UPDATE OF e"
)


class Reconciler:
    """The database's side of reconciling."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def turn(self) -> Generator[bool]:
        """Say whether this process may reconcile: no other one does while the context lasts."""
        with self._database.system() as connection:
            yield bool(connection.execute(_LOCK).scalar_one())

    def live(self, after: str) -> list[Live]:
        """Give a page of live enrollments that nobody has touched lately."""
        with self._database.system() as connection:
            values = {"after": after, "limit": PAGE, "quiet": QUIET}
            rows = connection.execute(_LIVE, values).all()
        return [Live(enrollment_id=r.id, workspace_id=r.workspace_id, round=r.round) for r in rows]

    def begin_again(self, lost: Sequence[Live]) -> int:
        """Start lost enrollments as the next round, at the step that was due; returns how many.

        Steps that were sent stay sent: the row stands at the first one that was not.
        """
        begun = 0
        for one in lost:
            with self._database.workspace(one.workspace_id) as connection:
                begun += _begin_again(connection, one)
        return begun


def _parcels(row: RowMapping, workflow_id: str) -> list[dict[str, Any]]:
    """Ask for the new run, and tell it right away what pauses it: it knows of nothing."""
    until = row["paused_until"]
    pauses = (
        (FactKind.PAUSE, row["paused"], {} if until is None else {"until": until.isoformat()}),
        (FactKind.DEACTIVATE, row["deactivated"], {}),
    )
    start = outbox.start_row(row["workspace_id"], row["id"], workflow_id, {})
    return [start] + [
        outbox.fact_row(
            row["workspace_id"], row["id"], workflow_id, kind=kind, number=number, payload=payload
        )
        for number, (kind, is_on, payload) in enumerate(pauses, row["facts"] - 1)
        if is_on
    ]


def _begin_again(connection: Connection, lost: Live) -> int:
    known = {"id": lost.enrollment_id, "round": lost.round}
    before = connection.execute(_LOST, known).mappings().first()
    if before is None:
        return 0
    row = _restart(connection, before)
    workflow_id = enrollment_workflow_id(row["id"], row["round"])
    booking.free(connection, [row["id"]])
    close_holds(connection, row["id"], by="restart")  # Its first try finds what still holds it.
    outbox.put(connection, _parcels(row, workflow_id))
    log.write(
        connection,
        workspace_id=lost.workspace_id,
        event=LogEvent.ENROLLMENT_RESTARTED,
        code=None,
        at=None,
        enrollment_id=row["id"],
        sequence_id=row["sequence_id"],
        workflow_id=workflow_id,
        detail={"why": "Temporal had no running workflow for it", "round": row["round"]},
    )
    return 1


def _restart(connection: Connection, before: RowMapping) -> RowMapping:
    """Write the next round: it holds nothing yet, and what pauses it is told with its start."""
    now = before["now"]  # The new run's clock is the machine's.
    frozen = before["frozen_at"] is not None
    values = projected(
        hold_id=None,
        hold_code=None,
        wait_code=ReasonCode.SCHEDULED.value,
        slot_at=None,
        not_before=_due(before, now),
        frozen_at=now if frozen else None,
        clock_offset_ms=0,
        run_id=None,
    )
    changed = connection.execute(
        update(enrollments)
        .where(enrollments.c.id == before["id"])
        .values(
            **values,
            round=enrollments.c.round + 1,
            facts=enrollments.c.facts + 2,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments)
    )
    return changed.mappings().one()


def _due(before: RowMapping, now: datetime) -> datetime | None:
    """Say when the step is due: a delay that a pause stopped keeps what was left of it."""
    due, frozen_at = before["not_before"], before["frozen_at"]
    if due is None or frozen_at is None or before["timing"] != TimingKind.LATER:
        return due
    return now + max(due - frozen_at, timedelta())
