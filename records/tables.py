"""The tables. Every row of a workspace carries its id, and row-level security reads it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _workspace() -> Column[str]:
    return Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False)


def _at(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True))


def _now(name: str) -> Column[object]:
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    )


def _count(name: str, start: int = 0) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text(str(start)))


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def _json(name: str, default: str) -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text(f"'{default}'::jsonb"))


workspaces = Table(
    "workspaces", metadata, _id(), Column("name", Text, nullable=False), _now("created_at")
)

users = Table(
    "users",
    metadata,
    _id(),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # admin | user
    _now("created_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id(),
    _workspace(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of a 256-bit key
    Column("scopes", ARRAY(Text), nullable=False),
    _now("created_at"),
    _at("revoked_at"),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    _id(),
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("display_name", Text, nullable=False, server_default=""),
    Column("zone", Text),  # the identity's zone
    Column("spacing_ms", Integer, nullable=False, server_default=text("3000")),
    Column("state", Text, nullable=False),  # a domain.mailbox.MailboxState
    Column("code", Text),
    Column("detail", Text),
    _count("generation", 1),
    Column("grant", LargeBinary),  # encrypted, bound to this row
    Column("cursor", Text),
    _at("cursor_at"),
    _count("poll_failures"),
    _flag("paused"),
    _count("revision", 1),
    _now("created_at"),
    _now("updated_at"),
    _at("removed_at"),
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
    _workspace(),
    Column("most", Integer, nullable=False),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of the state parameter
    _workspace(),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _at("used_at"),
)

schedules = Table(
    "schedules",
    metadata,
    _id(),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("zone_source", Text, nullable=False),
    _json("windows", "[]"),
    Column("holidays", JSONB),
    _count("revision", 1),
    _now("created_at"),
    _now("updated_at"),
)

sequences = Table(
    "sequences",
    metadata,
    _id(),
    _workspace(),
    Column("owner_id", Text, ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id")),
    Column("schedule_id", Text, ForeignKey("schedules.id")),
    Column("follow_up_schedule_id", Text, ForeignKey("schedules.id")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    _flag("active"),
    _at("first_activated_at"),
    _count("switched"),  # how often it was switched: which fan-out is the newest
    _count("generation", 1),
    _json("last_check", "[]"),
    _count("revision", 1),
    _now("created_at"),
    _now("updated_at"),
    _at("archived_at"),
)

versions = Table(
    "versions",
    metadata,
    _id(),
    _workspace(),
    Column("sequence_id", Text, ForeignKey("sequences.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _json("steps", "[]"),
    _now("created_at"),
    UniqueConstraint("sequence_id", "number"),
)

candidates = Table(
    "candidates",
    metadata,
    _id(),
    _workspace(),
    Column("first_name", Text, nullable=False, server_default=""),
    Column("last_name", Text, nullable=False, server_default=""),
    _json("emails", "[]"),
    _json("phones", "[]"),
    Column("linkedin_url", Text),
    Column("zone", Text),
    Column("external_id", Text),
    Column("owner_external_id", Text),
    _json("fields", "{}"),
    _count("generation", 1),
    _count("revision", 1),
    _now("created_at"),
    _now("updated_at"),
    _at("removed_at"),
    Index(
        "uq_candidates_live_external_id",
        "workspace_id",
        "external_id",
        unique=True,
        postgresql_where=text("removed_at IS NULL AND external_id IS NOT NULL"),
    ),
)

enrollments = Table(
    "enrollments",
    metadata,
    _id(),
    _workspace(),
    Column("sequence_id", Text, ForeignKey("sequences.id"), nullable=False),
    Column("candidate_id", Text, ForeignKey("candidates.id"), nullable=False),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id")),
    Column("email_address_id", Text),
    Column("version", Integer, nullable=False),
    Column("round", Integer, nullable=False, server_default=text("1")),  # names the workflow
    # The round in which the present pass through the steps began. A run that was lost begins again
    # as the next round of the same pass: what it sent, or may have sent, stays known.
    Column("first_round", Integer, nullable=False, server_default=text("1")),
    Column("status", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("step_id", Text),
    _at("not_before"),
    _at("slot_at"),
    Column("wait_code", Text, nullable=False, server_default="scheduled"),
    _flag("started"),  # a start was put into the outbox
    _flag("paused"),
    _at("paused_until"),
    _flag("deactivated"),
    Column("hold_id", Text),
    Column("hold_code", Text),
    Column("ended_code", Text),
    _at("ended_at"),
    _count("facts"),  # the number of the newest fact
    _count("switched"),  # the newest switch of the sequence that it was told of
    Column("run_id", Text),
    _count("clock_offset_ms"),
    _now("created_at"),
    _now("updated_at"),
    UniqueConstraint("sequence_id", "candidate_id"),
    Index("ix_enrollments_listing", "workspace_id", "sequence_id", "id"),
    Index("ix_enrollments_candidate_id", "candidate_id"),
    Index("ix_enrollments_live", "id", postgresql_where=text("started AND ended_code IS NULL")),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    _workspace(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("state", Text, nullable=False),  # a domain.delivery.DeliveryState
    _count("fence", 1),
    _count("failures"),  # answers of the provider that were failures
    Column("to_address", Text),
    Column("subject", Text),
    Column("html", Text),
    Column("text", Text),
    Column("mime", LargeBinary),
    Column("draft_id", Text),
    Column("baseline", Text),  # the inbox cursor when the draft was made
    Column("provider_message_id", Text),
    Column("message_id", Text),
    Column("own_message_id", Text),
    Column("thread_id", Text),
    _json("reference_ids", "[]"),
    Column("detail", Text),
    _flag("sent_before_stop"),
    _at("sent_at"),  # business time
    _now("created_at"),
    _now("updated_at"),
    Index("ix_deliveries_enrollment_id", "enrollment_id"),
    Index(
        "ix_deliveries_submitting",
        "enrollment_id",
        postgresql_where=text("state = 'submitting'"),
    ),
    Index("ix_deliveries_thread", "mailbox_id", "thread_id"),
    Index("ix_deliveries_message_id", "message_id"),
)

slots = Table(
    "slots",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("slot_at", DateTime(timezone=True), primary_key=True),
    _workspace(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("action", Text, nullable=False, server_default="email"),  # a domain.limits.ActionKind
    _flag("used"),
    UniqueConstraint("enrollment_id", "step_id", "round"),
)

holds = Table(
    "holds",
    metadata,
    _id(),
    _workspace(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("mailbox_id", Text),
    Column("candidate_id", Text, nullable=False),
    Column("sequence_id", Text, nullable=False),
    _now("created_at"),
    _at("released_at"),
    Column("released_by", Text),
    Index("ix_holds_open_mailbox", "mailbox_id", postgresql_where=text("released_at IS NULL")),
    Index(
        "ix_holds_open_candidate",
        "candidate_id",
        postgresql_where=text("released_at IS NULL"),
    ),
    Index(
        "ix_holds_open_sequence",
        "sequence_id",
        postgresql_where=text("released_at IS NULL"),
    ),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _workspace(),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column("thread_id", Text),
    Column("enrollment_id", Text, ForeignKey("enrollments.id")),
    Column("kind", Text, nullable=False),
    Column("from_address", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("message_id", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),  # the provider's clock
    _now("created_at"),
    UniqueConstraint("mailbox_id", "provider_message_id"),
    Index("ix_messages_enrollment_id", "enrollment_id"),
)

candidate_events = Table(
    "candidate_events",
    metadata,
    _id(),
    _workspace(),
    Column("candidate_id", Text, ForeignKey("candidates.id"), nullable=False),
    Column("type", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    _at("occurred_at"),
    _now("created_at"),
    UniqueConstraint("workspace_id", "type", "external_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    _workspace(),
    Column("workflow_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # start | signal
    Column("signal", Text),
    Column("subject_id", Text, nullable=False),  # enrollment, mailbox or sequence
    _json("payload", "{}"),
    _flag("urgent"),
    _count("failures"),
    Column("fault", Text),
    _at("claimed_until"),
    _at("delivered_at"),
    Column("outcome", Text),  # delivered | ended | skipped
    _at("parked_at"),
    _now("created_at"),
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
    _id(),
    _workspace(),
    Column("event", Text, nullable=False),  # a domain.codes.LogEvent
    Column("code", Text),
    Column("at", DateTime(timezone=True), nullable=False),  # business time
    _now("recorded_at"),
    Column("enrollment_id", Text),
    Column("sequence_id", Text),
    Column("mailbox_id", Text),
    Column("candidate_id", Text),
    Column("step_id", Text),
    Column("workflow_id", Text),
    Column("run_id", Text),
    Column("activity_id", Text),
    _json("detail", "{}"),
    Index("ix_log_events_enrollment_id", "enrollment_id", "id"),
    Index("ix_log_events_sequence_id", "sequence_id", "id"),
    Index("ix_log_events_mailbox_id", "mailbox_id", "id"),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("refused", Integer, nullable=False, server_default=text("0")),
    _now("created_at"),
    _at("finished_at"),
)

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True),
    Column("index", Integer, primary_key=True),
    _workspace(),
    Column("result", Text, nullable=False),
    Column("enrollment_id", Text),
    Column("code", Text),
    _json("errors", "[]"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _workspace(),
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _now("created_at"),
)

rls_probe = Table(
    "rls_probe",
    metadata,
    _workspace(),
    Column("id", Integer, primary_key=True),
)

SYSTEM_TABLES = (
    api_keys,
    users,
    outbox,
    oauth_states,
    enrollments,
    versions,
    sequences,
    mailboxes,
    idempotency_keys,
)
"""What `reprise_system` may see across workspaces: relay, sweeps, reconcile and look-ups of keys
and OAuth states. Content (candidates, deliveries, messages) is not among them."""
