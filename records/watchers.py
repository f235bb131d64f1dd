"""Compares what must be watched or told with what Temporal runs, and wakes what is not running.

A watcher looks up itself what there is to do, so waking one too often does no harm.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, text

from domain.sources.kinds import SPECS
from records import outbox, webhook_deliveries
from records.database import Database

PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A workflow that must be running."""

    workflow_id: str
    workspace_id: str
    subject_id: str


_DUE = text(
    """
    SELECT w.workflow_id, w.workspace_id, w.subject_id FROM (
      SELECT 'mailbox/' || id AS workflow_id, workspace_id, id AS subject_id FROM mailboxes
      WHERE removed_at IS NULL AND state IN ('connected', 'error')
      UNION ALL
      SELECT 'sequence/' || id, workspace_id, id FROM sequences
      WHERE archived_at IS NULL AND switched > 0
      UNION ALL
      SELECT 'source/' || id, workspace_id, id FROM sources
      WHERE removed_at IS NULL AND credentials IS NOT NULL AND kind = ANY(:asked)
      UNION ALL
      SELECT DISTINCT 'notices/' || user_id || '/' || channel, workspace_id, user_id FROM notices
      WHERE user_id IS NOT NULL AND state = 'pending'
      UNION ALL
      SELECT 'webhook/' || id || '/' || round, workspace_id, id FROM notices
      WHERE endpoint_id IS NOT NULL AND state = 'pending') w
    WHERE w.workflow_id COLLATE "C" > :after
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.workflow_id = w.workflow_id
        AND o.delivered_at IS NULL)
    ORDER BY w.workflow_id COLLATE "C" LIMIT :limit
    """
)
_ASKED = sorted(kind.value for kind, spec in SPECS.items() if spec.needs_key)
_POLLED = sorted(kind.value for kind, spec in SPECS.items() if spec.polled)
_HAS_WORK = text(  # A source that only tells us has a workflow while something is stored.
    "SELECT 1 FROM sources s WHERE s.id = :id AND (s.kind = ANY(:polled) OR EXISTS ("
    "SELECT 1 FROM webhook_events e WHERE e.source_id = s.id AND e.state = 'stored'))"
)


class Watchers:
    """The database's side of waking watchers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, after: str) -> list[Watcher]:
        """Give a page of those that must be running, in the order of their workflows' ids."""
        with self._database.system() as connection:
            values = {"after": after, "limit": PAGE, "asked": _ASKED}
            rows = connection.execute(_DUE, values).mappings().all()
        return [Watcher(**row) for row in rows]

    def wake(self, lost: Sequence[Watcher]) -> int:
        """Ask Temporal for them once more; returns for how many."""
        woken = 0
        for one in lost:
            kind = one.workflow_id.partition("/")[0]
            with self._database.workspace(one.workspace_id) as connection:
                woken += _WAKERS[kind](connection, one)
        return woken


def _wake_mailbox(connection: Connection, one: Watcher) -> bool:
    outbox.signal_mailbox(connection, one.workspace_id, one.subject_id, "connected")
    return True


def _wake_sequence(connection: Connection, one: Watcher) -> bool:
    outbox.signal_sequence(connection, one.workspace_id, one.subject_id, "check_now")
    return True


def _wake_source(connection: Connection, one: Watcher) -> bool:
    values = {"id": one.subject_id, "polled": _POLLED}
    has_work = connection.execute(_HAS_WORK, values).first() is not None
    if has_work:
        outbox.signal_source(connection, one.workspace_id, one.subject_id, "heard")
    return has_work


def _wake_notices(connection: Connection, one: Watcher) -> bool:
    channel = one.workflow_id.rpartition("/")[2]
    outbox.signal_notices(connection, one.workspace_id, one.subject_id, channel, "told")
    return True


def _tell_again(connection: Connection, one: Watcher) -> bool:
    """Begin the next round: the workflow of a round happens once."""
    round_ = int(one.workflow_id.rpartition("/")[2])
    return webhook_deliveries.begin_again(connection, one.subject_id, round_)


_WAKERS: Mapping[str, Callable[[Connection, Watcher], bool]] = MappingProxyType(
    {
        "mailbox": _wake_mailbox,
        "sequence": _wake_sequence,
        "source": _wake_source,
        "notices": _wake_notices,
        "webhook": _tell_again,
    }
)
