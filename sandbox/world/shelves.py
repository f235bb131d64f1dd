"""Where the mailboxes stand, and how each change alters them."""

from sandbox.world import changes as happened
from sandbox.world.ids import Ids
from sandbox.world.mailbox import Mailbox, Message
from sandbox.world.timeline import Timeline


class Shelves:
    """Only the timeline calls these, live and in a replay alike."""

    def __init__(self, ids: Ids) -> None:
        self.mailboxes: dict[str, Mailbox] = {}
        self._ids = ids

    def listen(self, timeline: Timeline) -> None:
        """Apply every change of a mailbox that the timeline brings."""
        timeline.on(happened.MailboxOpened, self._open)
        timeline.on(happened.MessageAdded, self._add)
        timeline.on(happened.MessageRemoved, self._remove)
        timeline.on(happened.DraftSaved, self._save_draft)
        timeline.on(happened.DraftRemoved, self._remove_draft)
        timeline.on(happened.HistoryExpired, self._expire)
        timeline.on(happened.AliasAdded, self._alias)
        timeline.on(happened.ConsentSet, self._consent)

    def _open(self, change: happened.MailboxOpened) -> None:
        number = change.history_id
        self._ids.saw_history(number)
        box = Mailbox(address=change.account, floor=number, history_id=number)
        self.mailboxes[change.account] = box

    def _add(self, change: happened.MessageAdded) -> None:
        self._ids.saw_history(change.history_id)
        self._ids.saw_object(int(change.message_id, 16))
        self.mailboxes[change.account].add(
            Message(
                id=change.message_id,
                thread_id=change.thread_id,
                labels=change.labels,
                letter=change.letter,
                at_ms=change.at_ms,
                history_id=change.history_id,
            )
        )

    def _remove(self, change: happened.MessageRemoved) -> None:
        self._ids.saw_history(change.history_id)
        self.mailboxes[change.account].remove(change.message_id, change.history_id)

    def _save_draft(self, change: happened.DraftSaved) -> None:
        self._ids.saw_object(int(change.draft_id.removeprefix("r")))
        self.mailboxes[change.account].drafts[change.draft_id] = change.message_id

    def _remove_draft(self, change: happened.DraftRemoved) -> None:
        del self.mailboxes[change.account].drafts[change.draft_id]

    def _expire(self, change: happened.HistoryExpired) -> None:
        self._ids.saw_history(change.history_id)
        self.mailboxes[change.account].expire(change.history_id)

    def _alias(self, change: happened.AliasAdded) -> None:
        self.mailboxes[change.account].aliases[change.address] = change.status

    def _consent(self, change: happened.ConsentSet) -> None:
        self.mailboxes[change.account].consents = change.allowed
