"""A message on its way: what to write, the written form, and what the provider answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.inbound.verdict import Verdict

DELIVERY_HEADER = "X-Reprise-Delivery"  #: Carries the delivery key, to find our own copy again.


class Thread(StrEnum):
    """Where a step's message belongs."""

    NEW = "new"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContent:
    """What a step says, before any candidate's data: Liquid text and addresses."""

    thread: Thread = Thread.NEW
    subject: str = ""
    body: str = ""  #: HTML with Liquid.
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message."""

    name: str  #: One line, without slashes.
    content_type: str  #: Such as application/pdf; never message/* or multipart/*.
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The candidate's data as a template sees it. Data, never template."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    linkedin_url: str = ""
    fields: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTail:
    """The last message that we sent in the thread, for a follow-up to point at."""

    thread_id: str | None  #: None where a person said that it was sent: nobody read it back.
    message_id: str  #: RFC 5322 Message-ID with its angle brackets, as read back.
    references: tuple[str, ...]
    subject: str  #: The subject of the thread, without "Re:".


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything that a message is built from."""

    key: str  #: The delivery key.
    from_address: str
    from_name: str
    to_address: str
    to_name: str
    recipient: Recipient
    content: StepContent
    attachments: tuple[Attachment, ...] = ()
    tail: ThreadTail | None = None  #: None for a new thread.
    optout_token: str = ""  #: Lets whoever gets the message opt out; "" for one that nobody may.
    written_at: datetime  #: The Date header (UTC), fixed at the first rendering.


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A rendered message, stored with its delivery and sent byte for byte."""

    subject: str
    html: str
    text: str
    mime: bytes
    message_id: str  #: The Message-ID that we wrote; the provider may replace it.
    thread_id: str | None = None  #: The provider's thread to append to.


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the provider says of an accepted message, read back."""

    provider_message_id: str
    thread_id: str
    message_id: str  #: The Message-ID under which it left, with angle brackets.
    accepted_at: datetime | None = None  #: The provider's clock (UTC), where it tells.


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that reached a mailbox, by its head: enough to say whether it concerns us."""

    provider_message_id: str
    thread_id: str
    from_address: str
    message_id: str
    in_reply_to: tuple[str, ...]  #: In-Reply-To and References, in order.
    subject: str
    received_at: datetime  #: The provider's clock (UTC).
    headers: Mapping[str, str] = field(default_factory=dict[str, str])  #: Lower-case names.
    has_thread: bool = True
    """Whether `thread_id` is the provider's own judgement; plain IMAP has no threads."""
    size: int | None = None  #: Bytes of the whole, where the provider tells.
    snippet: str = ""  #: The first words of its text, where the provider gives them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """What came since a cursor, and the cursor after it.

    A long span is read in several: `is_last` says whether this one ends it. While a gap is read
    again there is no cursor before the last one; `read_up_to` tells how far it came.
    """

    cursor: str | None
    messages: tuple[Arrival, ...] = ()
    is_last: bool = True
    read_up_to: datetime | None = None  #: Everything older has been given (the provider's clock).


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that concerns us, read and classified."""

    arrival: Arrival
    verdict: Verdict
    excerpt: str = ""  #: The beginning of what its writer wrote, without what it quotes.
    quoted: str = ""  #: All of its text, to find our own in it; never stored.


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What our records know of some arrivals, so that only those that concern us are read."""

    stored: frozenset[str] = frozenset()  #: Provider ids of messages that were stored before.
    threads: frozenset[str] = frozenset()  #: Those of their threads in which we sent.
    message_ids: frozenset[str] = frozenset()  #: Those of the ids that they name which are ours.
    people: frozenset[str] = frozenset()  #: Those of their senders who are candidates, lower case.
    own_address: str = ""  #: The mailbox's own.


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """An account's OAuth grant. Secret: stored encrypted, never logged."""

    access_token: str
    refresh_token: str
    expires_at: datetime  #: Machine time (UTC).
    scope: str = ""

    def __repr__(self) -> str:
        return "Grant(…)"
