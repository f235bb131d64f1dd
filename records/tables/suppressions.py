"""Who must not be written to."""

from sqlalchemy import Column, Index, Table, Text, text

from records.tables.base import id_column, metadata, moment, moment_now, workspace_column

_LIVE = text("lifted_at IS NULL")

suppressions = Table(
    "suppressions",
    metadata,
    id_column(),
    workspace_column(),
    Column("kind", Text, nullable=False),  # a domain.suppressions.SuppressionKind
    Column("value", Text, nullable=False),  # as domain.suppressions.normal writes it
    Column("key", Text, nullable=False),  # what candidates are found by: suppression_key()
    Column("twin", Text),  # the key of an international domain's other spelling
    Column("reason", Text, nullable=False),  # a domain.suppressions.SuppressionReason
    Column("origin", Text, nullable=False),  # a domain.suppressions.Origin
    Column("message_id", Text),  # the incoming message that caused it
    Column("note", Text, nullable=False, server_default=""),
    Column("added_by", Text),  # a user; null: the candidate, or a mail system
    moment_now("created_at"),
    moment("lifted_at"),
    Column("lifted_by", Text),
    Index(
        "uq_suppressions_live",
        "workspace_id",
        "key",
        "reason",
        unique=True,
        postgresql_where=_LIVE,
    ),
    Index("ix_suppressions_twin", "workspace_id", "twin", postgresql_where=_LIVE),
    Index("ix_suppressions_listing", "workspace_id", "id"),
    Index("ix_suppressions_message_id", "message_id"),
)
