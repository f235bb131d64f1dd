"""Who works here: workspaces, users, keys, and the row that proves the fence."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from records.tables.base import id_column, metadata, moment, moment_now, workspace_column

_SEAL = text("sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))")

workspaces = Table(
    "workspaces",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False, server_default=_SEAL),  # signs opt-out tokens
    Column("notification_mailbox_id", Text),  # whose mailbox writes to owners
    moment_now("created_at"),
)

users = Table(
    "users",
    metadata,
    id_column(),
    workspace_column(),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # admin | user
    moment_now("created_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    workspace_column(),
    Column("user_id", Text, ForeignKey("users.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of a 256-bit key
    Column("scopes", ARRAY(Text), nullable=False),
    moment_now("created_at"),
    moment("revoked_at"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    workspace_column(),
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    moment_now("created_at"),
)

rls_probe = Table(
    "rls_probe",
    metadata,
    workspace_column(),
    Column("id", Integer, primary_key=True),
)
