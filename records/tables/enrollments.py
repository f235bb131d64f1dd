"""One candidate in one sequence: its row, slots, deliveries, holds and messages."""

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
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

enrollments = Table(
    "enrollments",
    metadata,
    id_column(),
    workspace_column(),
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
    moment("not_before"),
    moment("slot_at"),
    Column("wait_code", Text, nullable=False, server_default="scheduled"),
    flag("started"),  # a start was put into the outbox
    flag("paused"),
    moment("paused_until"),
    Column("pause_code", Text),  # why, where no person did it
    flag("deactivated"),
    moment("frozen_at"),  # business time: since when a pause stops the delay that was running
    Column("hold_id", Text),
    Column("hold_code", Text),
    Column("ended_code", Text),
    moment("ended_at"),
    Column("ended_too", Text),  # the first later stop's code: it holds where the first is undone
    counter("facts"),  # the number of the newest fact
    counter("switched"),  # the newest switch of the sequence that it was told of
    counter("told"),  # the number of the newest event that somebody was told of
    counter("surprises"),  # tries in a row that broke down by a fault of ours
    Column("run_id", Text),
    counter("clock_offset_ms"),
    moment_now("created_at"),
    moment_now("updated_at"),
    UniqueConstraint("sequence_id", "candidate_id"),
    Index("ix_enrollments_listing", "workspace_id", "sequence_id", "id"),
    Index("ix_enrollments_candidate_id", "candidate_id"),
    Index("ix_enrollments_live", "id", postgresql_where=text("started AND ended_code IS NULL")),
)

slots = Table(
    "slots",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("slot_at", DateTime(timezone=True), primary_key=True),
    workspace_column(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("action", Text, nullable=False, server_default="email"),  # a domain.limits.ActionKind
    flag("used"),
    UniqueConstraint("enrollment_id", "step_id", "round"),
)

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    workspace_column(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("state", Text, nullable=False),  # a domain.delivery.DeliveryState
    counter("fence", 1),
    counter("failures"),  # answers of the provider that were failures
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
    json_column("reference_ids", "[]"),
    Column("detail", Text),
    moment("submitting_at"),  # machine time: when a try last announced the send
    flag("sent_before_stop"),
    moment("sent_at"),  # business time
    moment("accepted_at"),  # by the provider's clock, where it tells
    moment_now("created_at"),
    moment_now("updated_at"),
    Index("ix_deliveries_enrollment_id", "enrollment_id"),
    Index(
        "ix_deliveries_submitting",
        "enrollment_id",
        postgresql_where=text("state = 'submitting'"),
    ),
    Index("ix_deliveries_thread", "mailbox_id", "thread_id"),
    Index("ix_deliveries_message_id", "message_id"),
    Index("ix_deliveries_own_message_id", "own_message_id"),
)

holds = Table(
    "holds",
    metadata,
    id_column(),
    workspace_column(),
    Column("enrollment_id", Text, ForeignKey("enrollments.id"), nullable=False),
    Column("step_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("mailbox_id", Text),
    Column("candidate_id", Text, nullable=False),
    Column("sequence_id", Text, nullable=False),
    moment_now("created_at"),
    moment("released_at"),
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
    id_column(),
    workspace_column(),
    Column("mailbox_id", Text, ForeignKey("mailboxes.id"), nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column("thread_id", Text),
    Column("enrollment_id", Text, ForeignKey("enrollments.id")),
    Column("candidate_id", Text, ForeignKey("candidates.id")),
    Column("delivery_id", Text, ForeignKey("deliveries.id")),  # the send that it is about
    Column("matched_by", Text, nullable=False, server_default="thread"),  # a matching.MatchedBy
    Column("match_reason", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),  # a domain.inbound.MailKind
    Column("confidence", Float, nullable=False, server_default=text("0")),
    Column("evidence", Text, nullable=False, server_default=""),
    Column("category", Text),  # of a reply: a domain.inbound.ReplyCategory
    Column("auto", Text),  # of an automatic answer: a domain.inbound.AutoKind
    Column("returns_on", Date),  # of an absence
    Column("recipient", Text),  # of a bounce
    Column("status_code", Text),  # of a bounce (RFC 3463)
    Column("from_address", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("excerpt", Text, nullable=False, server_default=""),  # bounded; never what it quotes
    Column("message_id", Text),
    Column("received_at", DateTime(timezone=True), nullable=False),  # the provider's clock
    json_column("followed", "{}"),  # what was done about it, for people and for undoing it
    Column("first_kind", Text),  # what the rules said, where a person corrected it
    Column("corrected_by", Text),
    Column("correction", Text, nullable=False, server_default=""),
    moment("corrected_at"),
    moment_now("created_at"),
    UniqueConstraint("mailbox_id", "provider_message_id"),
    Index("ix_messages_enrollment_id", "enrollment_id"),
    Index("ix_messages_candidate_id", "candidate_id"),
    Index("ix_messages_message_id", "mailbox_id", "message_id"),
)  #: Answers to what we sent, and what mail systems say of it; nothing else of an inbox is kept.
