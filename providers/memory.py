"""A mailbox in memory: the `MailClient` port without a network, for tests and experiments.

It keeps the provider's promises and none more: a draft is sent once, a sent message has new ids,
what arrives is read by cursor. Faults are raised where a test puts them.
"""

import itertools
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

from domain.errors import NotFound
from domain.fate import Fate, FateKind, StoredDraft, Submission
from domain.mail import DELIVERY_HEADER, Arrival, Arrivals, Letter, Receipt
from domain.ports import Leave

Fault = Callable[[], None]


@dataclass
class MemoryMailbox:
    """What one account keeps."""

    drafts: dict[str, Letter] = field(default_factory=dict[str, Letter])
    sent: dict[str, Letter] = field(default_factory=dict[str, Letter])
    threads: dict[str, str] = field(default_factory=dict[str, str])
    arrived: list[Arrival] = field(default_factory=list[Arrival])


class MemoryMail:
    """All accounts; `MailClients` for tests."""

    def __init__(self) -> None:
        self.boxes: dict[str, MemoryMailbox] = defaultdict(MemoryMailbox)
        self.calls: list[str] = []
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._after: dict[str, deque[Fault]] = defaultdict(deque)
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def open(self, mailbox_id: str, workspace_id: str) -> "MemoryClient":
        """Give the client of a mailbox."""
        del workspace_id
        self.trip("open")
        return MemoryClient(self, self.boxes[mailbox_id])

    def fail(self, call: str, *faults: Exception, after: bool = False) -> None:
        """Let the next calls of a method raise, before or after they take effect."""
        queue = (self._after if after else self._faults)[call]
        for fault in faults:
            queue.append(_raiser(fault))

    def do(self, call: str, effect: Fault, *, after: bool = False) -> None:
        """Let something happen in the middle of the next call of a method."""
        (self._after if after else self._faults)[call].append(effect)

    def trip(self, call: str, *, after: bool = False) -> None:
        """Run what was put at this place."""
        with self._lock:
            if not after:
                self.calls.append(call)
            queue = (self._after if after else self._faults)[call]
            fault = queue.popleft() if queue else None
        if fault is not None:
            fault()

    def number(self) -> str:
        """Give the next id."""
        with self._lock:
            return f"m{next(self._numbers)}"

    def sent(self) -> list[Letter]:
        """Give everything that was accepted, over all accounts."""
        return [letter for box in self.boxes.values() for letter in box.sent.values()]

    def reply(self, mailbox_id: str, to: str, **changes: object) -> Arrival:
        """Let whoever received a sent message answer it."""
        box = self.boxes[mailbox_id]
        headers = message_from_bytes(box.sent[to].mime, policy=policy.default)
        arrival = Arrival(
            provider_message_id=self.number(),
            thread_id=box.threads[to],
            from_address=str(headers["To"]).rpartition("<")[2].rstrip(">"),
            message_id=f"<{self.number()}@candidate.example>",
            in_reply_to=(f"<{to}@mail.memory>",),
            subject=f"Re: {box.sent[to].subject}",
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        arrival = replace(arrival, **changes)
        box.arrived.append(arrival)
        return arrival


class MemoryClient:
    """`MailClient` over one `MemoryMailbox`."""

    def __init__(self, mail: MemoryMail, box: MemoryMailbox) -> None:
        self._mail = mail
        self._box = box

    def create_draft(self, letter: Letter) -> str:
        """Store the message as a draft and return its id."""
        self._mail.trip("create_draft")
        draft_id = self._mail.number()
        self._box.drafts[draft_id] = letter
        self._mail.trip("create_draft", after=True)
        return draft_id

    def standing_by(self, submission: Submission) -> AbstractContextManager[None]:
        """Do nothing."""
        return nullcontext()

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft once and return the sent message's id."""
        leave()
        self._mail.trip("send_draft")
        letter = self._box.drafts.pop(submission.draft_id, None)
        if letter is None:
            raise NotFound("No such draft.")
        sent_id = self._mail.number()
        self._box.sent[sent_id] = letter
        self._box.threads[sent_id] = letter.thread_id or sent_id
        self._mail.trip("send_draft", after=True)
        return sent_id

    def fate(self, submission: Submission) -> Fate:
        """Find our sent copy by its delivery key, unless the draft is still there."""
        self._mail.trip("fate")
        if submission.draft_id in self._box.drafts:
            return Fate(kind=FateKind.UNSENT, evidence="The draft is still there.")
        for sent_id, letter in self._box.sent.items():
            if _key_of(letter) == submission.key:
                receipt = self._receipt(sent_id)
                return Fate(kind=FateKind.SENT, evidence="It was sent.", receipt=receipt)
        return Fate(kind=FateKind.LOST, evidence="Neither draft nor sent copy is there.")

    def our_drafts(self) -> Sequence[StoredDraft]:
        """List the drafts with their delivery keys."""
        self._mail.trip("our_drafts")
        drafts = self._box.drafts.items()
        return [StoredDraft(draft_id=one, key=_key_of(letter)) for one, letter in drafts]

    def probe(self) -> None:
        """Fail where a test says so."""
        self._mail.trip("probe")

    def delete_draft(self, draft_id: str) -> None:
        """Remove a draft that will not be sent."""
        self._mail.trip("delete_draft")
        self._box.drafts.pop(draft_id, None)

    def read_back(self, sent_id: str) -> Receipt:
        """Read the ids of a sent message."""
        self._mail.trip("read_back")
        return self._receipt(sent_id)

    def cursor(self) -> str:
        """Give the inbox cursor of this moment."""
        self._mail.trip("cursor")
        return str(len(self._box.arrived))

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor."""
        self._mail.trip("arrivals")
        came = tuple(self._box.arrived[int(cursor) :])
        return Arrivals(cursor=str(len(self._box.arrived)), messages=came)

    def recent(self, *, days: int) -> Arrivals:
        """Read everything again."""
        del days
        self._mail.trip("recent")
        return Arrivals(cursor=str(len(self._box.arrived)), messages=tuple(self._box.arrived))

    def _receipt(self, sent_id: str) -> Receipt:
        return Receipt(
            provider_message_id=sent_id,
            thread_id=self._box.threads[sent_id],
            message_id=f"<{sent_id}@mail.memory>",
        )


def _key_of(letter: Letter) -> str:
    return str(message_from_bytes(letter.mime)[DELIVERY_HEADER])


def _raiser(fault: Exception) -> Fault:
    def fail() -> None:
        raise fault

    return fail
