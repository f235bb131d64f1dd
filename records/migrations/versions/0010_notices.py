"""Telling owners and endpoints of every stop and every error."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def _now(name: str) -> sa.Column[Any]:
    return sa.Column(name, _MOMENT, server_default=sa.text("clock_timestamp()"), nullable=False)


def _counter(name: str, start: int = 0) -> sa.Column[Any]:
    given = sa.text(str(start))
    return sa.Column(name, sa.BigInteger(), server_default=given, nullable=False)


def _text(name: str, default: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("notification_mailbox_id", sa.Text()))
    op.add_column("enrollments", _counter("told"))
    _make_endpoints()
    _make_channels()
    _make_notices()
    _make_attempts()


def _make_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        _text("description", ""),
        sa.Column(
            "events",
            postgresql.JSONB(),
            server_default=sa.text("'[\"*\"]'::jsonb"),
            nullable=False,
        ),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary()),
        sa.Column("previous_until", _MOMENT),
        _text("state", "enabled"),
        sa.Column("disabled_why", sa.Text()),
        sa.Column("failing_since", _MOMENT),
        _counter("revision", 1),
        _now("created_at"),
        _now("updated_at"),
        sa.Column("removed_at", _MOMENT),
        _key("webhook_endpoints", "workspace_id", "workspaces"),
        _key("webhook_endpoints", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index(
        "ix_webhook_endpoints_live",
        "webhook_endpoints",
        ["workspace_id"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _make_channels() -> None:
    op.create_table(
        "notice_channels",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("secret", sa.LargeBinary()),
        _text("mode"),
        _text("daily_at", "08:00"),
        _text("zone", "UTC"),
        sa.Column("disabled_why", sa.Text()),
        sa.Column("due_at", _MOMENT),
        _counter("failures"),
        _now("created_at"),
        _now("updated_at"),
        _key("notice_channels", "user_id", "users"),
        _key("notice_channels", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("user_id", "channel", name="pk_notice_channels"),
    )


def _make_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text()),
        sa.Column("user_id", sa.Text()),
        _counter("number"),
        sa.Column("status", sa.Text()),
        _text("state", "pending"),
        sa.Column("code", sa.Text()),
        sa.Column("batch", sa.Text()),
        sa.Column("batched_at", _MOMENT),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _counter("tries"),
        _counter("failures"),
        sa.Column("next_try_at", _MOMENT),
        sa.Column("settled_at", _MOMENT),
        _now("created_at"),
        _key("notices", "workspace_id", "workspaces"),
        _key("notices", "endpoint_id", "webhook_endpoints"),
        _key("notices", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_endpoint_id", "notices", ["endpoint_id", "id"])
    op.create_index("ix_notices_event_id", "notices", ["event_id"])
    op.create_index(
        "ix_notices_waiting",
        "notices",
        ["user_id", "channel", "id"],
        postgresql_where=sa.text("user_id IS NOT NULL AND state IN ('pending', 'held')"),
    )


def _make_attempts() -> None:
    op.create_table(
        "notice_attempts",
        sa.Column("notice_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        _now("at"),
        sa.Column("http_status", sa.Integer()),
        sa.Column("fault", sa.Text()),
        _text("answer", ""),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        _key("notice_attempts", "notice_id", "notices"),
        _key("notice_attempts", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("notice_id", "number", name="pk_notice_attempts"),
    )


def downgrade() -> None:
    for table in ("notice_attempts", "notices", "notice_channels", "webhook_endpoints"):
        op.drop_table(table)
    op.drop_column("enrollments", "told")
    op.drop_column("workspaces", "notification_mailbox_id")
