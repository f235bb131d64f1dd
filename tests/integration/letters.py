"""What comes back: raw mails about a sent message, as mail systems and people write them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import format_datetime

from sqlalchemy import text

from activities.catching_up import Caught, Reader
from domain.errors import NotFound
from domain.hearing import GAP_MARGIN
from domain.ports.inbox import Span
from records.inbox import Inbox
from tests.integration.world import World


@dataclass(frozen=True)
class SentLetter:
    """A message in the provider's Sent folder."""

    sent_id: str
    to: str
    message_id: str
    thread_id: str


def sent_from(world: World, mailbox: str) -> list[SentLetter]:
    """Give what a mailbox sent, in order."""
    box = world.mail.boxes[mailbox]
    return [
        SentLetter(
            sent_id=sent_id,
            to=str(message_from_bytes(letter.mime, policy=policy.default)["To"])
            .rpartition("<")[2]
            .rstrip(">"),
            message_id=f"<{sent_id}@mail.memory>",
            thread_id=box.threads[sent_id],
        )
        for sent_id, letter in box.sent.items()
    ]


def bounce(sent: SentLetter, *, status: str = "5.1.1", says: str = "550 No such user") -> bytes:
    """Write a delivery report (RFC 3464) about a message."""
    action = "failed" if status.startswith("5") else "delayed"
    return f"""\
From: Mail Delivery System <mailer-daemon@relay.example>
Return-Path: <>
Subject: Undelivered Mail Returned to Sender
Message-ID: <b-{sent.sent_id}@relay.example>
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B

The message to <{sent.to}> could not be delivered: {says}

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {sent.to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {says}

--B
Content-Type: message/rfc822

Message-ID: {sent.message_id}
To: {sent.to}

--B--
""".encode()


def absence(sent: SentLetter, *, says: str = "I am out of the office.") -> bytes:
    """Write an automatic answer to a message."""
    return f"""\
From: {sent.to}
Date: {format_datetime(datetime.now(UTC))}
Subject: Automatic reply: A role
Message-ID: <a-{sent.sent_id}@candidate.example>
In-Reply-To: {sent.message_id}
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All

{says}
""".encode()


def catch_up(world: World, mailbox: str) -> Caught:
    """Read a mailbox as its poll does."""
    who = (mailbox, world.workspace_id)
    inbox = Inbox(world.database)
    reader = Reader(
        client=world.mail.open(*who), inbox=inbox, mailbox_id=who[0], workspace_id=who[1]
    )
    with world.database.workspace(world.workspace_id) as connection:
        query = text("SELECT cursor FROM mailboxes WHERE id = :id")
        cursor = connection.execute(query, {"id": mailbox}).scalar_one()
    try:
        caught = reader.catch_up(cursor)
    except NotFound:
        caught = reader.read_again(cursor, inbox.read_at(*who) - GAP_MARGIN)
    inbox.polled(*who, Span(start=cursor, end=caught.cursor))
    return caught


def messages_of(world: World) -> list[dict[str, object]]:
    """Read all messages that were kept, oldest first."""
    with world.database.workspace(world.workspace_id) as connection:
        rows = connection.execute(text("SELECT * FROM messages ORDER BY id")).mappings()
        return [dict(row) for row in rows]
