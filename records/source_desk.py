"""What is remembered of a source that is asked: its cursor, its stored events, its errors."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from domain.codes import LogEvent
from domain.errors import NotFound, ProviderError
from domain.ids import Prefix
from domain.sources.asking import (
    Account,
    Found,
    SourceRefused,
    SourceStanding,
    StoredEvent,
    Whose,
)
from domain.sources.happening import HappeningKind, People, Question
from domain.sources.kinds import REMEDIES, SPECS, SourceFault, SourceKind, SourceState
from records import log, source_events
from records.credentials import CredentialSafe
from records.database import Database
from records.ids import fresh
from records.tables import sources, webhook_events

UNREACHABLE_AFTER = 3  #: Failures in a row after which a person is told.
GIVEN_UP_AFTER = timedelta(days=7)  #: Of asking about one event in vain.
_LONGEST = 600  #: Seconds between two tries at one event.

_STANDING = text(
    "SELECT s.kind, s.credentials IS NOT NULL AND s.removed_at IS NULL AS is_open, s.cursor,"
    " clock_timestamp() AS now, (SELECT greatest(min(coalesce(e.next_at, e.received_at))"
    "  - clock_timestamp(), interval '0') FROM webhook_events e"
    "  WHERE e.source_id = s.id AND e.state = 'stored') AS next_event_in"
    " FROM sources s WHERE s.id = :source_id"
)
_DUE = text(
    "SELECT id, question FROM webhook_events WHERE source_id = :source_id AND state = 'stored'"
    " AND (next_at IS NULL OR next_at <= clock_timestamp()) ORDER BY id LIMIT :limit"
)
_TAKE = text(
    "SELECT e.*, s.kind FROM webhook_events e JOIN sources s ON s.id = e.source_id"
    " WHERE e.id = :id AND e.state = 'stored' FOR UPDATE OF e"
)
_POSTPONE = text(
    "UPDATE webhook_events SET attempts = attempts + 1,"
    " next_at = clock_timestamp() + least(:longest, 2 ^ least(attempts + 1, 20))"
    "  * interval '1 second',"
    " state = CASE WHEN received_at < clock_timestamp() - :given_up_after THEN 'failed'"
    "  ELSE state END, outcome = jsonb_build_object('why', CAST(:why AS text))"
    " WHERE id = :id AND state = 'stored'"
)


class SourceDesk:
    """`domain.sources.ports.SourceDesk` on Postgres; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, source_id: str, workspace_id: str) -> SourceStanding:
        """Say what there is to do."""
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(_STANDING, {"source_id": source_id}).first()
        if row is None:
            return SourceStanding(is_open=False)
        return SourceStanding(
            is_open=row.is_open,
            is_polled=SPECS[SourceKind(row.kind)].polled,
            cursor=row.cursor,
            now=row.now,
            next_event_in=row.next_event_in,
        )

    def stored(self, source_id: str, workspace_id: str, limit: int) -> Sequence[StoredEvent]:
        """Give stored events that are due, the oldest first."""
        values = {"source_id": source_id, "limit": limit}
        with self._database.workspace(workspace_id) as connection:
            rows = connection.execute(_DUE, values).all()
        return [StoredEvent(id=row.id, question=Question(**row.question)) for row in rows]

    def settle(self, event: StoredEvent, workspace_id: str, whose: Whose | None) -> int:
        """Act on a stored event; None: what it names is gone. Returns how many it ended."""
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(_TAKE, {"id": event.id}).mappings().first()
            if row is None:  # Another try was quicker.
                return 0
            consequence = _consequence(connection, workspace_id, dict(row), whose)
            source_events.close(connection, event.id, consequence)
            return len(consequence.ended)

    def postpone(self, event: StoredEvent, workspace_id: str, error: ProviderError) -> None:
        """Note that a stored event could not be asked about; given up after a week."""
        values = {
            "id": event.id,
            "longest": _LONGEST,
            "given_up_after": GIVEN_UP_AFTER,
            "why": str(error)[:500],
        }
        with self._database.workspace(workspace_id) as connection:
            connection.execute(_POSTPONE, values)

    def unseen(self, source_id: str, workspace_id: str, keys: Sequence[str]) -> set[str]:
        """Say which interviews no earlier poll has brought."""
        query = select(webhook_events.c.event_id).where(
            webhook_events.c.source_id == source_id,
            webhook_events.c.event_id.in_([_event_id(key) for key in keys]),
        )
        with self._database.workspace(workspace_id) as connection:
            seen = set(connection.execute(query).scalars())
        return {key for key in keys if _event_id(key) not in seen}

    def accept(
        self, source_id: str, workspace_id: str, found: Sequence[Found], cursor: str | None
    ) -> int:
        """Store interviews, what follows and the new cursor together; returns how many ended.

        Two readers of the same span do no harm: an interview is stored once, and what follows with
        it; a cursor that was read from again is at worst older than the newest.
        """
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(
                select(sources.c.kind).where(sources.c.id == source_id).with_for_update()
            ).one()
            kind = SourceKind(row.kind)
            ended = sum(_accept(connection, workspace_id, source_id, kind, one) for one in found)
            if cursor is not None:
                connection.execute(
                    update(sources).where(sources.c.id == source_id).values(cursor=cursor)
                )
            return ended

    def failed(self, source_id: str, workspace_id: str, error: ProviderError) -> int:
        """Note that it could not be asked; returns how often in a row.

        A refusal shows at once, an outage once it lasts; each is logged once.
        """
        with self._database.workspace(workspace_id) as connection:
            failures = connection.execute(
                update(sources)
                .where(sources.c.id == source_id)
                .values(poll_failures=sources.c.poll_failures + 1)
                .returning(sources.c.poll_failures)
            ).scalar_one()
            fault = _fault(error, failures)
            if fault is not None:
                _show_fault(connection, workspace_id, source_id, fault, str(error)[:500])
            return int(failures)

    def answered(self, source_id: str, workspace_id: str, *, polled: bool) -> None:
        """Note that it answered: an error that it was in is over."""
        with self._database.workspace(workspace_id) as connection:
            before = connection.execute(
                select(sources.c.state).where(sources.c.id == source_id).with_for_update()
            ).scalar_one()
            connection.execute(
                update(sources)
                .where(sources.c.id == source_id)
                .values(
                    state=SourceState.CONNECTED.value,
                    code=None,
                    detail=None,
                    poll_failures=0,
                    polled_at=case(
                        (text(":polled").bindparams(polled=polled), func.clock_timestamp()),
                        else_=sources.c.polled_at,
                    ),
                )
            )
            if before == SourceState.ERROR:
                log.write_of_source(
                    connection, workspace_id, source_id, LogEvent.SOURCE_CONNECTED, {}
                )


