"""Watches a mailbox: the poll of its inbox, its health, the drafts that it should not keep."""

from datetime import timedelta

from temporalio import activity

from activities.catching_up import catch_up
from activities.failures import again
from domain.errors import ProviderError
from domain.fate import FateKind
from domain.messages import MailboxStart, PollReport
from domain.ports import Inbox, MailClient, MailClients, Watch, Watching


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
        """Read what arrived, and return only when something did.

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
        _, arrivals = catch_up(client, self._inbox, *who, self._inbox.cursor(*who))
        self._inbox.polled(*who)
        if standing.has_abandoned:
            self._settle(client, *who)
        if standing.sweep_due:
            self._sweep(client, *who)
        if not arrivals.messages:
            raise again("Nothing new.", after=self._every, kind="Poll")
        return PollReport(found=len(arrivals.messages))

    def _settle(self, client: MailClient, mailbox_id: str, workspace_id: str) -> None:
        """Find out what became of sends that nobody looks up any more."""
        for send in self._watch.abandoned(mailbox_id, workspace_id):
            fate = client.fate(send.submission)
            self._watch.settle(send, fate, workspace_id)
            if fate.kind is FateKind.UNSENT:
                client.delete_draft(send.submission.draft_id)

    def _sweep(self, client: MailClient, mailbox_id: str, workspace_id: str) -> None:
        """Remove the drafts of ours that nobody will send."""
        for draft_id in self._watch.orphans(mailbox_id, workspace_id, client.our_drafts()):
            client.delete_draft(draft_id)
