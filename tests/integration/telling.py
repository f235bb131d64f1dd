"""Who is told in integration tests: endpoints and owners' channels, over real HTTP."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from sqlalchemy import select

from activities.notices import NoticeActivities
from activities.webhooks import WebhookActivities
from domain.notice_ports import Batch
from domain.notices import NoticeChannel
from domain.outside import Rules
from domain.ports.mail import MailClients
from providers.notice_mail import MailTeller
from providers.outside import OutsideCalls
from providers.slack import SlackTeller
from providers.transport import OneShotTransport
from providers.twilio import SmsTeller, TwilioAccount
from records.database import Database
from records.notifications import Channels, choose_mailbox
from records.owner_notices import OwnerNotices
from records.tables import log_events, notices, users
from records.vault import Vault, VaultKey
from records.webhook_tries import WebhookTries
from records.webhooks import Endpoints

VAULT = Vault([VaultKey("test", bytes(range(32)))])
ENDPOINTS, CHANNELS = Endpoints(VAULT), Channels(VAULT)
NOWHERE = "http://127.0.0.1:9"
OWNER = "mia@owner.example"


class Telephones:
    """An SMS provider that a test puts somewhere, once it knows where."""

    url = NOWHERE

    def tell(self, batch: Batch, workspace_id: str) -> None:
        """Send over the present address."""
        account = TwilioAccount(
            url=self.url, account_sid="AC1", auth_token="secret", sender="+15005550006"
        )
        with closing(OneShotTransport()) as transport:
            SmsTeller(account, transport).tell(batch, workspace_id)


TELEPHONES = Telephones()


def activities(database: Database, mail: MailClients) -> list[Callable[..., Any]]:
    """Build the activities that tell."""
    outside = OutsideCalls(Rules(loopback=True), limit=3)
    webhooks = WebhookActivities(
        ledger=WebhookTries(database, ENDPOINTS), outside=outside, chance=lambda: 0.5
    )
    owners = NoticeActivities(
        ledger=OwnerNotices(database, CHANNELS),
        tellers={
            NoticeChannel.EMAIL: MailTeller(mail),
            NoticeChannel.SLACK: SlackTeller(outside),
            NoticeChannel.SMS: TELEPHONES,
        },
        chance=lambda: 0.5,
    )
    return [webhooks.deliver_webhook, owners.tell_owner]


class Listeners:
    """Adds listeners to a world, and reads what they are to be told."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self._database = database
        self._workspace_id = workspace_id

    @property
    def owner_id(self) -> str:
        """Who owns the world's sequences."""
        with self._database.workspace(self._workspace_id) as connection:
            return connection.execute(select(users.c.id).limit(1)).scalar_one()

    def endpoint(self, url: str, *events: str) -> tuple[str, bytes]:
        """Add an endpoint; gives its id and its secret."""
        values = {"url": url, "events": list(events or ("*",)), "description": ""}
        with self._database.workspace(self._workspace_id) as connection:
            return ENDPOINTS.make(connection, self._workspace_id, self.owner_id, values)

    def choose(self, channel: str, *, user_id: str | None = None, **values: Any) -> None:
        """Write the owner's channel, or somebody else's."""
        given = {
            "address": None,
            "hook": None,
            "mode": "immediately",
            "daily_at": "08:00",
            "zone": "UTC",
            **values,
        }
        with self._database.workspace(self._workspace_id) as connection:
            CHANNELS.put(
                connection,
                self._workspace_id,
                user_id or self.owner_id,
                NoticeChannel(channel),
                given,
            )

    def mailbox(self, mailbox_id: str | None) -> None:
        """Choose the notification mailbox."""
        with self._database.workspace(self._workspace_id) as connection:
            choose_mailbox(connection, self._workspace_id, mailbox_id)

    def notices(self, channel: str | None = None) -> list[dict[str, Any]]:
        """Read the notices, oldest first, with their events."""
        query = (
            select(notices, log_events.c.event, log_events.c.enrollment_id)
            .join(log_events, log_events.c.id == notices.c.event_id)
            .order_by(notices.c.id)
        )
        if channel is not None:
            query = query.where(notices.c.channel == channel)
        with self._database.workspace(self._workspace_id) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Read the log's rows of an event."""
        query = select(log_events).where(log_events.c.event == event).order_by(log_events.c.id)
        with self._database.workspace(self._workspace_id) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
