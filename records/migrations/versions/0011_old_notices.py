"""Notices that came to an end are forgotten after a while, their tries with them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FOREIGN_KEY = "fk_notice_attempts_notice_id"


def upgrade() -> None:
    _refer(ondelete="CASCADE")
    op.create_index(
        "ix_notices_pending",
        "notices",
        ["id"],
        postgresql_where=sa.text("endpoint_id IS NOT NULL AND state = 'pending'"),
    )
    op.create_index(
        "ix_notices_ended",
        "notices",
        ["created_at"],
        postgresql_where=sa.text("state NOT IN ('pending', 'held')"),
    )


def _refer(*, ondelete: str | None) -> None:
    op.drop_constraint(_FOREIGN_KEY, "notice_attempts", type_="foreignkey")
    op.create_foreign_key(
        _FOREIGN_KEY, "notice_attempts", "notices", ["notice_id"], ["id"], ondelete=ondelete
    )


def downgrade() -> None:
    op.drop_index("ix_notices_ended", "notices")
    op.drop_index("ix_notices_pending", "notices")
    _refer(ondelete=None)
