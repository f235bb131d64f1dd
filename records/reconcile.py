"""Compares live enrollments with what Temporal runs, and begins lost ones again."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

from domain.ids import enrollment_workflow_id
from records import rounds
from records.database import Database

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


def _begin_again(connection: Connection, lost: Live) -> int:
    row = rounds.lock(connection, lost.enrollment_id, lost.round)
    if row is None or not row["started"] or row["ended_code"] is not None:
        return 0
    rounds.begin(connection, row, why="Temporal had no running workflow for it")
    return 1
