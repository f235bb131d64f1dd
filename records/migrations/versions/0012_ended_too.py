"""What would have ended an enrollment, had it not ended before."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrollments", sa.Column("ended_too", sa.Text()))


def downgrade() -> None:
    op.drop_column("enrollments", "ended_too")
