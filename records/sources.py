"""Sources: made, changed, their secrets replaced, removed, read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, or_, select, update

from domain.codes import LogEvent
from domain.ids import Prefix
from domain.sources.kinds import SPECS, SourceKind, SourceState
from domain.sources.signatures import Refusal
from records import log, outbox
from records.credentials import Credentials, CredentialSafe, Secret
from records.database import Database
from records.ids import fresh
from records.tables import sources, webhook_events

NOTE_EVERY = timedelta(seconds=1)  #: A flood of forged webhooks writes no more often than this.

Values = Mapping[str, Any]


def make(
    connection: Connection,
    workspace_id: str,
    values: Values,
    credentials: Credentials,
    safe: CredentialSafe,
) -> str:
    """Make a source; one that is polled is asked at once."""
    source_id = fresh(Prefix.SOURCE)
    row = {**values, "id": source_id, "workspace_id": workspace_id}
    sealed = safe.seal(source_id, credentials)
    connection.execute(
        insert(sources).values(**row, state=SourceState.CONNECTED.value, credentials=sealed)
    )
    log.write_of_source(
        connection, workspace_id, source_id, LogEvent.SOURCE_CONNECTED, {"kind": values["kind"]}
    )
    if SPECS[SourceKind(values["kind"])].polled:
        outbox.signal_source(connection, workspace_id, source_id, "connected")
    return source_id


def _tell(connection: Connection, source: Values, signal: outbox.SourceSignal) -> None:
    """Wake the workflow of a source that can be asked; the others have none."""
    if SPECS[SourceKind(source["kind"])].needs_key:
        outbox.signal_source(connection, source["workspace_id"], source["id"], signal)


def change(
    connection: Connection,
    source: Values,
    values: Values,
    credentials: Credentials,
    safe: CredentialSafe,
) -> None:
    """Change a source; it is asked at once, so that an error which is not mended shows again."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source["id"])
        .values(
            **values,
            state=SourceState.CONNECTED.value,
            code=None,
            detail=None,
            poll_failures=0,
            credentials=safe.seal(source["id"], credentials),
            revision=sources.c.revision + 1,
            updated_at=func.clock_timestamp(),
        )
    )
    _tell(connection, source, "changed")


def rotated(known: Credentials, secret: str, *, until: datetime) -> Credentials:
    """Put a new secret first; the newest of those before stays valid for a while, no other."""
    before = [Secret(value=one.value, until=until) for one in known.secrets[:1]]
    return Credentials(secrets=(Secret(value=secret), *before), api_key=known.api_key)


def remove(connection: Connection, source: Values) -> None:
    """Take a source out: its secrets are forgotten, what it told is kept."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source["id"])
        .values(removed_at=func.clock_timestamp(), credentials=None)
    )
    log.write_of_source(
        connection, source["workspace_id"], source["id"], LogEvent.SOURCE_REMOVED, {}
    )
    _tell(connection, source, "deleted")


def one(connection: Connection, source_id: str, *, lock: bool = False) -> RowMapping | None:
    """Read a source with the machine's `now`; locked, where it is read to be changed."""
    query = select(sources, func.clock_timestamp().label("now")).where(
        sources.c.id == source_id, sources.c.removed_at.is_(None)
    )
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def listed(connection: Connection, *, after: str, limit: int) -> list[RowMapping]:
    """Read a page of sources."""
    query = (
        select(sources, func.clock_timestamp().label("now"))
        .where(sources.c.id > after, sources.c.removed_at.is_(None))
        .order_by(sources.c.id)
        .limit(limit)
    )
    return list(connection.execute(query).mappings())


def events_of(
    connection: Connection, source_id: str, *, after: str, limit: int
) -> list[RowMapping]:
    """Read a page of what a source told, without the bytes."""
    columns = [column for column in webhook_events.c if column.name != "payload"]
    query = select(*columns).where(
        webhook_events.c.source_id == source_id, webhook_events.c.id > after
    )
    return list(connection.execute(query.order_by(webhook_events.c.id).limit(limit)).mappings())


def find(database: Database, source_id: str) -> RowMapping | None:
    """Find a source of any workspace, for a webhook that names it."""
    with database.system() as connection:
        return one(connection, source_id)


def note_refusal(database: Database, source: RowMapping, why: Refusal) -> None:
    """Show on a source why a webhook to it was not believed, at most once a second."""
    query = update(sources).where(
        sources.c.id == source["id"],
        or_(
            sources.c.refused_at.is_(None),
            sources.c.refused_at < func.clock_timestamp() - NOTE_EVERY,
        ),
    )
    with database.workspace(source["workspace_id"]) as connection:
        connection.execute(query.values(refused_at=func.clock_timestamp(), refusal=why.value))
