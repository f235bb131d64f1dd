"""Mailboxes may be edited; sends on their way are found by an index."""

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


def downgrade() -> None:
    op.drop_column("mailboxes", "revision")
    op.drop_index("ix_deliveries_submitting", table_name="deliveries")
