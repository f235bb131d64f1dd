"""What activities need of mail providers, as Protocols; `providers` satisfies them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from domain.access import Access, Account
from domain.fate import Fate, StoredDraft, Submission
from domain.mail import Arrival, Arrivals, Draft, Grant, Letter, Receipt

Leave = Callable[[], None]
"""The last check before the byte that makes a send take effect: raises StaleAttempt when this
attempt came too late (its time is up; another may own the delivery)."""


class MailClient(Protocol):
    """One connected mailbox. No call repeats a request by itself.

    All methods raise `domain.errors.ProviderError` classes and nothing else: `Disconnected` for a
    dead grant, `Throttled`, `Unavailable` when nothing was accepted, `OutcomeUnknown` when the
    answer was lost after the request left.
    """

    def create_draft(self, letter: Letter) -> str:
        """Store the message as a draft and return its id. Harmless when repeated.

        A provider that keeps no drafts gives back an id of its own making.
        """
        ...

    def standing_by(self, submission: Submission) -> AbstractContextManager[None]:
        """Do all that a send needs besides its last request, before the inbox is read.

        Inside the block `send_draft` of the same submission asks only that one, so that as little
        time as can be lies between the reading and the send. Nothing leaves by standing by.
        """
        ...

    def send_draft(self, submission: Submission, leave: Leave) -> str:
        """Send a draft once and return the sent message's id, for `read_back`.

        Calls `leave` right before the request that sends. Raises NotFound when the draft is gone
        (it was sent, or somebody removed it).
        """
        ...

    def fate(self, submission: Submission) -> Fate:
        """Find out what became of a send, by reading only."""
        ...

    def delete_draft(self, draft_id: str) -> None:
        """Remove a draft that will not be sent; one that is gone already is fine."""
        ...

    def our_drafts(self) -> Sequence[StoredDraft]:
        """List the drafts that carry a delivery key: what a sweep may have to remove."""
        ...

    def read_back(self, sent_id: str) -> Receipt:
        """Read the ids of a message that was accepted."""
        ...

    def probe(self) -> None:
        """Ask something harmless that fails when the mailbox cannot be used."""
        ...

    def cursor(self) -> str:
        """Give the inbox cursor of this moment."""
        ...

    def arrivals(self, cursor: str) -> Arrivals:
        """Read what reached the mailbox since a cursor; raises NotFound for an expired one.

        Heads only, in the order of arrival; a quiet mailbox costs one request. Of a long span a
        part is given, with the cursor to go on from.
        """
        ...

    def recent(self, since: datetime) -> Iterator[Arrivals]:
        """Read what reached the mailbox since a time, wherever it lies now: a gap's re-scan.

        Every part but the last has no cursor; the last one's was taken before anything was read,
        so nothing falls between.
        """
        ...

    def aside(self, since: datetime) -> Sequence[Arrival]:
        """Read what reached it since a time where `arrivals` does not look: junk, rules' folders.

        Costs nothing where `arrivals` sees everything.
        """
        ...

    def raw(self, arrival: Arrival, *, most: int) -> bytes:
        """Read a message as it came, the first `most` bytes at least where it has them.

        Of one that is too large to be read whole, its beginning, or what the provider shows of it.
        Raises NotFound when it is gone. Marks nothing as read.
        """
        ...


class MailClients(Protocol):
    """Opens the client of a mailbox."""

    def open(self, mailbox_id: str, workspace_id: str) -> MailClient:
        """Bring the mailbox's grant up to date and return its client.

        Refreshes an access token that is about to expire *before* any call, so that no call needs
        to be sent twice. Raises Disconnected when the grant is dead.
        """
        ...


class Grants(Protocol):
    """Where the grants and passwords of mailboxes are kept, encrypted."""

    def load(self, mailbox_id: str, workspace_id: str) -> Account:
        """Give the mailbox's kind, its address, and what opens it."""
        ...

    def store(
        self, mailbox_id: str, workspace_id: str, access: Access, *, instead_of: Access
    ) -> None:
        """Keep a refreshed grant, or what was learnt of a mail server.

        Changes nothing where another one than `instead_of` is kept by now: a reconnected mailbox
        must not get its old grant back.
        """
        ...

    def is_fresh(self, grant: Grant) -> bool:
        """Say whether an access token lives long enough (machine time) for a send."""
        ...


class Writer(Protocol):
    """Turns a draft into a letter: renders Liquid, builds MIME, checks it by parse-back."""

    def write(self, draft: Draft) -> Letter:
        """Render once. Raises ContentFault for what cannot be written."""
        ...
