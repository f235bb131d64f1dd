"""Mailboxes may be edited; a lost run goes on in its own pass; two indexes for the relay."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_deliveries_submitting",
        "deliveries",
        ["enrollment_id"],
        postgresql_where=sa.text("state = 'submitting'"),
    )
    op.add_column(
        "mailboxes",
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column(
        "enrollments",
        sa.Column("first_round", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.drop_index("ix_outbox_open", table_name="outbox")
    _index_outbox(sa.text("urgent DESC"))


def downgrade() -> None:
    op.drop_index("ix_outbox_open", table_name="outbox")
    _index_outbox("urgent")
    op.drop_column("enrollments", "first_round")
    op.drop_column("mailboxes", "revision")
    op.drop_index("ix_deliveries_submitting", table_name="deliveries")


def _index_outbox(urgent: str | sa.TextClause) -> None:
    op.create_index(
        "ix_outbox_open",
        "outbox",
        [urgent, "id"],
        postgresql_where=sa.text("delivered_at IS NULL AND parked_at IS NULL"),
    )
