"""Who sends: mailboxes, their limits and consents."""

from sqlalchemy import (
    Column,
    DateTime,
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
    flag,
    id_column,
    metadata,
    moment,
    moment_now,
    workspace_column,
)

mailboxes = Table(
    "mailboxes",
    metadata,
    id_column(),
    workspace_column(),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("display_name", Text, nullable=False, server_default=""),
    Column("zone", Text),  # the identity's zone
    Column("spacing_ms", Integer, nullable=False, server_default=text("3000")),
    Column("state", Text, nullable=False),  # a domain.mailbox.MailboxState
    Column("code", Text),
    Column("detail", Text),
    counter("generation", 1),
    Column("grant", LargeBinary),  # encrypted, bound to this row
    Column("cursor", Text),
    moment("cursor_at"),
    counter("poll_failures"),
    flag("paused"),
    counter("revision", 1),
    moment_now("created_at"),
    moment_now("updated_at"),
    moment("removed_at"),
    Index(
        "uq_mailboxes_live_address",
        "workspace_id",
        "address",
        unique=True,
        postgresql_where=text("removed_at IS NULL"),
    ),
)

limits = Table(
    "limits",
    metadata,
    Column("account_id", Text, primary_key=True),  # a mailbox, or another channel's account
    Column("action", Text, primary_key=True),  # a domain.limits.ActionKind
    Column("period", Text, primary_key=True),  # a domain.limits.Period
    workspace_column(),
    Column("most", Integer, nullable=False),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of the state parameter
    workspace_column(),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    moment("used_at"),
)
