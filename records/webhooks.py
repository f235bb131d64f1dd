"""Webhook endpoints: made, changed, their secrets rotated, taken out."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, text, update

from domain.codes import LogEvent
from domain.ids import Prefix
from domain.webhooks import OVERLAP, SECRET_BYTES, EndpointState
from records import log
from records.ids import fresh
from records.tables import webhook_endpoints
from records.vault import Vault

MOST = 50  #: Endpoints of a workspace.

_SWITCH_OFF = text(
    "UPDATE webhook_endpoints SET state = 'disabled', disabled_why = :why,"
    " updated_at = clock_timestamp() WHERE id = :id AND state = 'enabled'"
    " RETURNING workspace_id, user_id"
)
_STOP = text(
    "UPDATE notices SET state = 'stopped', next_try_at = NULL, settled_at = clock_timestamp()"
    " WHERE endpoint_id = :id AND state = 'pending'"
)


class TooMany(Exception):
    """A workspace has as many endpoints as it may have."""


class Endpoints:
    """Endpoints with their secrets, which only this class opens."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def make(
        self, connection: Connection, workspace_id: str, user_id: str, values: Mapping[str, Any]
    ) -> tuple[str, bytes]:
        """Add an endpoint; gives its id and its secret, which nobody is shown again."""
        live = select(func.count()).where(webhook_endpoints.c.removed_at.is_(None))
        if connection.execute(live).scalar_one() >= MOST:
            raise TooMany
        endpoint_id, secret = fresh(Prefix.WEBHOOK_ENDPOINT), secrets.token_bytes(SECRET_BYTES)
        connection.execute(
            insert(webhook_endpoints).values(
                id=endpoint_id,
                workspace_id=workspace_id,
                user_id=user_id,
                secret=self._seal(endpoint_id, secret),
                **values,
            )
        )
        return endpoint_id, secret

    def rotate(self, connection: Connection, endpoint_id: str) -> bytes:
        """Give it a new secret; the present one goes on signing beside it for the overlap."""
        secret = secrets.token_bytes(SECRET_BYTES)
        connection.execute(
            update(webhook_endpoints)
            .where(webhook_endpoints.c.id == endpoint_id)
            .values(
                previous_secret=webhook_endpoints.c.secret,
                previous_until=func.clock_timestamp() + _seconds(OVERLAP),
                secret=self._seal(endpoint_id, secret),
                revision=webhook_endpoints.c.revision + 1,
                updated_at=func.clock_timestamp(),
            )
        )
        return secret

    def secrets_of(self, row: RowMapping) -> list[bytes]:
        """Open the secrets that sign now, the newest first; `row` says whether two do."""
        sealed = [row["secret"], row["previous_secret"]] if row["overlaps"] else [row["secret"]]
        return [self._vault.open(bytes(one), owner=_owner(row["endpoint_id"])) for one in sealed]

    def _seal(self, endpoint_id: str, secret: bytes) -> bytes:
        return self._vault.seal(secret, owner=_owner(endpoint_id))


def one(connection: Connection, endpoint_id: str) -> RowMapping | None:
    """Read an endpoint that was not taken out."""
    query = select(webhook_endpoints).where(
        webhook_endpoints.c.id == endpoint_id, webhook_endpoints.c.removed_at.is_(None)
    )
    return connection.execute(query).mappings().first()


def listed(connection: Connection, *, after: str, limit: int) -> Sequence[RowMapping]:
    """Read a page of endpoints, oldest first."""
    query = (
        select(webhook_endpoints)
        .where(webhook_endpoints.c.id > after, webhook_endpoints.c.removed_at.is_(None))
        .order_by(webhook_endpoints.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def change(connection: Connection, endpoint_id: str, values: Mapping[str, Any]) -> None:
    """Change what is given; one that is switched on again begins without a history of failures."""
    own = dict(values)
    if own.get("state") == EndpointState.ENABLED.value:
        own |= {"disabled_why": None, "failing_since": None}
    connection.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(
            **own,
            revision=webhook_endpoints.c.revision + 1,
            updated_at=func.clock_timestamp(),
        )
    )
    if own.get("state") == EndpointState.DISABLED.value:
        connection.execute(_STOP, {"id": endpoint_id})


def remove(connection: Connection, endpoint_id: str) -> None:
    """Take an endpoint out; what was on its way to it stops."""
    change(connection, endpoint_id, {"state": EndpointState.DISABLED.value})
    connection.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(removed_at=func.clock_timestamp())
    )


def switch_off(connection: Connection, endpoint_id: str, why: str) -> bool:
    """Stop telling an endpoint, log it, and let who made it know; again changes nothing."""
    row = connection.execute(_SWITCH_OFF, {"id": endpoint_id, "why": why}).mappings().first()
    if row is None:
        return False
    connection.execute(_STOP, {"id": endpoint_id})
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.WEBHOOK_DISABLED,
        code=None,
        at=None,
        detail={"endpoint_id": endpoint_id, "owner_id": row["user_id"], "why": why},
    )
    return True


def _seconds(span: timedelta) -> Any:
    return text(f"interval '{int(span.total_seconds())} seconds'")


def _owner(endpoint_id: str) -> str:
    return f"webhook_endpoints:{endpoint_id}:secret"
