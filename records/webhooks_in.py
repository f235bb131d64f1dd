"""Webhooks that are believed: stored once, with what follows, before they are answered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import Connection, RowMapping, func, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from domain.ids import Prefix
from domain.sources.happening import Happening, HappeningKind
from domain.sources.kinds import SPECS, SourceKind
from records import outbox, source_events
from records.ids import fresh
from records.tables import sources, webhook_events

KEPT_FOR = timedelta(days=30)  #: The bytes of a webhook; its row stays, so that a repeat is known.

_FORGET = text(
    "UPDATE webhook_events SET payload = NULL WHERE source_id = :source_id"
    " AND payload IS NOT NULL AND received_at < clock_timestamp() - :kept_for"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a believed webhook led to, by the time it is answered."""

    event_id: str | None  #: None for a repeat.
    state: str  #: stored | done | ignored; of a repeat: duplicate
    ended: Sequence[str] = ()  #: Enrollments.


def hear(connection: Connection, source: RowMapping, happening: Happening, body: bytes) -> Heard:
    """Store a webhook with everything that follows, in the caller's transaction.

    A repeat changes nothing, and waits for the delivery that it repeats. Where the source must be
    asked first the event is stored, and the source's workflow is told.
    """
    workspace_id, source_id = source["workspace_id"], source["id"]
    connection.execute(_FORGET, {"source_id": source_id, "kept_for": KEPT_FOR})
    event_id = _store(connection, source, happening, body)
    if event_id is None:
        return Heard(event_id=None, state="duplicate")
    connection.execute(
        update(sources).where(sources.c.id == source_id).values(heard_at=func.clock_timestamp())
    )
    spec = SPECS[SourceKind(source["kind"])]
    if happening.question is not None:
        outbox.signal_source(connection, workspace_id, source_id, "heard")
        return Heard(event_id=event_id, state="stored")
    consequence = source_events.act(
        connection,
        workspace_id,
        kind=happening.kind,
        about=happening.people,
        code=happening.code or spec.code,
        fact=happening.fact,
        told={"source": source_id, "event": event_id},
    )
    if happening.kind is HappeningKind.CHANGED and spec.polled:
        outbox.signal_source(connection, workspace_id, source_id, "heard")
        consequence = source_events.Consequence(state="done", why="The source is asked now.")
    source_events.close(connection, event_id, consequence)
    return Heard(event_id=event_id, state=consequence.state, ended=consequence.ended)


def _store(
    connection: Connection, source: RowMapping, happening: Happening, body: bytes
) -> str | None:
    question = {} if happening.question is None else asdict(happening.question)
    return connection.execute(
        pg_insert(webhook_events)
        .values(
            id=fresh(Prefix.WEBHOOK_EVENT),
            workspace_id=source["workspace_id"],
            source_id=source["id"],
            event_id=happening.event_id,
            nonce=happening.nonce,
            origin="webhook",
            name=happening.name,
            happening=happening.kind.value,
            state="stored",
            question=question,
            payload=body,
        )
        .on_conflict_do_nothing()
        .returning(webhook_events.c.id)
    ).scalar()
