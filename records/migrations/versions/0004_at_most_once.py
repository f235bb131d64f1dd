"""Sends in flight are leases; a mailbox may be blocked; contacts count; pauses have a start."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None

LEASES = 500  #: More than anybody allows; the setting says how many are used.

_MOMENT = sa.DateTime(timezone=True)
_MAILBOX = (
    ("blocked_until", _MOMENT, None),
    ("blocked_code", sa.Text(), None),
    ("blocked_times", sa.BigInteger(), "0"),
    ("probe_key", sa.Text(), None),
    ("send_failures", sa.BigInteger(), "0"),
    ("submitted_at", _MOMENT, None),
    ("swept_at", _MOMENT, None),
)


def upgrade() -> None:
    for name, kind, default in _MAILBOX:
        given = None if default is None else sa.text(default)
        column = sa.Column(name, kind, server_default=given, nullable=default is None)
        op.add_column("mailboxes", column)
    op.add_column("deliveries", sa.Column("submitting_at", _MOMENT))
    op.execute("UPDATE deliveries SET submitting_at = updated_at WHERE state = 'submitting'")
    op.add_column("enrollments", sa.Column("frozen_at", _MOMENT))
    op.execute("UPDATE enrollments SET frozen_at = updated_at WHERE paused OR deactivated")
    surprises = sa.Column("surprises", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    op.add_column("enrollments", surprises)
    op.create_table(
        "leases",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("mailbox_id", sa.Text()),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("expires_at", _MOMENT),
        sa.PrimaryKeyConstraint("number", name="pk_leases"),
        sa.UniqueConstraint("key", name="uq_leases_key"),
    )
    op.execute(f"INSERT INTO leases (number) SELECT generate_series(1, {LEASES})")
    op.create_table(
        "contacts",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("candidate_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_contacts_workspace_id"
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidates.id"], name="fk_contacts_candidate_id"
        ),
        sa.PrimaryKeyConstraint("month", "candidate_id", name="pk_contacts"),
    )
    op.create_index("ix_contacts_workspace_id", "contacts", ["workspace_id", "month"])


def downgrade() -> None:
    op.drop_table("contacts")
    op.drop_table("leases")
    op.drop_column("enrollments", "surprises")
    op.drop_column("enrollments", "frozen_at")
    op.drop_column("deliveries", "submitting_at")
    for name, _, _ in reversed(_MAILBOX):
        op.drop_column("mailboxes", name)
