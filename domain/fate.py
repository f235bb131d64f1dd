"""What became of a send whose answer nobody has: what is asked, and what evidence can say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.access import MailboxKind
from domain.mail import Letter, Receipt

LOOK_FOR: Mapping[MailboxKind, timedelta] = MappingProxyType(
    {
        MailboxKind.GMAIL: timedelta(hours=1),
        MailboxKind.OUTLOOK: timedelta(hours=1),
        MailboxKind.SMTP: timedelta(minutes=5),
    }
)
"""How long a look-up that fails is repeated before a person is asked. Google and Microsoft come
back, and then can tell; a mail server that cannot be read may stay so."""


class FateKind(StrEnum):
    """What the evidence proves. A look-up that fails proves nothing: it raises instead."""

    SENT = "sent"  #: The sent copy was found.
    UNSENT = "unsent"  #: Positive evidence that nothing was accepted: it may be sent.
    PENDING = "pending"  #: Too early to tell: ask again later.
    LOST = "lost"  #: Nothing more can tell; a person must look.


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A send as it left, or may have."""

    key: str  #: The delivery key, which marks our copies.
    draft_id: str
    letter: Letter
    baseline: str | None = None  #: The inbox cursor before the send; a sent copy comes after it.
    quiet_for: timedelta = timedelta()
    """Machine time since an attempt last announced the send. Within it, a send that was under way
    may still take effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """An answer to "was it sent?", with the evidence in words for a person."""

    kind: FateKind
    evidence: str  #: One sentence, without addresses or content.
    receipt: Receipt | None = None  #: Of the sent copy (SENT).
    ask_again_after: timedelta | None = None  #: (PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDraft:
    """A draft of ours that lies in somebody's mailbox."""

    draft_id: str
    key: str  #: The delivery key that it carries.
