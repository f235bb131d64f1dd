"""Writes letters: renders once, builds MIME, and reads it back before anything may leave."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from inscriptis import get_text
from inscriptis.model.config import ParserConfig

from domain.codes import ReasonCode
from domain.errors import ContentFault
from domain.mail import DELIVERY_HEADER, Attachment, Draft, Letter, Thread
from providers.addresses import ascii_form, fault_of
from providers.letter_policy import HEADERS, READING, LetterPolicy
from providers.optout_headers import LIST_UNSUBSCRIBE, ONE_CLICK, OptOut, opt_out_of
from providers.templates import render_body, render_subject

MAX_SUBJECT = 998  #: RFC 5322 2.1.1: no line of a header is longer.
_ENCODED_WORD = re.compile(r"=\?.*?\?=")
_POLICY = LetterPolicy(linesep="\r\n", max_line_length=78, header_factory=HEADERS)
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", DELIVERY_HEADER, "MIME-Version")
_WAYS_OUT = (LIST_UNSUBSCRIBE, ONE_CLICK)
_MAYBE = ("Cc", "Bcc", "In-Reply-To", "References", "Content-Type", *_WAYS_OUT)


class LetterWriter:
    """`domain.ports.mail.Writer`: the same draft always gives the same bytes."""

    def __init__(self, *, unsubscribe_url: str = "") -> None:
        """`unsubscribe_url` is the page that answers opt-out tokens, as candidates reach it.

        Without one, messages name the mailbox only, and promise no one-click.
        """
        self._page = unsubscribe_url.rstrip("/")

    def write(self, draft: Draft) -> Letter:
        """Render and build. Raises ContentFault for what cannot be written."""
        _check_recipients(draft)
        way_out = opt_out_of(draft, self._page)
        link = "" if way_out is None else way_out.link
        subject = _subject(draft, link)
        html = render_body(draft.content.body, draft, unsubscribe_url=link)
        text = get_text(html, ParserConfig(display_links=True)).strip()
        if not text and "<img" not in html:
            raise ContentFault(ReasonCode.EMPTY_MESSAGE, "The body renders to nothing.")
        message = _build(draft, subject, html, text, way_out)
        mime = message.as_bytes(policy=_POLICY)
        _read_back(mime, draft, subject, way_out)
        return Letter(
            subject=subject,
            html=html,
            text=text,
            mime=mime,
            message_id=str(message["Message-ID"]),
            thread_id=None if draft.tail is None else draft.tail.thread_id,
        )


def _check_recipients(draft: Draft) -> None:
    fault = fault_of(draft.to_address)
    if fault is not None:
        detail = "The candidate's address is not one that mail can be sent to."
        raise ContentFault(ReasonCode.INVALID_CONTACT_EMAIL, detail)
    if any(fault_of(one) is not None for one in (*draft.content.cc, *draft.content.bcc)):
        detail = "The address of a copy is not one that mail can be sent to."
        raise ContentFault(ReasonCode.PERMANENT_FAIL, detail)


def _subject(draft: Draft, link: str) -> str:
    """Render the subject, or take the thread's with "Re:" for a follow-up."""
    if draft.tail is not None:
        return f"Re: {draft.tail.subject}"
    if draft.content.thread is Thread.REPLY and not draft.content.subject:
        raise ContentFault(
            ReasonCode.MISSING_EMAIL_SUBJECT, "There is no thread yet, and the step has no subject."
        )
    rendered = render_subject(draft.content.subject, draft, unsubscribe_url=link)
    subject = " ".join(rendered.split(" ")).strip()
    if not subject:
        raise ContentFault(ReasonCode.MISSING_EMAIL_SUBJECT, "The subject renders to nothing.")
    _check_header_text(subject, "The subject")
    if len(subject) > MAX_SUBJECT:
        raise ContentFault(
            ReasonCode.PERMANENT_FAIL, f"The subject is over {MAX_SUBJECT} characters."
        )
    return subject


def _check_header_text(text: str, what: str) -> None:
    """Refuse what could become another header: control characters, also inside encoded words.

    Older Pythons decode "=?utf-8?q?=0A…?=" into a line break (CVE-2024-6923), so the guard is ours.
    """
    if _ENCODED_WORD.search(text) or any(
        unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in text
    ):
        raise ContentFault(
            ReasonCode.PERMANENT_FAIL, f"{what} contains characters that no header may have."
        )


