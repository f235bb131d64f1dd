"""Watches a mailbox: the five-minute poll of its inbox."""

from datetime import timedelta

from temporalio import activity

from activities.catching_up import catch_up
from activities.failures import again
from domain.errors import ProviderError
from domain.messages import MailboxStart, PollReport
from domain.ports import Inbox, MailClients


class MailboxActivities:
    """Reads inboxes. Thread-safe: its ports are."""

    def __init__(self, *, clients: MailClients, inbox: Inbox, every: timedelta) -> None:
        self._clients = clients
        self._inbox = inbox
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
            if self._inbox.detection(mailbox.mailbox_id, mailbox.workspace_id, error):
                return PollReport(closed=True)
            raise again("The inbox could not be read.", after=self._every, kind="Poll") from None

    def _poll(self, mailbox: MailboxStart) -> PollReport:
        if self._inbox.detection(mailbox.mailbox_id, mailbox.workspace_id, None):
            return PollReport(closed=True)
        cursor = self._inbox.cursor(mailbox.mailbox_id, mailbox.workspace_id)
        client = self._clients.open(mailbox.mailbox_id, mailbox.workspace_id)
        _, arrivals = catch_up(
            client, self._inbox, mailbox.mailbox_id, mailbox.workspace_id, cursor
        )
        self._inbox.polled(mailbox.mailbox_id, mailbox.workspace_id)
        if not arrivals.messages:
            raise again("Nothing new.", after=self._every, kind="Poll")
        return PollReport(found=len(arrivals.messages))
