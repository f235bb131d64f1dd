"""Sources of interviews, and the events that they told."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NOW = sa.text("clock_timestamp()")
_JSON = sa.text("'{}'::jsonb")


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _moment_now(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=_NOW, nullable=False)


def _counter(name: str, start: str = "0") -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text(start), nullable=False)


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("detail", sa.Text()),
        sa.Column("subdomain", sa.Text()),
        sa.Column("credentials", sa.LargeBinary()),
        sa.Column("cursor", sa.Text()),
        _moment("polled_at"),
        _counter("poll_failures"),
        _moment("heard_at"),
        _moment("refused_at"),
        sa.Column("refusal", sa.Text()),
        _counter("revision", "1"),
        _moment_now("created_at"),
        _moment_now("updated_at"),
        _moment("removed_at"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_sources_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sources"),
    )
    op.create_index("ix_sources_workspace_id", "sources", ["workspace_id", "id"])
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text()),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("happening", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("question", postgresql.JSONB(), server_default=_JSON, nullable=False),
        sa.Column("outcome", postgresql.JSONB(), server_default=_JSON, nullable=False),
        sa.Column("payload", sa.LargeBinary()),
        _counter("attempts"),
        _moment("next_at"),
        _moment_now("received_at"),
        _moment("done_at"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_webhook_events_workspace_id"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name="fk_webhook_events_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_events"),
        sa.UniqueConstraint("source_id", "event_id", name="uq_webhook_events_source_id_event_id"),
    )
    for name, columns, where, unique in (
        ("uq_webhook_events_nonce", ["source_id", "nonce"], "nonce IS NOT NULL", True),
        ("ix_webhook_events_open", ["source_id", "id"], "state = 'stored'", False),
        ("ix_webhook_events_payload", ["source_id", "received_at"], "payload IS NOT NULL", False),
    ):
        op.create_index(
            name, "webhook_events", columns, unique=unique, postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    op.drop_table("webhook_events")
    op.drop_table("sources")
