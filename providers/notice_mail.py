"""Notices by e-mail, from the workspace's notification mailbox, over the same port as any mail.

At least once: a notice whose answer was lost is sent again, with the same Message-ID and bytes.
"""

import hashlib
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from domain import notice_text
from domain.errors import Disconnected, ProviderError, Refused
from domain.fate import Submission
from domain.mail import DELIVERY_HEADER, Letter
from domain.notice_ports import Batch, Refusal, Untold
from domain.ports.mail import MailClients
from providers.addresses import ascii_form

_POLICY = policy.SMTP.clone(max_line_length=78)
_MAX_SUBJECT = 150


class MailTeller:
    """`domain.notice_ports.Teller` for addresses. Thread-safe."""

    def __init__(self, clients: MailClients) -> None:
        self._clients = clients

    def tell(self, batch: Batch, workspace_id: str) -> None:
        """Send one letter. Raises Untold."""
        assert batch.mailbox_id is not None
        letter = write(batch)
        try:
            client = self._clients.open(batch.mailbox_id, workspace_id)
            draft_id = client.create_draft(letter)
            client.send_draft(
                Submission(key=batch.id, draft_id=draft_id, letter=letter), lambda: None
            )
        except Disconnected:
            why = "The notification mailbox is disconnected: connect it again."
            raise Untold(why, Refusal.RETRY) from None
        except Refused as error:
            why = f"The notification mailbox's provider refused it ({error.code})."
            raise Untold(why, Refusal.RETRY, retry_after=error.retry_after) from None
        except ProviderError as error:
            why = f"The notification mailbox failed ({type(error).__name__})."
            raise Untold(why, Refusal.RETRY, retry_after=error.retry_after) from None


def write(batch: Batch) -> Letter:
    """Write the letter: the same bytes for the same batch."""
    notice = notice_text.compose(batch.items)
    subject = f"Reprise: {notice.headline}"[:_MAX_SUBJECT]
    text, html = notice_text.plain(notice), notice_text.html(notice)
    digest = hashlib.sha256(batch.id.encode()).hexdigest()
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address("Reprise", batch.mailbox_address)
    message["To"] = _address("", batch.to)
    message["Subject"] = subject
    message["Date"] = format_datetime(batch.written_at.replace(microsecond=0))
    message["Message-ID"] = f"<{digest[:40]}@{batch.mailbox_address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it.
    message[DELIVERY_HEADER] = batch.id
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{digest[40:]}")
    return Letter(
        subject=subject,
        html=html,
        text=text,
        mime=message.as_bytes(policy=_POLICY),
        message_id=str(message["Message-ID"]),
    )


def _address(name: str, address: str) -> Address:
    user, _, domain = ascii_form(address).rpartition("@")
    return Address(display_name=name, username=user, domain=domain)
