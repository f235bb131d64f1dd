"""A mailbox in memory: the `MailClient` port without a network, for tests and experiments.

It keeps the provider's promises and none more: a draft is sent once, a sent message has new ids,
what arrives is read by cursor. Faults are raised where a test puts them.
"""

import itertools
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

from domain.errors import NotFound
from domain.fate import Fate, FateKind, StoredDraft, Submission
from domain.inbound.parsing import read_mail
from domain.mail import DELIVERY_HEADER, Arrival, Arrivals, Letter, Receipt
from domain.ports.mail import Leave

Fault = Callable[[], None]
AT_ONCE = 50  #: Messages between two cursors.


@dataclass
class MemoryMailbox:
    """What one account keeps."""

    drafts: dict[str, Letter] = field(default_factory=dict[str, Letter])
    sent: dict[str, Letter] = field(default_factory=dict[str, Letter])
    threads: dict[str, str] = field(default_factory=dict[str, str])
    accepted: dict[str, datetime] = field(default_factory=dict[str, datetime])
    arrived: list[Arrival] = field(default_factory=list[Arrival])
    aside: list[Arrival] = field(default_factory=list[Arrival])  #: What filters put elsewhere.
    raw: dict[str, bytes] = field(default_factory=dict[str, bytes])
    floor: int = 0  #: A cursor below this one has expired.


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

    def reply(
        self,
        mailbox_id: str,
        to: str,
        *,
        body: str = "Yes, tell me more.",
        headers: Mapping[str, str] | None = None,
        **changes: object,
    ) -> Arrival:
        """Let whoever received a sent message answer it; `changes` are of the arrival."""
        box = self.boxes[mailbox_id]
        sent = message_from_bytes(box.sent[to].mime, policy=policy.default)
        arrival = Arrival(
            provider_message_id=self.number(),
            thread_id=box.threads[to],
            from_address=str(sent["To"]).rpartition("<")[2].rstrip(">"),
            message_id=f"<{self.number()}@candidate.example>",
            in_reply_to=(f"<{to}@mail.memory>",),
            subject=f"Re: {box.sent[to].subject}",
            received_at=datetime.now(UTC),
        )
        arrival = replace(arrival, **changes)
        head = {
            "From": arrival.from_address,
            "Subject": arrival.subject,
            "Message-ID": arrival.message_id,
            "In-Reply-To": " ".join(arrival.in_reply_to),
            **(headers or {}),
        }
        written = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value)
        return self._deliver(box, arrival, f"{written}\r\n{body}\r\n".encode())

    def receive(self, mailbox_id: str, raw: bytes, **changes: object) -> Arrival:
        """Put any bytes into a mailbox, in a thread of their own; `changes` are of the arrival."""
        mail = read_mail(raw)
        number = self.number()
        arrival = Arrival(
            provider_message_id=number,
            thread_id=number,
            from_address=mail.from_address,
            message_id=mail.header("message-id"),
            in_reply_to=tuple(f"{mail.header('in-reply-to')} {mail.header('references')}".split()),
            subject=mail.subject,
            received_at=datetime.now(UTC),
            size=len(raw),
        )
        return self._deliver(self.boxes[mailbox_id], replace(arrival, **changes), raw)

    def _deliver(self, box: MemoryMailbox, arrival: Arrival, raw: bytes) -> Arrival:
        head = {name: values[0] for name, values in read_mail(raw).headers.items()}
        arrival = replace(arrival, headers={**head, **arrival.headers})
        box.raw[arrival.provider_message_id] = raw
        box.arrived.append(arrival)
        return arrival

    def expire(self, mailbox_id: str) -> None:
        """Make every cursor given out so far worthless."""
        box = self.boxes[mailbox_id]
        box.floor = len(box.arrived) + box.floor + 1


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
        self._box.accepted[sent_id] = datetime.now(UTC)
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
        return self._now()

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor."""
        self._mail.trip("arrivals")
        place = int(cursor) - self._box.floor
        if place < 0:
            raise NotFound("The cursor has expired.")
        came = self._box.arrived[place:]
        part = came[:AT_ONCE]
        after = str(self._box.floor + place + len(part))
        return Arrivals(cursor=after, messages=tuple(part), is_last=len(part) == len(came))

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read everything again that came since a time, in parts."""
        self._mail.trip("recent")
        after = self._now()
        came = [one for one in (*self._box.arrived, *self._box.aside) if one.received_at >= since]
        for start in range(0, len(came), AT_ONCE):
            part = tuple(came[start : start + AT_ONCE])
            up_to = part[-1].received_at
            yield Arrivals(cursor=None, messages=part, is_last=False, read_up_to=up_to)
        yield Arrivals(cursor=after)

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Read what lies where filters put it."""
        self._mail.trip("aside")
        return [one for one in self._box.aside if one.received_at >= since]

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Give a message as it came, or its beginning."""
        self._mail.trip("raw")
        if arrival.provider_message_id not in self._box.raw:
            raise NotFound("The message is gone.")
        return self._box.raw[arrival.provider_message_id][:most]

    def _now(self) -> str:
        return str(self._box.floor + len(self._box.arrived))

    def _receipt(self, sent_id: str) -> Receipt:
        return Receipt(
            provider_message_id=sent_id,
            thread_id=self._box.threads[sent_id],
            message_id=f"<{sent_id}@mail.memory>",
            accepted_at=self._box.accepted.get(sent_id),
        )


def _key_of(letter: Letter) -> str:
    return str(message_from_bytes(letter.mime)[DELIVERY_HEADER])


def _raiser(fault: Exception) -> Fault:
    def fail() -> None:
        raise fault

    return fail
