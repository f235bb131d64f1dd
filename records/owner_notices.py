"""What an owner is told next over a channel: gathered, fixed as a batch, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, text

from domain.codes import LogEvent, ReasonCode
from domain.messages import NoticesStart
from domain.notice_ports import Batch, Later
from domain.notice_text import Item
from domain.notices import NoticeChannel
from domain.rhythm import Mode, Rhythm, next_digest
from records import log
from records.database import Database
from records.notifications import Channels

_CHANNEL = text(
    "SELECT c.*, m.id AS mailbox_id, m.address AS mailbox_address FROM notice_channels c"
    " JOIN workspaces w ON w.id = c.workspace_id"
    " LEFT JOIN mailboxes m ON m.id = w.notification_mailbox_id AND m.removed_at IS NULL"
    " WHERE c.user_id = :user_id AND c.channel = :channel FOR UPDATE OF c"
)
_NEXT = text(
    "SELECT id, batch, batched_at FROM notices WHERE user_id = :user_id AND channel = :channel"
    " AND state = 'pending' ORDER BY batch IS NULL, id LIMIT 1"
)
_TAKE = text(
    "UPDATE notices SET batch = :batch, batched_at = clock_timestamp() WHERE user_id = :user_id"
    " AND channel = :channel AND state = 'pending'"
)
_DUE = text(
    "UPDATE notice_channels SET due_at = :due_at WHERE user_id = :user_id AND channel = :channel"
)
_READ = text(
    "SELECT n.id, n.batched_at, l.event, l.code, l.at, l.enrollment_id, l.sequence_id,"
    " l.candidate_id, l.mailbox_id, l.step_id, s.name AS sequence,"
    " coalesce(l.enrollment_id, l.mailbox_id, l.detail ->> 'endpoint_id',"
    "  l.detail ->> 'source', l.sequence_id, l.id)"
    "  AS about,"
    " coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), m.address,"
    "  w.url, nullif(o.name, ''), o.kind, s.name, l.detail ->> 'channel', '') AS who"
    " FROM notices n JOIN log_events l ON l.id = n.event_id"
    " LEFT JOIN enrollments e ON e.id = l.enrollment_id"
    " LEFT JOIN candidates c ON c.id = coalesce(l.candidate_id, e.candidate_id)"
    " LEFT JOIN sequences s ON s.id = coalesce(l.sequence_id, e.sequence_id)"
    " LEFT JOIN mailboxes m ON m.id = l.mailbox_id AND l.enrollment_id IS NULL"
    " LEFT JOIN webhook_endpoints w ON w.id = l.detail ->> 'endpoint_id'"
    " LEFT JOIN sources o ON o.id = l.detail ->> 'source'"
    " WHERE n.user_id = :user_id AND n.channel = :channel AND n.state = 'pending'"
    " AND (CAST(:batch AS text) IS NULL OR n.batch = :batch) ORDER BY n.id"
)
_SETTLE = text(
    "UPDATE notices SET state = :state, code = :code, next_try_at = NULL,"
    " tries = tries + :tried, settled_at = clock_timestamp()"
    " WHERE user_id = :user_id AND channel = :channel AND state = 'pending'"
    " AND (CAST(:batch AS text) IS NULL OR batch = :batch)"
)
_AGAIN = text(
    "UPDATE notices SET tries = tries + 1, failures = failures + 1, code = :code,"
    " next_try_at = clock_timestamp() + CAST(:wait AS interval)"
    " WHERE user_id = :user_id AND channel = :channel AND state = 'pending' AND batch = :batch"
)
_FAILURES = text(
    "UPDATE notice_channels SET failures = :failures, disabled_why = :off"
    " WHERE user_id = :user_id AND channel = :channel"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a channel lacks to be used."""

    why: str
    code: ReasonCode | None = None


_NO_PHONE = Lack(why="The owner has no telephone number.", code=ReasonCode.OWNER_NO_PHONE)
_NO_ADDRESS = Lack(why="The owner has no e-mail address for notices.")
_NO_MAILBOX = Lack(why="The workspace has no notification mailbox.")
_NO_HOOK = Lack(why="The owner has no Slack hook.")


