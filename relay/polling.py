"""Asks for inboxes to be read now, and waits until they were."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from domain.mailbox import MailboxState
from records import mailboxes, outbox
from records.database import Database

DEADLINE = 10.0  #: Seconds that one call waits for the inboxes to be read.
LOOK_EVERY = 0.05


class InboxPolls:
    """Polls on demand, through the outbox and each mailbox's own workflow."""

    def __init__(self, database: Database, nudge: Callable[[], None]) -> None:
        self._database = database
        self._nudge = nudge

    async def poll(self, workspace_id: str, mailbox_ids: Sequence[str]) -> None:
        """Ask for a poll of each inbox and wait until it was read, or the deadline.

        One that cannot be read just now (paused, disconnected, removed) is passed over.
        """
        before = await asyncio.to_thread(self._ask, workspace_id, mailbox_ids)
        self._nudge()
        clock = asyncio.get_running_loop().time
        deadline = clock() + DEADLINE
        while before and clock() < deadline:
            await asyncio.sleep(LOOK_EVERY)
            now = await asyncio.to_thread(self._read_at, workspace_id, list(before))
            before = {one: at for one, at in before.items() if now[one] == at}

    def _ask(self, workspace_id: str, mailbox_ids: Sequence[str]) -> Mapping[str, object]:
        with self._database.workspace(workspace_id) as connection:
            rows = {one: mailboxes.one(connection, one) for one in mailbox_ids}
            live = {
                one: row["cursor_at"]
                for one, row in rows.items()
                if row is not None
                and row["state"] == MailboxState.CONNECTED.value
                and not row["paused"]
            }
            for one in live:
                outbox.signal_mailbox(connection, workspace_id, one, "poll_now")
        return live

    def _read_at(self, workspace_id: str, ids: Sequence[str]) -> dict[str, object]:
        with self._database.workspace(workspace_id) as connection:
            return {one: mailboxes.polled_at(connection, one) for one in ids}
