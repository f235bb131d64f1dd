"""Watches a mailbox: the poll of its inbox, its health, the drafts that it should not keep."""

from datetime import timedelta

from temporalio import activity

from activities.catching_up import Caught, Reader
from activities.failures import again
from domain.errors import Disconnected, NotFound, ProviderError
from domain.fate import FateKind
from domain.hearing import GAP_MARGIN
from domain.messages import MailboxStart, PollReport
from domain.ports.inbox import Inbox, Span, Standing, Watch, Watching
from domain.ports.mail import MailClient, MailClients


class MailboxActivities:
    """Reads inboxes. Thread-safe: its ports are."""

    def __init__(
        self, *, clients: MailClients, inbox: Inbox, watch: Watch, every: timedelta
    ) -> None:
        self._clients = clients
        self._inbox = inbox
        self._watch = watch
        self._every = every

    @activity.defn
    def poll_inbox(self, mailbox: MailboxStart) -> PollReport:
        """Read what arrived, and return only when something of it concerns us.

        A quiet or failed poll asks Temporal to try again after the polling interval: one action
        and no event. A killed poll is tried again within seconds.
        """
        try:
            return self._poll(mailbox)
        except ProviderError as error:
            standing = self._watch.failed(mailbox.mailbox_id, mailbox.workspace_id, error)
            if standing.watching is Watching.REST:
                return PollReport(closed=True)
            raise again("The inbox could not be read.", after=self._every, kind="Poll") from None

    def _poll(self, mailbox: MailboxStart) -> PollReport:
        who = (mailbox.mailbox_id, mailbox.workspace_id)
        standing = self._watch.standing(*who)
        if standing.watching is Watching.REST:
            return PollReport(closed=True)
        client = self._clients.open(*who)
        if standing.watching is Watching.PROBE:
            client.probe()
            self._watch.recovered(*who)
        reader = Reader(client=client, inbox=self._inbox, mailbox_id=who[0], workspace_id=who[1])
        caught = self._read(reader, standing)
        self._inbox.polled(*who, Span(start=standing.cursor, end=caught.cursor))
        aside = self._tidy(reader, standing)
        found, stopped = caught.found + aside[0], caught.stopped + aside[1]
        if not found:
            raise again("Nothing new.", after=self._every, kind="Poll")
        return PollReport(found=found, stopped=stopped)

    def _read(self, reader: Reader, standing: Standing) -> Caught:
        """Read up to now; where the cursor has expired, the whole gap since the last reading."""
        try:
            return reader.catch_up(standing.cursor)
        except NotFound:
            since = self._inbox.read_at(reader.mailbox_id, reader.workspace_id)
            return reader.read_again(standing.cursor or "", since - GAP_MARGIN)

    def _tidy(self, reader: Reader, standing: Standing) -> tuple[int, int]:
        """Do what need not be done at every poll; gives what was found aside of the inbox."""
        who = (reader.mailbox_id, reader.workspace_id)
        if standing.has_abandoned:
            self._settle(reader.client, *who)
        if not standing.sweep_due:
            return 0, 0
        aside = (0, 0)
        if standing.read_at is not None:
            aside = _look_aside(reader, standing)
        self._sweep(reader.client, *who)
        return aside

    def _settle(self, client: MailClient, mailbox_id: str, workspace_id: str) -> None:
        """Find out what became of sends that nobody looks up any more."""
        for send in self._watch.abandoned(mailbox_id, workspace_id):
            fate = client.fate(send.submission)
            self._watch.settle(send, fate, workspace_id)
            if fate.kind is FateKind.UNSENT:
                client.delete_draft(send.submission.draft_id)

    def _sweep(self, client: MailClient, mailbox_id: str, workspace_id: str) -> None:
        """Remove the drafts of ours that nobody will send."""
        for draft in self._watch.orphans(mailbox_id, workspace_id, client.our_drafts()):
            client.delete_draft(draft)


def _look_aside(reader: Reader, standing: Standing) -> tuple[int, int]:
    """Look where filters put mail; that it fails says nothing against the inbox."""
    assert standing.read_at is not None
    try:
        return reader.look_aside(standing.read_at - GAP_MARGIN)
    except Disconnected:
        raise
    except ProviderError:
        return 0, 0
