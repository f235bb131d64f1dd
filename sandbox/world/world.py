"""What can be done in the mail world: draft, send, deliver, forget."""

from collections.abc import Callable, Iterable, Iterator

from sandbox.world import changes as happened
from sandbox.world.chronicle import Chronicle, Kind
from sandbox.world.errors import NotInMailboxError
from sandbox.world.ids import Ids
from sandbox.world.ledger import Ledger
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Label, Mailbox, Message
from sandbox.world.shelves import Shelves
from sandbox.world.stamping import check_addresses, check_sendable, stamped
from sandbox.world.timeline import Timeline

Stamp = Callable[[Letter, Mailbox, int], Letter]
"""What a provider does to a letter's head on its way out."""


class World:
    """All mailboxes. Its methods never await, so on one event loop each is atomic."""

    def __init__(self, timeline: Timeline, clock: Callable[[], float]) -> None:
        self.ids = Ids(clock)
        self.ledger = Ledger()
        self.chronicle = Chronicle(clock)
        self.shelves = Shelves(self.ids)
        self._timeline = timeline
        self.shelves.listen(timeline)
        timeline.on(happened.Accepted, self.ledger.add)

    def mailbox(self, address: str) -> Mailbox:
        """Return an account's mailbox; the first use of an address opens it."""
        address = address.strip().lower()
        if address not in self.shelves.mailboxes:
            opened = happened.MailboxOpened(account=address, history_id=self.ids.history_id())
            self._timeline.commit(opened)
        return self.shelves.mailboxes[address]

    def save_draft(self, box: Mailbox, letter: Letter, thread_id: str | None) -> str:
        """Keep a draft and return its id. Raises NotInMailboxError for an unknown thread."""
        check_addresses(letter)
        added = self._added(box, letter, (Label.DRAFT,), self._thread(box, letter, thread_id))
        draft_id = self.ids.draft_id()
        saved = happened.DraftSaved(
            account=box.address, draft_id=draft_id, message_id=added.message_id
        )
        self._timeline.commit(added, saved)
        self.chronicle.note(Kind.PREPARED, box.address, added.history_id, letter.addressees)
        return draft_id

    def drop_draft(self, box: Mailbox, draft_id: str) -> None:
        """Throw a draft away. Raises NotInMailboxError when it is not there."""
        self._timeline.commit(*self._without_draft(box, draft_id))

    def send_draft(self, box: Mailbox, draft_id: str, *, stamp: Stamp = stamped) -> Message:
        """Send a draft once: it disappears, the sent copy has a new id in the same thread."""
        removal = list(self._without_draft(box, draft_id))
        draft = box.draft(draft_id)
        check_sendable(draft.letter)
        return self._send(box, draft.letter, draft.thread_id, removal, draft_id, stamp)

    def send(
        self, box: Mailbox, letter: Letter, thread_id: str | None, *, stamp: Stamp = stamped
    ) -> Message:
        """Send a letter. Raises NotInMailboxError for an unknown thread."""
        check_sendable(letter)
        return self._send(box, letter, self._thread(box, letter, thread_id), [], None, stamp)

    def post(self, box: Mailbox, letter: Letter) -> Message:
        """Let the owner of a mailbox send by hand: no ledger line, the head left as it is."""
        added = self._added(box, letter, (Label.SENT,), box.thread_of(letter))
        arrivals = list(self._deliveries(letter, but=box.address))
        self._timeline.commit(added, *arrivals)
        self._tell(arrivals)
        return box.messages[added.message_id]

    def keep_sent(self, box: Mailbox, letter: Letter) -> Message:
        """Keep a copy that a mail client files by itself; it goes to nobody."""
        added = self._added(box, letter, (Label.SENT,), box.thread_of(letter))
        self._timeline.commit(added)
        return box.messages[added.message_id]

    def deliver(
        self, box: Mailbox, letter: Letter, labels: tuple[str, ...] = (Label.UNREAD, Label.INBOX)
    ) -> Message:
        """Put any bytes into an inbox, or where the account's filters put them."""
        added = self._added(box, letter, labels, box.thread_of(letter))
        self._timeline.commit(added)
        self._tell([added])
        return box.messages[added.message_id]

    def note_reading(
        self, box: Mailbox, *, position: int | None = None, at_us: int | None = None
    ) -> None:
        """Note that a reader learnt of everything in the inbox up to a position, now the last."""
        up_to = box.history_id if position is None else position
        self.chronicle.note(Kind.READ, box.address, up_to, at_us=at_us)

    def forget_thread(self, box: Mailbox, thread_id: str) -> None:
        """Remove a thread with all its messages and drafts."""
        if thread_id not in box.threads:
            raise NotInMailboxError(thread_id)
        inside = box.threads[thread_id]
        drafts = [draft for draft, message in box.drafts.items() if message in inside]
        gone = [happened.DraftRemoved(account=box.address, draft_id=draft) for draft in drafts]
        self._timeline.commit(*gone, *[self._removed(box, message) for message in inside])

    def set_consent(self, box: Mailbox, allowed: bool) -> None:
        """Say what the owner answers on the consent page."""
        self._timeline.commit(happened.ConsentSet(account=box.address, allowed=allowed))

    def expire_history(self, box: Mailbox) -> None:
        """Make every history cursor of this mailbox too old."""
        number = self.ids.history_id()
        self._timeline.commit(happened.HistoryExpired(account=box.address, history_id=number))

    def add_alias(self, box: Mailbox, address: str, status: str) -> None:
        """Let an account send as another address."""
        self._timeline.commit(
            happened.AliasAdded(account=box.address, address=address.lower(), status=status)
        )

    def clear(self) -> None:
        """Forget everybody. Ids go on growing."""
        self.shelves.mailboxes.clear()
        self.ledger.clear()
        self.chronicle.clear()

    def _send(
        self,
        box: Mailbox,
        letter: Letter,
        thread_id: str | None,
        before: list[object],
        draft_id: str | None,
        stamp: Stamp,
    ) -> Message:
        letter = stamp(letter, box, self.ids.now_ms())
        to_self = (Label.INBOX, Label.UNREAD) if box.address in letter.addressees else ()
        added = self._added(box, letter, (*to_self, Label.SENT), thread_id)
        accepted = happened.Accepted(
            number=self.ledger.last + 1,
            at_ms=added.at_ms,
            account=box.address,
            message_id=added.message_id,
            thread_id=added.thread_id,
            draft_id=draft_id,
            letter=letter,
        )
        arrivals = list(self._deliveries(letter, but=box.address))
        self._timeline.commit(*before, added, accepted, *arrivals)
        self.chronicle.note(Kind.ACCEPTED, box.address, added.history_id, letter.addressees)
        self._tell(arrivals)
        return box.messages[added.message_id]

    def _tell(self, arrivals: Iterable[happened.MessageAdded]) -> None:
        for one in arrivals:
            sender = (one.letter.sender,)
            self.chronicle.note(Kind.ARRIVED, one.account, one.history_id, sender)

    def _thread(self, box: Mailbox, letter: Letter, asked: str | None) -> str | None:
        """Gmail's rule: the asked thread if the letter fits it, else a new one; never a guess."""
        if not asked:
            return None
        if asked not in box.threads:
            raise NotInMailboxError(asked)
        return box.thread_of(letter, within=asked)

    def _deliveries(self, letter: Letter, *, but: str) -> Iterator[happened.MessageAdded]:
        copy = letter.without("Bcc")
        for address in letter.addressees:
            if address != but:
                yield self._arrival(self.mailbox(address), copy)

    def _arrival(self, box: Mailbox, letter: Letter) -> happened.MessageAdded:
        return self._added(box, letter, (Label.UNREAD, Label.INBOX), box.thread_of(letter))

    def _added(
        self, box: Mailbox, letter: Letter, labels: tuple[str, ...], thread_id: str | None
    ) -> happened.MessageAdded:
        message_id = self.ids.object_id()
        return happened.MessageAdded(
            account=box.address,
            message_id=message_id,
            thread_id=thread_id or message_id,
            labels=labels,
            letter=letter,
            at_ms=self.ids.now_ms(),
            history_id=self.ids.history_id(),
        )

    def _without_draft(self, box: Mailbox, draft_id: str) -> Iterator[object]:
        if draft_id not in box.drafts:
            raise NotInMailboxError(draft_id)
        yield happened.DraftRemoved(account=box.address, draft_id=draft_id)
        yield self._removed(box, box.drafts[draft_id])

    def _removed(self, box: Mailbox, message_id: str) -> happened.MessageRemoved:
        return happened.MessageRemoved(
            account=box.address, message_id=message_id, history_id=self.ids.history_id()
        )
