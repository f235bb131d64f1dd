"""What the watcher of a mailbox must know and tell: whether to read it, what to tidy up."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection, func, text, update

from domain.codes import LogEvent, ReasonCode
from domain.errors import Disconnected, ProviderError, Refused, StaleAttempt
from domain.fate import Fate, StoredDraft
from domain.hearing import DEAF_AFTER
from domain.holds import ResourceKind
from domain.mailbox import MailboxState
from domain.ports.inbox import Abandoned, Standing, Watching
from records import abandoned, hearing, holds, log
from records.database import Database
from records.mailbox_faults import fault as note_fault
from records.tables import mailboxes

SWEEP_EVERY = timedelta(hours=1)  #: Machine time between two looks for drafts left behind.
LEFT_BEHIND = timedelta(minutes=10)  #: Nobody who was about to send a draft takes so long.

_STANDING = text(
    "SELECT removed_at IS NOT NULL OR paused AS is_closed, state, cursor, cursor_at,"
    " coalesce(swept_at < clock_timestamp() - :every, true) AS sweep_due,"
    f" {abandoned.ANY} AS has_abandoned"
    " FROM mailboxes WHERE id = :mailbox_id"
)

_WATCHING = {
    MailboxState.CONNECTED: Watching.READ,
    MailboxState.ERROR: Watching.PROBE,
    MailboxState.CONNECTING: Watching.REST,
    MailboxState.DISCONNECTED: Watching.REST,
}

_TAKE_BACK = text(
    "UPDATE deliveries d SET state = 'rendered', draft_id = NULL, fence = d.fence + 1,"
    " updated_at = clock_timestamp() FROM unnest(CAST(:keys AS text[]), CAST(:drafts AS text[]))"
    " AS given(key, draft_id) WHERE d.key = given.key AND d.draft_id = given.draft_id"
    " AND d.state = 'drafted' AND d.updated_at < clock_timestamp() - :age RETURNING d.key"
)
_ORPHANS = text(
    "SELECT given.draft_id FROM unnest(CAST(:keys AS text[]), CAST(:drafts AS text[]))"
    " AS given(key, draft_id) JOIN deliveries d ON d.key = given.key"
    " WHERE d.state = 'failed' OR d.draft_id IS DISTINCT FROM given.draft_id"
    " AND (d.draft_id IS NOT NULL OR d.key = ANY(:taken_back)"
    "  OR d.updated_at < clock_timestamp() - :age)"
)  # A failed delivery is written anew if at all, so its draft is nobody's.


class Watch:
    """`domain.ports.inbox.Watch` on Postgres; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, mailbox_id: str, workspace_id: str) -> Standing:
        """Say how the mailbox is to be watched just now."""
        with self._database.workspace(workspace_id) as connection:
            return _standing(connection, mailbox_id)

    def failed(self, mailbox_id: str, workspace_id: str, error: ProviderError) -> Standing:
        """Note that it could not be read."""
        with self._database.workspace(workspace_id) as connection:
            _note(connection, workspace_id, mailbox_id, error)
            return _standing(connection, mailbox_id)

    def recovered(self, mailbox_id: str, workspace_id: str) -> int:
        """Open a mailbox whose error is over; returns how many enrollments that lets go."""
        with self._database.workspace(workspace_id) as connection:
            mended = connection.execute(
                update(mailboxes)
                .where(mailboxes.c.id == mailbox_id, mailboxes.c.state == MailboxState.ERROR.value)
                .values(
                    state=MailboxState.CONNECTED.value,
                    code=None,
                    detail=None,
                    generation=mailboxes.c.generation + 1,
                    updated_at=func.clock_timestamp(),
                )
                .returning(mailboxes.c.id)
            ).first()
            if mended is None:
                return 0
            log.write(
                connection,
                workspace_id=workspace_id,
                event=LogEvent.MAILBOX_CONNECTED,
                code=None,
                at=None,
                mailbox_id=mailbox_id,
                detail={"by": "health check"},
            )
            return holds.release(connection, workspace_id, ResourceKind.MAILBOX, mailbox_id)

    def abandoned(self, mailbox_id: str, workspace_id: str) -> Sequence[Abandoned]:
        """Give the sends whose outcome nobody looks up any more."""
        with self._database.workspace(workspace_id) as connection:
            return abandoned.find(connection, mailbox_id)

    def settle(self, send: Abandoned, fate: Fate, workspace_id: str) -> None:
        """Write what became of one; passes over one that a try took up again."""
        with suppress(StaleAttempt), self._database.workspace(workspace_id) as connection:
            abandoned.settle(connection, send, fate)

    def orphans(
        self, mailbox_id: str, workspace_id: str, drafts: Sequence[StoredDraft]
    ) -> list[str]:
        """Name the drafts that nobody will send; one that lies too long is taken back first.

        The letter stays, so that a later try makes a new draft of the same bytes. A draft whose
        key no row here knows is not ours to remove.
        """
        given = {"keys": [d.key for d in drafts], "drafts": [d.draft_id for d in drafts]}
        with self._database.workspace(workspace_id) as connection:
            connection.execute(
                update(mailboxes)
                .where(mailboxes.c.id == mailbox_id)
                .values(swept_at=func.clock_timestamp())
            )
            if not drafts:
                return []
            values = {**given, "age": LEFT_BEHIND}
            taken_back = list(connection.execute(_TAKE_BACK, values).scalars())
            found = connection.execute(_ORPHANS, {**values, "taken_back": taken_back})
            return list(found.scalars())


def _standing(connection: Connection, mailbox_id: str) -> Standing:
    values = {"mailbox_id": mailbox_id, "every": SWEEP_EVERY, "alone": abandoned.ALONE}
    row = connection.execute(_STANDING, values).first()
    if row is None or row.is_closed:
        return Standing(watching=Watching.REST)
    return Standing(
        watching=_WATCHING[MailboxState(row.state)],
        cursor=row.cursor,
        read_at=row.cursor_at,
        sweep_due=row.sweep_due,
        has_abandoned=row.has_abandoned,
    )


def _note(connection: Connection, workspace_id: str, mailbox_id: str, error: ProviderError) -> None:
    failures = connection.execute(
        update(mailboxes)
        .where(mailboxes.c.id == mailbox_id)
        .values(poll_failures=mailboxes.c.poll_failures + 1)
        .returning(mailboxes.c.poll_failures)
    ).scalar_one()
    code = _code_of(error)
    if code is not None:
        note_fault(connection, workspace_id, mailbox_id, code, str(error))
    elif failures >= DEAF_AFTER:
        hearing.lost(connection, workspace_id, mailbox_id, str(error))


def _code_of(error: ProviderError) -> ReasonCode | None:
    if isinstance(error, Disconnected):
        return ReasonCode.MAILBOX_DISCONNECTED
    if isinstance(error, Refused) and error.code is ReasonCode.MAILBOX_ERROR:
        return ReasonCode.MAILBOX_ERROR
    return None
