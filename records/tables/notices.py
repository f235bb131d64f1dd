"""Who is told what: endpoints, owners' channels, and each notice on its way."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
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

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    id_column(),
    workspace_column(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),  # who made it
    Column("url", Text, nullable=False),
    Column("description", Text, nullable=False, server_default=""),
    json_column("events", '["*"]'),  # names of the log's events, or "*"
    Column("secret", LargeBinary, nullable=False),  # encrypted, bound to this row
    Column("previous_secret", LargeBinary),
    moment("previous_until"),  # machine time: until then both secrets sign
    Column("state", Text, nullable=False, server_default="enabled"),
    Column("disabled_why", Text),
    moment("failing_since"),  # machine time of the first failure after the last success
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
    moment("removed_at"),
    Index(
        "ix_webhook_endpoints_live",
        "workspace_id",
        postgresql_where=text("removed_at IS NULL"),
    ),
)

notice_channels = Table(
    "notice_channels",
    metadata,
    Column("user_id", Text, ForeignKey("users.id"), primary_key=True),
    Column("channel", Text, primary_key=True),  # email | slack | sms
    workspace_column(),
    Column("address", Text),  # an e-mail address or a telephone number
    Column("secret", LargeBinary),  # a hook's URL, encrypted, bound to this row
    Column("mode", Text, nullable=False),  # a domain.rhythm.Mode
    Column("daily_at", Text, nullable=False, server_default="08:00"),
    Column("zone", Text, nullable=False, server_default="UTC"),
    Column("disabled_why", Text),
    moment("due_at"),  # business time of the next digest, once something waits for it
    counter("failures"),  # of the batch under way
    moment_now("created_at"),
    moment_now("updated_at"),
)

notices = Table(
    "notices",
    metadata,
    id_column(),
    workspace_column(),
    Column("event_id", Text, nullable=False),
    Column("channel", Text, nullable=False),  # a domain.notices.NoticeChannel
    Column("endpoint_id", Text, ForeignKey("webhook_endpoints.id")),
    Column("user_id", Text, ForeignKey("users.id")),
    counter("number"),  # rises per enrollment; 0 for what concerns none
    Column("status", Text),  # the enrollment's, when it happened
    Column("state", Text, nullable=False, server_default="pending"),
    Column("code", Text),  # why it is held, or failed
    Column("batch", Text),  # which message to the owner it goes with
    moment("batched_at"),
    Column("round", Integer, nullable=False, server_default=text("1")),
    counter("tries"),  # of all rounds
    counter("failures"),  # of this round
    moment("next_try_at"),  # machine time
    moment("settled_at"),
    moment_now("created_at"),
    Index("ix_notices_endpoint_id", "endpoint_id", "id"),
    Index(
        "ix_notices_waiting",
        "user_id",
        "channel",
        "id",
        postgresql_where=text("user_id IS NOT NULL AND state IN ('pending', 'held')"),
    ),
    Index(
        "ix_notices_pending",
        "id",
        postgresql_where=text("endpoint_id IS NOT NULL AND state = 'pending'"),
    ),
    Index(
        "ix_notices_ended",
        "created_at",
        postgresql_where=text("state NOT IN ('pending', 'held')"),
    ),
    Index("ix_notices_event_id", "event_id"),
)

notice_attempts = Table(
    "notice_attempts",
    metadata,
    Column("notice_id", Text, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    workspace_column(),
    moment_now("at"),
    Column("http_status", Integer),
    Column("fault", Text),  # why no answer came, or why it counts as none
    Column("answer", Text, nullable=False, server_default=""),  # its beginning
    Column("took_ms", Integer, nullable=False),
)
