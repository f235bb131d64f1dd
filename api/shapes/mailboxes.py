"""Mailboxes as callers send and see them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.shapes.common import Address, Reason, Strict, Text, Zone, one_line
from domain.access import Tls
from domain.codes import ReasonCode
from domain.mailbox import MailboxState


class MailServerIn(Strict):
    """A mail server and who we are there."""

    host: str = Field(
        min_length=1,
        max_length=253,
        pattern=r"^[A-Za-z0-9.:_-]+$",
        description="Its name or address.",
        examples=["mail.recruiting.example"],
    )
    port: int = Field(ge=1, le=65_535, description="Its port.", examples=[587])
    tls: Tls = Field(
        description="tls from the start, starttls, or none (on loopback only).",
        examples=["starttls"],
    )
    username: Annotated[str, AfterValidator(one_line)] = Field(
        max_length=320, description="Who logs in.", examples=["mia"]
    )
    password: Annotated[str, AfterValidator(one_line)] = Field(
        max_length=1000, description="Never shown again.", examples=["a secret of its own"]
    )


class MailServersIn(Strict):
    """The servers of an SMTP mailbox; without any, those that are known are tried again."""

    smtp: MailServerIn | None = Field(None, description="Where it sends.")
    imap: MailServerIn | None = Field(
        None, description="Where it reads; without one no reply is heard and nothing looked up."
    )


class MailboxIn(Strict):
    """A mailbox to connect."""

    kind: Literal["gmail", "outlook", "smtp"] = Field(
        description="What it is: gmail and outlook ask for consent, smtp for servers.",
        examples=["gmail"],
    )
    smtp: MailServerIn | None = Field(None, description="Where it sends (kind smtp).")
    imap: MailServerIn | None = Field(None, description="Where it reads (kind smtp).")
    address: Address = Field(
        description="Its e-mail address.", examples=["mia.lopez@recruiting.example"]
    )
    display_name: Text = Field("", description="The name in From.", examples=["Mia Lopez"])
    daily_limit: int = Field(
        400, ge=1, le=10_000, description="Most messages a local day, and in any 24 hours."
    )
    spacing_seconds: float = Field(
        3, ge=0, le=3600, allow_inf_nan=False, description="Least seconds between two messages."
    )
    zone: Zone | None = Field(None, description="IANA zone of its owner: whose day counts.")


class MailboxChange(Strict):
    """What may be changed of a mailbox; a field left out stays."""

    display_name: Text = Field("", description="The name in From.")
    daily_limit: int = Field(
        400, ge=1, le=10_000, description="Raising it brings forward what waits for a free day."
    )
    spacing_seconds: float = Field(3, ge=0, le=3600, allow_inf_nan=False, description="Seconds.")
    zone: Zone | None = Field(None, description="IANA zone of its owner.")


class MailboxPause(Strict):
    """Why a mailbox is paused."""

    reason: Text = Field("", description="For the log.")


class Mailbox(BaseModel):
    """A mailbox."""

    id: str
    kind: str
    address: str
    display_name: str
    zone: str | None = Field(description="IANA zone of its owner.")
    state: MailboxState = Field(description="Whether it can send.")
    paused: bool = Field(description="Whether a person paused it.")
    code: ReasonCode | None = Field(description="Why it cannot send, if it cannot.")
    reason: Reason | None = Field(description="The same in words.")
    resume_at: datetime | None = Field(description="When it goes on by itself (UTC).")
    cursor_age_seconds: float | None = Field(description="Since its inbox was last read.")
    sent_today: int = Field(description="Messages accepted on its present local day.")
    booked: int = Field(description="Slots reserved and not used yet.")
    next_slot_at: datetime | None = Field(description="The earliest of them (UTC).")
    in_flight: int = Field(description="Messages on their way to its provider right now.")
    daily_limit: int
    spacing_seconds: float


class BookedDay(BaseModel):
    """One local day of a mailbox."""

    day: date
    sent: int = Field(description="Slots used: they count against the limit for good.")
    booked: int = Field(description="Slots reserved.")


class BookedMailbox(Mailbox):
    """A mailbox with what is booked on it."""

    days: list[BookedDay] = Field(description="From today on, days without a slot left out.")


class ConnectingMailbox(Mailbox):
    """A mailbox whose owner must consent."""

    authorize_url: str | None = Field(
        description="Where its owner consents; works for 15 minutes. None for kind smtp."
    )


class Connected(BaseModel):
    """The end of a consent."""

    mailbox_id: str
    state: Literal["connected"]
    released: int = Field(description="Enrollments that this let go on.")
