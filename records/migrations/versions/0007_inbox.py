"""What comes in: classes with their evidence, what followed, and inboxes that cannot be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=default is None, server_default=default)


def upgrade() -> None:
    for name, table in (
        ("candidate_id", "candidates"),
        ("delivery_id", "deliveries"),
    ):
        op.add_column("messages", sa.Column(name, sa.Text(), nullable=True))
        op.create_foreign_key(f"fk_messages_{name}", "messages", table, [name], ["id"])
    for column in (
        _text("matched_by", "thread"),
        _text("match_reason", ""),
        sa.Column("confidence", sa.Float(), nullable=False, server_default=sa.text("0")),
        _text("evidence", ""),
        _text("category"),
        _text("auto"),
        sa.Column("returns_on", sa.Date(), nullable=True),
        _text("recipient"),
        _text("status_code"),
        _text("excerpt", ""),
        sa.Column("followed", JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
        _text("first_kind"),
        _text("corrected_by"),
        _text("correction", ""),
        sa.Column("corrected_at", _MOMENT, nullable=True),
    ):
        op.add_column("messages", column)
    op.create_index("ix_messages_candidate_id", "messages", ["candidate_id"])
    op.create_index("ix_messages_message_id", "messages", ["mailbox_id", "message_id"])
    op.execute("DELETE FROM messages WHERE kind = 'own' OR enrollment_id IS NULL")
    op.execute("UPDATE messages SET kind = 'auto_reply' WHERE kind = 'automatic'")
    op.execute(
        "UPDATE messages SET candidate_id = e.candidate_id FROM enrollments e"
        " WHERE e.id = messages.enrollment_id"
    )
    op.add_column("enrollments", sa.Column("pause_code", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("accepted_at", _MOMENT, nullable=True))
    op.create_index("ix_deliveries_own_message_id", "deliveries", ["own_message_id"])
    op.add_column("mailboxes", sa.Column("deaf_since", _MOMENT, nullable=True))
    op.add_column("sequences", _text("out_of_office", "end"))


def downgrade() -> None:
    op.drop_column("sequences", "out_of_office")
    op.drop_column("mailboxes", "deaf_since")
    op.drop_index("ix_deliveries_own_message_id", "deliveries")
    op.drop_column("deliveries", "accepted_at")
    op.drop_column("enrollments", "pause_code")
    op.execute("UPDATE messages SET kind = 'automatic' WHERE kind <> 'reply'")
    for name in ("ix_messages_candidate_id", "ix_messages_message_id"):
        op.drop_index(name, "messages")
    for name in (
        *("candidate_id", "delivery_id", "matched_by", "match_reason", "confidence", "evidence"),
        *("category", "auto", "returns_on", "recipient", "status_code", "excerpt", "followed"),
        *("first_kind", "corrected_by", "correction", "corrected_at"),
    ):
        op.drop_column("messages", name)
