"""What opens a mailbox: its kind, and the grant or password that was given to us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from domain.mail import Grant


class MailboxKind(StrEnum):
    """How a mailbox is spoken to."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"
    SMTP = "smtp"  #: And IMAP.


PROVIDERS: Mapping[MailboxKind, str] = MappingProxyType(
    {MailboxKind.GMAIL: "google", MailboxKind.OUTLOOK: "microsoft"}
)
"""Whose consent opens a mailbox; the others have passwords."""


class Tls(StrEnum):
    """How a connection to a mail server is secured."""

    NONE = "none"  #: On loopback only.
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where a mail server listens, and who we are there. Secret: stored encrypted, never logged."""

    host: str
    port: int
    tls: Tls
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccess:
    """A mailbox behind plain mail servers."""

    smtp: Server
    imap: Server | None = None  #: Without one nothing can be looked up, and no reply is heard.
    files_sent: bool | None = None
    """Whether its server was seen to file what it accepts in the Sent folder; None: not seen yet.
    Only then does a copy's absence prove anything."""


Access = Grant | SmtpAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox as a provider's client needs it."""

    kind: MailboxKind
    address: str
    access: Access | None  #: None: it was never connected.
