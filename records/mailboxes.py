"""Mailboxes: made, connected, paused, removed, read."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, text, update

from domain.access import Access
from domain.codes import LogEvent, ReasonCode
from domain.holds import ResourceKind
from domain.ids import Prefix
from domain.limits import ActionKind, Limit, Period
from domain.mailbox import MailboxState
from records import blocks, holds, limits, log, outbox, rebooking
from records.database import Database
from records.grants import GrantStore
from records.ids import fresh
from records.tables import mailboxes, oauth_states

STATE_LIFE = timedelta(minutes=15)

_SEEN = text(
    "SELECT m.*, extract(epoch FROM clock_timestamp() - m.cursor_at) AS cursor_age_seconds,"
    " (SELECT count(*) FROM deliveries d WHERE d.mailbox_id = m.id AND d.state = 'sent'"
    "  AND (d.sent_at AT TIME ZONE coalesce(m.zone, 'UTC'))::date"
    "   = (clock_timestamp() AT TIME ZONE coalesce(m.zone, 'UTC'))::date) AS sent_today,"
    " (SELECT count(*) FROM slots s WHERE s.account_id = m.id AND NOT s.used) AS booked,"
    " (SELECT min(slot_at) FROM slots s WHERE s.account_id = m.id AND NOT s.used) AS next_slot_at,"
    " (SELECT count(*) FROM deliveries d WHERE d.mailbox_id = m.id AND d.state = 'submitting')"
    " AS in_flight,"
    " (SELECT most FROM limits l WHERE l.account_id = m.id AND l.action = 'email'"
    "  AND l.period = 'day') AS daily_limit"
    " FROM mailboxes m WHERE m.removed_at IS NULL AND (:id = '' OR m.id = :id)"
    " AND m.id > :after ORDER BY m.id LIMIT :limit"
)


_REVISED: Mapping[str, Any] = {
    "revision": mailboxes.c.revision + 1,
    "updated_at": func.clock_timestamp(),
}


class AddressTaken(Exception):
    """A live mailbox has this address."""


def make(
    connection: Connection, workspace_id: str, values: dict[str, Any], *, daily_limit: int
) -> str:
    """Make a mailbox with its daily limit, or revive the removed one of its address."""
    query = (
        select(mailboxes.c.id, mailboxes.c.removed_at)
        .where(mailboxes.c.address == values["address"])
        .order_by(mailboxes.c.created_at.desc())
        .with_for_update()
    )
    known = connection.execute(query).first()
    if known is not None and known.removed_at is None:
        raise AddressTaken
    row = {**values, "state": MailboxState.CONNECTING.value, "code": None, "removed_at": None}
    if known is not None:
        connection.execute(
            update(mailboxes)
            .where(mailboxes.c.id == known.id)
            .values(**row, generation=mailboxes.c.generation + 1)
        )
        limit_day(connection, workspace_id, known.id, daily_limit)
        return str(known.id)
    mailbox_id = fresh(Prefix.MAILBOX)
    connection.execute(insert(mailboxes).values(id=mailbox_id, workspace_id=workspace_id, **row))
    limit_day(connection, workspace_id, mailbox_id, daily_limit)
    return mailbox_id


def limit_day(connection: Connection, workspace_id: str, mailbox_id: str, most: int) -> None:
    """Set how many messages a mailbox may send a day."""
    limit = Limit(action=ActionKind.EMAIL, period=Period.DAY, most=most)
    limits.put(connection, workspace_id, mailbox_id, limit)


def change_daily_limit(
    connection: Connection, workspace_id: str, mailbox_id: str, most: int
) -> int:
    """Change the daily limit; what waits for a free day books anew. Returns how many do.

    Under the mailbox's lock, so that a step which is just deciding to wait hears of it.
    """
    blocks.lock(connection, mailbox_id)
    limit_day(connection, workspace_id, mailbox_id, most)
    full = (ReasonCode.MAILBOX_DAILY_LIMIT,)
    return rebooking.of_mailbox(connection, workspace_id, mailbox_id, full)


def listed(connection: Connection, *, after: str = "", limit: int = 100) -> list[RowMapping]:
    """Read mailboxes with what is sent and booked."""
    values = {"id": "", "after": after, "limit": limit}
    return list(connection.execute(_SEEN, values).mappings())


def one(connection: Connection, mailbox_id: str) -> RowMapping | None:
    """Read one mailbox."""
    values = {"id": mailbox_id, "after": "", "limit": 1}
    return connection.execute(_SEEN, values).mappings().first()


def days_booked(connection: Connection, mailbox_id: str) -> list[RowMapping]:
    """Count what was sent and what is booked on each local day of the mailbox, from today on."""
    return list(connection.execute(_DAYS, {"id": mailbox_id}).mappings())


_DAYS = text(
    "SELECT (s.slot_at AT TIME ZONE coalesce(m.zone, 'UTC'))::date AS day,"
    " count(*) FILTER (WHERE s.used) AS sent, count(*) FILTER (WHERE NOT s.used) AS booked"
    " FROM slots s JOIN mailboxes m ON m.id = s.account_id WHERE m.id = :id"
    " AND s.slot_at >= date_trunc('day', clock_timestamp() AT TIME ZONE coalesce(m.zone, 'UTC'))"
    "  AT TIME ZONE coalesce(m.zone, 'UTC') GROUP BY day ORDER BY day LIMIT 31"
)


def await_consent(
    connection: Connection,
    workspace_id: str,
    mailbox_id: str,
    *,
    provider: str,
    state: str,
    verifier: str,
) -> None:
    """Remember a consent that was begun; its state is kept as a hash and works once."""
    connection.execute(
        insert(oauth_states).values(
            digest=_digest(state),
            workspace_id=workspace_id,
            mailbox_id=mailbox_id,
            provider=provider,
            verifier=verifier,
            expires_at=func.clock_timestamp() + STATE_LIFE,
        )
    )


def take_consent(database: Database, provider: str, state: str) -> RowMapping | None:
    """Find and use up the consent that a state belongs to."""
    query = (
        update(oauth_states)
        .where(
            oauth_states.c.digest == _digest(state),
            oauth_states.c.provider == provider,
            oauth_states.c.used_at.is_(None),
            oauth_states.c.expires_at > func.clock_timestamp(),
        )
        .values(used_at=func.clock_timestamp())
        .returning(oauth_states)
    )
    with database.system() as connection:
        return connection.execute(query).mappings().first()


def connected(
    connection: Connection, workspace_id: str, mailbox_id: str, store: GrantStore, access: Access
) -> int:
    """Keep what opens it, and let everything go on that this mailbox held; returns how many."""
    store.put(connection, mailbox_id, access)
    connection.execute(
        update(mailboxes)
        .where(mailboxes.c.id == mailbox_id)
        .values(
            state=MailboxState.CONNECTED.value,
            code=None,
            detail=None,
            generation=mailboxes.c.generation + 1,
            updated_at=func.clock_timestamp(),
        )
    )
    _log(connection, workspace_id, mailbox_id, LogEvent.MAILBOX_CONNECTED, {})
    outbox.signal_mailbox(connection, workspace_id, mailbox_id, "connected")
    return holds.release(connection, workspace_id, ResourceKind.MAILBOX, mailbox_id)


def remove(connection: Connection, workspace_id: str, mailbox_id: str) -> None:
    """Take a mailbox out of the workspace; its grant is forgotten."""
    connection.execute(
        update(mailboxes)
        .where(mailboxes.c.id == mailbox_id)
        .values(
            removed_at=func.clock_timestamp(),
            grant=None,
            generation=mailboxes.c.generation + 1,
        )
    )
    _log(connection, workspace_id, mailbox_id, LogEvent.MAILBOX_REMOVED, {})
    outbox.signal_mailbox(connection, workspace_id, mailbox_id, "removed")


def change(connection: Connection, mailbox_id: str, values: Mapping[str, Any]) -> None:
    """Change what a mailbox allows; slots that are booked stay."""
    connection.execute(
        update(mailboxes).where(mailboxes.c.id == mailbox_id).values(**values, **_REVISED)
    )


def pause(connection: Connection, workspace_id: str, mailbox_id: str, *, reason: str) -> None:
    """Let nothing leave from it and read nothing: what comes due is held until `resume`."""
    if _set_paused(connection, mailbox_id, paused=True):
        _log(connection, workspace_id, mailbox_id, LogEvent.MAILBOX_PAUSED, {"reason": reason})
        outbox.signal_mailbox(connection, workspace_id, mailbox_id, "paused")


def resume(connection: Connection, workspace_id: str, mailbox_id: str) -> None:
    """Lift `pause` and any block, and let everything go on that waited for them."""
    blocks.lift(connection, workspace_id, mailbox_id)
    if _set_paused(connection, mailbox_id, paused=False):
        _log(connection, workspace_id, mailbox_id, LogEvent.MAILBOX_RESUMED, {})
        outbox.signal_mailbox(connection, workspace_id, mailbox_id, "resumed")
        holds.release(connection, workspace_id, ResourceKind.MAILBOX, mailbox_id)


def _set_paused(connection: Connection, mailbox_id: str, *, paused: bool) -> bool:
    changed = connection.execute(
        update(mailboxes)
        .where(mailboxes.c.id == mailbox_id, mailboxes.c.paused != paused)
        .values(paused=paused, generation=mailboxes.c.generation + 1, **_REVISED)
    )
    return changed.rowcount > 0


def _log(
    connection: Connection,
    workspace_id: str,
    mailbox_id: str,
    event: LogEvent,
    detail: Mapping[str, Any],
) -> None:
    log.write(
        connection,
        workspace_id=workspace_id,
        event=event,
        code=None,
        at=None,
        mailbox_id=mailbox_id,
        detail=detail,
    )


def polled_at(connection: Connection, mailbox_id: str) -> Any:
    """Say when the inbox was last read (machine time)."""
    query = select(mailboxes.c.cursor_at).where(mailboxes.c.id == mailbox_id)
    return connection.execute(query).scalar_one_or_none()


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
