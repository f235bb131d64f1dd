"""Who sends: mailboxes, their limits and consents."""

from sqlalchemy import (
    Column,
    Date,
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
    moment("blocked_until"),  # business time; until then nothing is tried
    Column("blocked_code", Text),  # why: a quota, its provider, or too many failures
    counter("blocked_times"),  # how often in a row
    Column("probe_key", Text),  # the delivery that tries first once the time is over
    counter("send_failures"),  # deliveries in a row that its provider did not take
    moment("submitted_at"),  # the newest send's answer, or its beginning while there is none
    Column("cursor", Text),
    moment("cursor_at"),
    moment("swept_at"),  # when drafts that nobody will send were last removed
    counter("poll_failures"),
    moment("deaf_since"),  # machine time: since when its inbox cannot be read
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

leases = Table(
    "leases",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key", Text, unique=True),  # the delivery that holds it; NULL when it is free
    Column("mailbox_id", Text),
    counter("fence"),
    moment("expires_at"),
)  #: The sends in flight, over all workspaces: ids only.

contacts = Table(
    "contacts",
    metadata,
    workspace_column(),
    Column("month", Date, primary_key=True),  # its first day, UTC
    Column("candidate_id", Text, ForeignKey("candidates.id"), primary_key=True),
    Index("ix_contacts_workspace_id", "workspace_id", "month"),
)  #: Who counts against a workspace's monthly limit of unique contacts; kept while there is one.

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
