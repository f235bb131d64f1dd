"""Brings a mailbox's inbox cursor up to now: the five-minute poll and the barrier before a send."""

from domain.errors import NotFound
from domain.mail import Arrivals
from domain.ports import Inbox, MailClient

RESCAN_DAYS = 30  #: How far back to read again when a cursor has expired.


def catch_up(
    client: MailClient, inbox: Inbox, mailbox_id: str, workspace_id: str, cursor: str | None
) -> tuple[str, Arrivals]:
    """Read what arrived since `cursor` and commit it with the facts that follow.

    A quiet inbox costs one request and no transaction. Returns the cursor after it and what came.
    """
    if cursor is None:
        arrivals = Arrivals(cursor=client.cursor())
    else:
        arrivals = _since(client, cursor)
        if not arrivals.messages:
            return arrivals.cursor, arrivals
    inbox.accept(mailbox_id, workspace_id, cursor or arrivals.cursor, arrivals)
    return arrivals.cursor, arrivals


def _since(client: MailClient, cursor: str) -> Arrivals:
    try:
        return client.arrivals(cursor)
    except NotFound:
        return client.recent(days=RESCAN_DAYS)
