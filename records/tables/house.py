"""What the house keeps of its own work: outbox, log, jobs."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    text,
)

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

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    workspace_column(),
    Column("workflow_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # start | signal
    Column("signal", Text),
    Column("subject_id", Text, nullable=False),  # enrollment, mailbox, sequence or source
    json_column("payload", "{}"),
    flag("urgent"),
    counter("failures"),
    Column("fault", Text),
    moment("claimed_until"),
    moment("delivered_at"),
    Column("outcome", Text),  # delivered | ended | skipped
    moment("parked_at"),
    moment_now("created_at"),
    Index(
        "ix_outbox_open",
        text("urgent DESC"),
        "id",
        postgresql_where=text("delivered_at IS NULL AND parked_at IS NULL"),
    ),
    Index(
        "ix_outbox_order",
        "workflow_id",
        "number",
        postgresql_where=text("delivered_at IS NULL AND parked_at IS NULL"),
    ),
)

log_events = Table(
    "log_events",
    metadata,
    id_column(),
    workspace_column(),
    Column("event", Text, nullable=False),  # a domain.codes.LogEvent
    Column("code", Text),
    Column("at", DateTime(timezone=True), nullable=False),  # business time
    moment_now("recorded_at"),
    Column("enrollment_id", Text),
    Column("sequence_id", Text),
    Column("mailbox_id", Text),
    Column("candidate_id", Text),
    Column("step_id", Text),
    Column("workflow_id", Text),
    Column("run_id", Text),
    Column("activity_id", Text),
    json_column("detail", "{}"),
    Index("ix_log_events_enrollment_id", "enrollment_id", "id"),
    Index("ix_log_events_sequence_id", "sequence_id", "id"),
    Index("ix_log_events_mailbox_id", "mailbox_id", "id"),
)

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    workspace_column(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    moment_now("created_at"),
    moment("finished_at"),
)

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("index", Integer, primary_key=True),
    workspace_column(),
    Column("result", Text, nullable=False),
    Column("enrollment_id", Text),
    Column("code", Text),
    json_column("errors", "[]"),
)
