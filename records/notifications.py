"""How an owner wants to be told: an address, a number or a hook, and a rhythm, per channel."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, select, text, update

from domain.notices import NoticeChannel
from records import outbox
from records.tables import notice_channels, workspaces
from records.vault import Vault

_PUT = text(
    "INSERT INTO notice_channels (user_id, channel, workspace_id, address, secret, mode, daily_at,"
    " zone) VALUES (:user_id, :channel, :workspace_id, :address, :secret, :mode, :daily_at, :zone)"
    " ON CONFLICT (user_id, channel) DO UPDATE SET address = excluded.address,"
    " secret = coalesce(excluded.secret, notice_channels.secret), mode = excluded.mode,"
    " daily_at = excluded.daily_at, zone = excluded.zone, disabled_why = NULL,"
    " due_at = NULL, failures = 0,"
    " updated_at = clock_timestamp()"
)
_RELEASE = text(
    "UPDATE notices SET state = 'pending', code = NULL, batch = NULL"
    " WHERE state = 'held' AND channel = :channel"
    " AND (CAST(:user_id AS text) IS NULL OR user_id = :user_id) RETURNING user_id"
)
_WAITING = text(
    "SELECT channel, count(*) FILTER (WHERE state = 'pending') AS pending,"
    " count(*) FILTER (WHERE state = 'held') AS held, min(code) FILTER (WHERE state = 'held')"
    " AS code FROM notices WHERE user_id = :user_id AND state IN ('pending', 'held')"
    " GROUP BY channel"
)


class Channels:
    """Owners' channels; a hook's URL is a secret, which only this class opens."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def put(
        self,
        connection: Connection,
        workspace_id: str,
        user_id: str,
        channel: NoticeChannel,
        values: Mapping[str, Any],
    ) -> None:
        """Write a channel anew: it is switched on again, and what it was set aside for goes on.

        `values`: address, hook (a URL; None keeps the one that is known), mode, daily_at, zone.
        """
        hook = values["hook"]
        owner = _owner(user_id, channel.value)
        connection.execute(
            _PUT,
            {
                "user_id": user_id,
                "channel": channel.value,
                "workspace_id": workspace_id,
                "address": values["address"],
                "secret": None if hook is None else self._vault.seal(hook.encode(), owner=owner),
                "mode": values["mode"],
                "daily_at": values["daily_at"],
                "zone": values["zone"],
            },
        )
        release(connection, channel, user_id=user_id)
        outbox.signal_notices(connection, workspace_id, user_id, channel.value, "changed")

    def hook_of(self, row: RowMapping) -> str | None:
        """Open a hook's URL."""
        if row["secret"] is None:
            return None
        owner = _owner(row["user_id"], row["channel"])
        return self._vault.open(bytes(row["secret"]), owner=owner).decode()


def of_user(connection: Connection, user_id: str) -> dict[str, RowMapping]:
    """Read a user's channels, by name."""
    query = select(notice_channels).where(notice_channels.c.user_id == user_id)
    return {row["channel"]: row for row in connection.execute(query).mappings()}


def waiting(connection: Connection, user_id: str) -> dict[str, RowMapping]:
    """Count what waits to be told to a user, by channel."""
    rows = connection.execute(_WAITING, {"user_id": user_id}).mappings()
    return {row["channel"]: row for row in rows}


def release(
    connection: Connection, channel: NoticeChannel, *, user_id: str | None = None
) -> set[str]:
    """Let go what was set aside for want of an address; gives whose it was."""
    values = {"channel": channel.value, "user_id": user_id}
    return set(connection.execute(_RELEASE, values).scalars())


def choose_mailbox(connection: Connection, workspace_id: str, mailbox_id: str | None) -> None:
    """Say which mailbox writes to owners; what waited for one goes on."""
    connection.execute(
        update(workspaces)
        .where(workspaces.c.id == workspace_id)
        .values(notification_mailbox_id=mailbox_id)
    )
    if mailbox_id is None:
        return
    for user_id in sorted(release(connection, NoticeChannel.EMAIL)):
        outbox.signal_notices(
            connection, workspace_id, user_id, NoticeChannel.EMAIL.value, "changed"
        )


def _owner(user_id: str, channel: str) -> str:
    return f"notice_channels:{user_id}:{channel}"
