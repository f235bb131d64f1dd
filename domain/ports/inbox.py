"""What the reading and watching of an inbox needs of our records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.errors import ProviderError
from domain.fate import Fate, StoredDraft, Submission
from domain.mail import Arrival, Known, Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of an inbox that was read: where it began, and where it ended, if it did."""

    start: str | None  #: The cursor that was read from; None where there was none, or it expired.
    end: str | None = None  #: The cursor after it; None when more of the same is to come.
    read_up_to: datetime | None = None  #: While a gap is read again: how far (provider's clock).


class Inbox(Protocol):
    """What came into a mailbox, matched and stored with its cursor in one transaction."""

    def known(self, mailbox_id: str, workspace_id: str, arrivals: Sequence[Arrival]) -> Known:
        """Say what the records know of these arrivals."""
        ...

    def accept(
        self, mailbox_id: str, workspace_id: str, span: Span, received: Sequence[Received]
    ) -> int:
        """Store messages and the facts that follow; returns how many enrollments ended.

        Messages that were stored before are passed over; those that are nobody's answer are not
        kept. The cursor moves with them, if nobody moved it meanwhile.
        """
        ...

    def polled(self, mailbox_id: str, workspace_id: str, span: Span) -> None:
        """Note that the inbox was read up to now; whatever waited for that goes on."""
        ...

    def read_at(self, mailbox_id: str, workspace_id: str) -> datetime:
        """Say when the inbox was last read (machine time); where never, when it was added."""
        ...


class Watching(StrEnum):
    """How a mailbox is to be watched."""

    READ = "read"
    PROBE = "probe"  #: It refused for a reason that may pass: ask whether it works again.
    REST = "rest"  #: Nothing is to be read until somebody knocks.


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a watcher does next."""

    watching: Watching
    cursor: str | None = None  #: How far its inbox was read.
    read_at: datetime | None = None  #: When it was last read (machine time).
    sweep_due: bool = False  #: Time to look aside, and for drafts that were left behind.
    has_abandoned: bool = False  #: A stopped enrollment left a send behind, its outcome open.


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """A send of an ended enrollment whose outcome nobody looks up any more."""

    submission: Submission
    fence: int  #: The last try's number: a later one makes this stale.

    @property
    def key(self) -> str:
        """The delivery key."""
        return self.submission.key


class Watch(Protocol):
    """What the watcher of a mailbox must know and tell."""

    def standing(self, mailbox_id: str, workspace_id: str) -> Standing:
        """Say how the mailbox is to be watched just now."""
        ...

    def failed(self, mailbox_id: str, workspace_id: str, error: ProviderError) -> Standing:
        """Note that it could not be read."""
        ...

    def recovered(self, mailbox_id: str, workspace_id: str) -> int:
        """Open a mailbox whose error is over; returns how many enrollments that lets go."""
        ...

    def abandoned(self, mailbox_id: str, workspace_id: str) -> Sequence[Abandoned]:
        """Give the sends whose outcome nobody looks up any more."""
        ...

    def settle(self, send: Abandoned, fate: Fate, workspace_id: str) -> None:
        """Write what became of one; passes over one that a try took up again."""
        ...

    def orphans(
        self, mailbox_id: str, workspace_id: str, drafts: Sequence[StoredDraft]
    ) -> list[str]:
        """Name the drafts that nobody will send, and note that they were looked for."""
        ...
