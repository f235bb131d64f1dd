"""One account's mail: messages, drafts, threads, and the history of their changes."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.world.letter import Letter, bare_subject


class Label(StrEnum):
    """The system labels that the world sets itself."""

    INBOX = "INBOX"
    SENT = "SENT"
    DRAFT = "DRAFT"
    UNREAD = "UNREAD"
    SPAM = "SPAM"


class Happening(StrEnum):
    """What a line of history says, by Gmail's own names."""

    ADDED = "messageAdded"
    DELETED = "messageDeleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A letter as it lies in one mailbox."""

    id: str
    thread_id: str
    labels: tuple[str, ...]
    letter: Letter
    at_ms: int
    history_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One change of a mailbox."""

    id: int
    kind: Happening
    message_id: str
    thread_id: str
    labels: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Mailbox:
    """An account. Every look-up a send needs is by key, so size does not slow it down."""

    address: str
    floor: int  #: A history cursor below this is too old.
    history_id: int
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    drafts: dict[str, str] = field(default_factory=dict[str, str])
    threads: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    aliases: dict[str, str] = field(default_factory=dict[str, str])
    consents: bool = True  #: Whether its owner says yes on the consent page.
    _by_rfc_id: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _history: list[HistoryLine] = field(default_factory=list[HistoryLine])

    def add(self, message: Message) -> None:
        """Take in a message, and note it in the history."""
        self.messages[message.id] = message
        self.threads.setdefault(message.thread_id, {})[message.id] = None
        if rfc_id := message.letter.message_id:
            self._by_rfc_id.setdefault(rfc_id, []).append(message.id)
        self._note(Happening.ADDED, message, message.history_id)

    def remove(self, message_id: str, history_id: int) -> None:
        """Forget a message; a thread that holds no other goes with it."""
        message = self.messages.pop(message_id)
        thread = self.threads[message.thread_id]
        del thread[message_id]
        if not thread:
            del self.threads[message.thread_id]
        if rfc_id := message.letter.message_id:
            self._by_rfc_id[rfc_id].remove(message_id)
        self._note(Happening.DELETED, message, history_id)

    def expire(self, history_id: int) -> None:
        """Make every cursor handed out so far too old."""
        self.floor = self.history_id = history_id

    def draft(self, draft_id: str) -> Message:
        """Return a draft's message. Raises KeyError when it was sent or thrown away."""
        return self.messages[self.drafts[draft_id]]

    def with_rfc_id(self, rfc_id: str) -> list[Message]:
        """Return the messages with a Message-ID (with its brackets), the oldest first."""
        return [self.messages[found] for found in self._by_rfc_id.get(rfc_id, ())]

    def thread_of(self, letter: Letter, *, within: str | None = None) -> str | None:
        """Return the thread a letter belongs to, None when it opens a new one.

        Gmail asks for both: an ancestor (In-Reply-To or References) in the thread, and the same
        subject apart from "Re:". `within` asks about that one thread only.
        """
        subject = bare_subject(letter.subject)
        for ancestor in letter.ancestors:
            for message in self.with_rfc_id(ancestor):
                if within not in (None, message.thread_id):
                    continue
                if bare_subject(message.letter.subject) == subject:
                    return message.thread_id
        return None

    def history_after(self, history_id: int) -> Iterator[HistoryLine]:
        """Yield the changes after a cursor, the oldest first, without reading older ones."""
        start = bisect_right(self._history, history_id, key=lambda line: line.id)
        for place in range(start, len(self._history)):
            yield self._history[place]

    def newest_first(self) -> Iterator[Message]:
        """Yield every message, the one that came last first."""
        return reversed(self.messages.values())

    def _note(self, kind: Happening, message: Message, history_id: int) -> None:
        self.history_id = history_id
        self._history.append(
            HistoryLine(
                id=history_id,
                kind=kind,
                message_id=message.id,
                thread_id=message.thread_id,
                labels=message.labels,
            )
        )
