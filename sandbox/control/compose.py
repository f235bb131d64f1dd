"""Letters that candidates write: replies with proper headers, and mail of their own."""

import secrets
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from sandbox.world.letter import Letter, addresses_in

_REPLY_BODY = "Thank you for your mail. This sounds interesting, let us talk."


def compose(
    *,
    sender: str,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    headers: Mapping[str, str],
    at_ms: int,
) -> Letter:
    """Write a letter as a mail program would. `headers` add to its head or replace parts.

    Raises ValueError for what cannot be a header.
    """
    message = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2] or "localhost"
    head = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": formatdate(at_ms / 1000),
        "Message-ID": f"<{secrets.token_hex(12)}@{domain}>",
    }
    for name, value in head.items():
        message[name] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    for name, value in headers.items():
        del message[name]
        message[name] = value
    return Letter(message.as_bytes())


def reply(
    original: Letter,
    *,
    sender: str,
    subject: str | None = None,
    body: str | None = None,
    html: str = "",
    headers: Mapping[str, str],
    at_ms: int,
) -> Letter:
    """Answer a letter: to its Reply-To or From, in its thread, "Re:" before its subject."""
    told = original.subject
    again = told if told.lower().startswith("re:") else f"Re: {told}".strip()
    references = " ".join([*original.first("References").split(), original.message_id])
    thread = {"In-Reply-To": original.message_id, "References": references}
    to = addresses_in(original.all("Reply-To")) or (original.sender,)
    return compose(
        sender=sender,
        to=", ".join(to),
        subject=again if subject is None else subject,
        body=_REPLY_BODY if body is None else body,
        html=html,
        headers={**(thread if original.message_id else {}), **headers},
        at_ms=at_ms,
    )
