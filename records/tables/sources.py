"""Who tells us of interviews, and what they told."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from records.tables.base import (
    counter,
    id_column,
    json_column,
    metadata,
    moment,
    moment_now,
    workspace_column,
)

sources = Table(
    "sources",
    metadata,
    id_column(),
    workspace_column(),
    Column("kind", Text, nullable=False),  # a domain.sources.kinds.SourceKind
    Column("name", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),  # a domain.sources.kinds.SourceState
    Column("code", Text),  # a domain.sources.kinds.SourceFault
    Column("detail", Text),
    Column("subdomain", Text),  # of the customer's account there, where addresses carry it
    Column("credentials", LargeBinary),  # secrets and API key, encrypted, bound to this row
    Column("cursor", Text),
    moment("polled_at"),
    counter("poll_failures"),  # in a row
    moment("heard_at"),  # the newest webhook that was believed
    moment("refused_at"),  # the newest one that was not
    Column("refusal", Text),  # why not: a domain.sources.signatures.Refusal
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
    moment("removed_at"),
    Index("ix_sources_workspace_id", "workspace_id", "id"),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    id_column(),
    workspace_column(),
    Column("source_id", Text, ForeignKey("sources.id"), nullable=False),
    Column("event_id", Text, nullable=False),  # the same for every delivery of one event
    Column("nonce", Text),  # what a signature may be used with once, where it covers no body
    Column("origin", Text, nullable=False),  # webhook | poll
    Column("name", Text, nullable=False),  # the source's own word for it
    Column("happening", Text, nullable=False),  # a domain.sources.happening.HappeningKind
    Column("state", Text, nullable=False),  # stored | done | ignored | failed
    json_column("question", "{}"),  # the source's own ids: what must be asked first
    json_column("outcome", "{}"),  # ids, and why
    Column("payload", LargeBinary),  # the bytes as they came; forgotten after 30 days
    counter("attempts"),
    moment("next_at"),  # when it is tried again
    moment_now("received_at"),
    moment("done_at"),
    UniqueConstraint("source_id", "event_id"),
    Index(
        "uq_webhook_events_nonce",
        "source_id",
        "nonce",
        unique=True,
        postgresql_where=text("nonce IS NOT NULL"),
    ),
    Index(
        "ix_webhook_events_open",
        "source_id",
        "id",
        postgresql_where=text("state = 'stored'"),
    ),
    Index(
        "ix_webhook_events_payload",
        "source_id",
        "received_at",
        postgresql_where=text("payload IS NOT NULL"),
    ),
)