class SourceAccounts:
    """Where clients learn which account a source is."""

    def __init__(self, database: Database, safe: CredentialSafe) -> None:
        self._database = database
        self._safe = safe

    def load(self, source_id: str, workspace_id: str) -> Account:
        """Give the account of a source, its API key opened."""
        columns = (sources.c.kind, sources.c.subdomain, sources.c.credentials)
        with self._database.workspace(workspace_id) as connection:
            row = connection.execute(select(*columns).where(sources.c.id == source_id)).one()
        opened = self._safe.open(source_id, row.credentials)
        return Account(
            kind=SourceKind(row.kind), api_key=opened.api_key, subdomain=row.subdomain or ""
        )


def _consequence(
    connection: Connection, workspace_id: str, row: Mapping[str, Any], whose: Whose | None
) -> source_events.Consequence:
    if whose is None:
        return source_events.Consequence(state="ignored", why="The source has it no more.")
    kind = HappeningKind(row["happening"])
    if kind is HappeningKind.BOOKED and whose.is_canceled:
        return source_events.Consequence(state="ignored", why="It was canceled meanwhile.")
    return source_events.act(
        connection,
        workspace_id,
        kind=kind,
        about=People(addresses=whose.addresses),
        code=SPECS[SourceKind(row["kind"])].code,
        told={"source": row["source_id"], "event": row["id"]},
    )


def _accept(
    connection: Connection, workspace_id: str, source_id: str, kind: SourceKind, found: Found
) -> int:
    row = {
        "id": fresh(Prefix.WEBHOOK_EVENT),
        "workspace_id": workspace_id,
        "source_id": source_id,
        "event_id": _event_id(found.key),
        "origin": "poll",
        "name": "interview",
        "happening": HappeningKind.BOOKED.value,
        "state": "stored",
    }
    stored = connection.execute(
        pg_insert(webhook_events).values(**row).on_conflict_do_nothing()
    ).rowcount
    if not stored:
        return 0
    consequence = _consequence(connection, workspace_id, {**row, "kind": kind}, found.whose)
    source_events.close(connection, row["id"], consequence)
    return len(consequence.ended)


def _event_id(key: str) -> str:
    return f"interview:{key}"


def _fault(error: ProviderError, failures: int) -> SourceFault | None:
    if isinstance(error, SourceRefused):
        return error.fault
    if isinstance(error, NotFound):  # The list itself is not there: another account, or none.
        return SourceFault.NOT_FOUND
    return SourceFault.UNREACHABLE if failures >= UNREACHABLE_AFTER else None


def _show_fault(
    connection: Connection, workspace_id: str, source_id: str, fault: SourceFault, detail: str
) -> None:
    changed = connection.execute(
        update(sources)
        .where(sources.c.id == source_id, sources.c.code.is_distinct_from(fault.value))
        .values(state=SourceState.ERROR.value, code=fault.value, detail=detail)
        .returning(sources.c.id)
    ).first()
    if changed is not None:
        told = {"code": fault.value, "why": detail, "remedy": REMEDIES[fault]}
        log.write_of_source(connection, workspace_id, source_id, LogEvent.SOURCE_ERROR, told)
