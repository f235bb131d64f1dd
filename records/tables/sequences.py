"""What is sent to whom: schedules, sequences, versions, candidates."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from records.tables.base import (
    counter,
    flag,
    id_column,
    json_column,
    metadata,
    moment,
    moment_now,
    workspace_column,
)

schedules = Table(
    "schedules",
    metadata,
    id_column(),
    workspace_column(),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("zone_source", Text, nullable=False),
    json_column("windows", "[]"),
    Column("holidays", JSONB),
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
)

sequences = Table(
    "sequences",
    metadata,
    id_column(),
    workspace_column(),
    Column("owner_id", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id")),
    Column("schedule_id", Text, ForeignKey("schedules.id")),
    Column("follow_up_schedule_id", Text, ForeignKey("schedules.id")),
    Column("out_of_office", Text, nullable=False, server_default="end"),  # following.OutOfOffice
    Column("version", Integer, nullable=False, server_default=text("1")),
    flag("active"),
    moment("first_activated_at"),
    counter("switched"),  # how often it was switched: which fan-out is the newest
    counter("generation", 1),
    json_column("last_check", "[]"),
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
    moment("archived_at"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),  # of the content, in lower-case hexadecimal
    Column("content", LargeBinary, nullable=False),
    moment_now("created_at"),
)

versions = Table(
    "versions",
    metadata,
    id_column(),
    workspace_column(),
    Column("sequence_id", Text, ForeignKey("sequences.id"), nullable=False),
    Column("number", Integer, nullable=False),
    json_column("steps", "[]"),
    moment_now("created_at"),
    UniqueConstraint("sequence_id", "number"),
)

candidates = Table(
    "candidates",
    metadata,
    id_column(),
    workspace_column(),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("last_name", Text, nullable=False, server_default=""),
    json_column("emails", "[]"),
    json_column("phones", "[]"),
    Column("linkedin_url", Text),
    Column("zone", Text),
    Column("external_id", Text),
    Column("owner_external_id", Text),
    json_column("fields", "{}"),
    counter("generation", 1),
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
    moment("removed_at"),
    Index(
        "uq_candidates_live_external_id",
        "workspace_id",
        "external_id",
        unique=True,
        postgresql_where=text("removed_at IS NULL AND external_id IS NOT NULL"),
    ),
)

addresses = Table(
    "addresses",
    metadata,
    Column("workspace_id", Text, ForeignKey("workspaces.id"), primary_key=True),
    Column("address", Text, primary_key=True),  # lower case
    Column("candidate_id", Text, ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_addresses_candidate_id", "candidate_id"),
)  #: Of candidates that were not taken out; kept by triggers on `candidates`.

candidate_events = Table(
    "candidate_events",
    metadata,
    id_column(),
    workspace_column(),
    Column("candidate_id", Text, ForeignKey("candidates.id"), nullable=False),
    Column("type", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    moment("occurred_at"),
    moment_now("created_at"),
    UniqueConstraint("workspace_id", "type", "external_id"),
)
