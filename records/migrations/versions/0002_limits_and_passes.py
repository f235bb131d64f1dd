"""Mailboxes may be edited; a lost run goes on in its pass; limits are rows; indexes."""

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
    op.create_table(
        "limits",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_limits_workspace_id"),
        sa.PrimaryKeyConstraint("account_id", "action", "period", name="pk_limits"),
    )
    op.execute(
        "INSERT INTO limits (account_id, action, period, workspace_id, most)"
        " SELECT id, 'email', 'day', workspace_id, daily_limit FROM mailboxes"
    )
    op.drop_column("mailboxes", "daily_limit")
    op.add_column("jobs", sa.Column("user_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE jobs j SET user_id = (SELECT id FROM users u"
        " WHERE u.workspace_id = j.workspace_id ORDER BY role, id LIMIT 1)"
    )
    op.alter_column("jobs", "user_id", nullable=False)
    op.create_foreign_key("fk_jobs_user_id", "jobs", "users", ["user_id"], ["id"])
    op.add_column("slots", sa.Column("action", sa.Text(), server_default="email", nullable=False))


def downgrade() -> None:
    op.drop_column("slots", "action")
    op.drop_column("jobs", "user_id")
    op.add_column(
        "mailboxes",
        sa.Column("daily_limit", sa.Integer(), server_default=sa.text("400"), nullable=False),
    )
    op.execute(
        "UPDATE mailboxes SET daily_limit = l.most FROM limits l WHERE l.account_id = mailboxes.id"
        " AND l.action = 'email' AND l.period = 'day'"
    )
    op.drop_table("limits")
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
