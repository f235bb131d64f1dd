"""Answers kept for a day, so that a repeated request gets the same one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text


class InProgress(Exception):
    """The first request with this key is still running."""


class KeyReused(Exception):
    """The key came before with another request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An answer given before."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_READ = text(
    "SELECT digest, status, headers, body FROM idempotency_keys WHERE user_id = :user_id"
    " AND key = :key AND created_at > clock_timestamp() - interval '24 hours'"
)
_KEEP = text(
    "INSERT INTO idempotency_keys (workspace_id, user_id, key, digest, status, headers, body)"
    " VALUES (:workspace_id, :user_id, :key, :digest, :status, CAST(:headers AS jsonb), :body)"
    " ON CONFLICT (user_id, key) DO UPDATE SET digest = excluded.digest,"
    " status = excluded.status, headers = excluded.headers, body = excluded.body,"
    " created_at = clock_timestamp()"
)


def begin(connection: Connection, *, user_id: str, key: str, digest: bytes) -> Kept | None:
    """Take the key for this transaction, or give the answer of the request before.

    Raises InProgress and KeyReused.
    """
    if not connection.execute(_LOCK, {"name": f"{user_id}:{key}"}).scalar_one():
        raise InProgress
    row = connection.execute(_READ, {"user_id": user_id, "key": key}).first()
    if row is None:
        return None
    if bytes(row.digest) != digest:
        raise KeyReused
    return Kept(status=row.status, headers=row.headers, body=bytes(row.body))


def keep(
    connection: Connection,
    *,
    workspace_id: str,
    user_id: str,
    key: str,
    digest: bytes,
    answer: Kept,
) -> None:
    """Keep an answer in the transaction of what it tells of."""
    connection.execute(
        _KEEP,
        {
            "workspace_id": workspace_id,
            "user_id": user_id,
            "key": key,
            "digest": digest,
            "status": answer.status,
            "headers": json.dumps(dict(answer.headers)),
            "body": answer.body,
        },
    )