class OwnerNotices:
    """`domain.notice_ports.OwnerLedger` on Postgres; thread-safe."""

    def __init__(self, database: Database, channels: Channels) -> None:
        self._database = database
        self._channels = channels

    def begin(self, start: NoticesStart, at: datetime) -> Batch | Later | None:
        """Give what to tell now, or when; None when nothing waits."""
        with self._database.workspace(start.workspace_id) as connection:
            row = connection.execute(_CHANNEL, _who(start)).mappings().first()
            if row is None or row["mode"] == Mode.OFF.value or row["disabled_why"] is not None:
                _settle(connection, start, "stopped", None)
                return None
            first = connection.execute(_NEXT, _who(start)).mappings().first()
            if first is None:
                connection.execute(_DUE, {**_who(start), "due_at": None})
                return None
            lack = _lack(row)
            if lack is not None:
                _set_aside(connection, start, lack)
                return None
            if first["batch"] is None:
                due = _due(connection, start, row, at)
                if due is not None:
                    return Later(until=due)
                connection.execute(_TAKE, {**_who(start), "batch": first["id"]})
            return self._batch(connection, start, row, first["batch"] or first["id"])

    def told(self, start: NoticesStart, batch: Batch) -> None:
        """Note that a batch was taken."""
        with self._database.workspace(start.workspace_id) as connection:
            _settle(connection, start, "delivered", batch.id)
            connection.execute(_FAILURES, {**_who(start), "failures": 0, "off": None})

    def failed(
        self, start: NoticesStart, batch: Batch, why: str, *, wait: timedelta | None, gone: bool
    ) -> None:
        """Note a failed try; without `wait` it is given up; `gone` switches the channel off."""
        with self._database.workspace(start.workspace_id) as connection:
            connection.execute(_CHANNEL, _who(start))  # Its lock: settings may be written anew.
            failures = batch.failures + 1 if wait is not None else 0
            off = why if gone else None
            connection.execute(_FAILURES, {**_who(start), "failures": failures, "off": off})
            if wait is not None:
                values = {**_who(start), "batch": batch.id, "code": why[:200], "wait": wait}
                connection.execute(_AGAIN, values)
                return
            rows = connection.execute(_READ, {**_who(start), "batch": batch.id}).mappings().all()
            _settle(connection, start, "failed", batch.id, why=why)
            _log_failed(connection, start, rows, Lack(why=why))
            if gone:
                _log_off(connection, start, why)

    def _batch(
        self, connection: Connection, start: NoticesStart, row: RowMapping, batch: str
    ) -> Batch:
        found = connection.execute(_READ, {**_who(start), "batch": batch}).mappings().all()
        return Batch(
            id=batch,
            channel=NoticeChannel(start.channel),
            to=self._channels.hook_of(row) or row["address"],
            mailbox_id=row["mailbox_id"],
            mailbox_address=row["mailbox_address"] or "",
            items=[_item(one) for one in found],
            written_at=found[0]["batched_at"],
            failures=row["failures"],
        )


def _due(
    connection: Connection, start: NoticesStart, row: RowMapping, at: datetime
) -> datetime | None:
    """Say until when a digest waits; None: it is due, or told at once.

    The end of its period is stored with the first notice that waits for it, so a restart changes
    nothing, and taken away with the batch, so the next notice waits for the next period.
    """
    rhythm = Rhythm(mode=Mode(row["mode"]), daily_at=row["daily_at"], zone=row["zone"])
    due = row["due_at"] or next_digest(rhythm, at)
    is_due = due is None or due <= at
    connection.execute(_DUE, {**_who(start), "due_at": None if is_due else due})
    return None if is_due else due


def _lack(row: RowMapping) -> Lack | None:
    match NoticeChannel(row["channel"]):
        case NoticeChannel.SMS:
            return None if row["address"] else _NO_PHONE
        case NoticeChannel.SLACK:
            return None if row["secret"] is not None else _NO_HOOK
        case _:
            if not row["address"]:
                return _NO_ADDRESS
            return None if row["mailbox_id"] is not None else _NO_MAILBOX


def _set_aside(connection: Connection, start: NoticesStart, lack: Lack) -> None:
    """Keep what cannot be told until what is lacking is there; the log shows it, nothing waits."""
    rows = connection.execute(_READ, {**_who(start), "batch": None}).mappings().all()
    _settle(connection, start, "held", None, why=lack.code or lack.why, tried=0)
    connection.execute(_DUE, {**_who(start), "due_at": None})
    _log_failed(connection, start, rows, lack)


def _log_failed(
    connection: Connection, start: NoticesStart, rows: Sequence[RowMapping], lack: Lack
) -> None:
    names = ("enrollment_id", "sequence_id", "mailbox_id", "candidate_id", "step_id")
    log.write_many(
        connection,
        [
            {
                "workspace_id": start.workspace_id,
                "event": LogEvent.NOTIFICATION_FAILED,
                "code": lack.code,
                "at": None,
                **{name: row[name] for name in names},
                "detail": {
                    "channel": start.channel,
                    "owner_id": start.user_id,
                    "notice_id": row["id"],
                    "why": lack.why,
                },
            }
            for row in rows
        ],
    )


def _log_off(connection: Connection, start: NoticesStart, why: str) -> None:
    log.write(
        connection,
        workspace_id=start.workspace_id,
        event=LogEvent.NOTIFICATION_DISABLED,
        code=None,
        at=None,
        detail={"channel": start.channel, "owner_id": start.user_id, "why": why},
    )


def _settle(
    connection: Connection,
    start: NoticesStart,
    state: str,
    batch: str | None,
    *,
    why: str | None = None,
    tried: int = 1,
) -> None:
    values = {"state": state, "batch": batch, "code": why and why[:200], "tried": tried}
    connection.execute(_SETTLE, {**_who(start), **values})


def _who(start: NoticesStart) -> dict[str, str]:
    return {"user_id": start.user_id, "channel": start.channel}


def _item(row: RowMapping) -> Item:
    return Item(
        event=LogEvent(row["event"]),
        code=None if row["code"] is None else ReasonCode(row["code"]),
        at=row["at"],
        about=row["about"],
        who=row["who"],
        sequence=row["sequence"] or "",
    )