def _build(
    draft: Draft, subject: str, html: str, text: str, way_out: OptOut | None
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    digest = hashlib.sha256(draft.key.encode()).hexdigest()
    domain = draft.from_address.rpartition("@")[2]
    message["From"] = _address(draft.from_name, draft.from_address)
    message["To"] = _address(draft.to_name, draft.to_address)
    for name, addresses in (("Cc", draft.content.cc), ("Bcc", draft.content.bcc)):
        if addresses:
            message[name] = [_address("", address) for address in addresses]
    message["Subject"] = subject
    message["Date"] = format_datetime(draft.written_at.replace(microsecond=0))
    message["Message-ID"] = f"<{digest[:40]}@{domain}>"
    message[DELIVERY_HEADER] = draft.key
    if draft.tail is not None:
        message["In-Reply-To"] = draft.tail.message_id
        message["References"] = " ".join((*draft.tail.references, draft.tail.message_id))
    for name, value in _ways_out(way_out).items():
        message[name] = value
    message.set_content(text or " ", cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    _attach(message, draft.attachments)
    _fix_boundaries(message, digest[40:])
    return message


def _ways_out(way_out: OptOut | None) -> dict[str, str]:
    """Give the headers to opt out by; what could become another header is refused."""
    headers = {} if way_out is None else way_out.headers
    for value in headers.values():
        _check_header_text(value, "The opt-out")
    return headers


def _attach(message: EmailMessage, files: Sequence[Attachment]) -> None:
    for file in files:
        _check_header_text(file.name, "The name of a file")
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)


def _fix_boundaries(message: EmailMessage, name: str) -> None:
    """Name the boundaries by the delivery, so that the bytes are always the same.

    "=_" cannot stand in quoted-printable or base64, and no boundary begins like another.
    """
    parts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(parts, 1):
        part.set_boundary(f"=_{number}_{name}")


def _address(name: str, address: str) -> Address:
    """Make an address; a display name that could break out of its header is left away."""
    try:
        _check_header_text(name, "The name")
    except ContentFault:
        name = ""
    user, _, domain = ascii_form(address).rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


def _read_back(mime: bytes, draft: Draft, subject: str, way_out: OptOut | None) -> None:
    """Parse the bytes as a receiver would; anything but what was intended must not leave."""
    try:
        sound = _reads_as_meant(mime, draft, subject, way_out)
    except (IndexError, ValueError, MessageError):  # What the parser itself trips over, too.
        sound = False
    if not sound:
        raise ContentFault(
            ReasonCode.PERMANENT_FAIL, "The message did not read back as it was meant."
        )


def _reads_as_meant(mime: bytes, draft: Draft, subject: str, way_out: OptOut | None) -> bool:
    read = message_from_bytes(mime, policy=READING)
    names = [name.lower() for name in read.keys()]  # noqa: SIM118 - a header may stand twice.
    allowed = {name.lower() for name in (*_ONCE, *_MAYBE)}
    intended = {
        "To": [ascii_form(draft.to_address)],
        "Cc": [ascii_form(one) for one in draft.content.cc],
        "Bcc": [ascii_form(one) for one in draft.content.bcc],
        "From": [ascii_form(draft.from_address)],
    }
    return (
        set(names) <= allowed
        and len(names) == len(set(names))
        and all(name.lower() in names for name in _ONCE)
        and str(read["Subject"]) == subject
        and all(_addresses(read, name) == wanted for name, wanted in intended.items())
        and {name: str(read[name]) for name in _WAYS_OUT if name in read} == _ways_out(way_out)
        and _files(read) == [(a.name, a.content_type, a.content) for a in draft.attachments]
    )


def _files(message: EmailMessage) -> list[tuple[str | None, str, object]]:
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()
    ]


def _addresses(message: object, name: str) -> list[str]:
    header = message[name]  # pyright: ignore[reportIndexIssue, reportUnknownVariableType]
    return [] if header is None else [one.addr_spec for one in header.addresses]
