"""How an owner wants to be told, as callers send and see it."""

from typing import Annotated

from pydantic import BaseModel, Field

from api.shapes.common import Address, Strict, Url, Zone
from domain.rhythm import Mode

Phone = Annotated[
    str,
    Field(
        pattern=r"^\+[1-9][0-9]{6,14}$",
        description="A mobile number (E.164).",
        examples=["+351912345678"],
    ),
]


class _ChannelIn(Strict):
    mode: Mode = Field(
        Mode.IMMEDIATELY,
        description="When: immediately, or one digest per hour or day; off: never.",
    )
    daily_at: str = Field(
        "08:00",
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="HH:MM of the daily digest, local.",
    )
    zone: Zone = Field("UTC", description="IANA zone of `daily_at`.")


class EmailChannelIn(_ChannelIn):
    """By e-mail, from the workspace's notification mailbox."""

    address: Address | None = Field(
        None, description="Where to.", examples=["mia.lopez@recruiting.example"]
    )


class SlackChannelIn(_ChannelIn):
    """Into a Slack channel, or whatever takes Slack's incoming webhooks."""

    hook: Url | None = Field(
        None,
        description="The incoming webhook's URL. A secret: never shown again.",
        examples=["https://hooks.slack.com/services/T0/B0/x"],
    )


class SmsChannelIn(_ChannelIn):
    """By SMS."""

    phone: Phone | None = Field(None, description="Where to; without one nothing is sent.")


class NotificationsChange(Strict):
    """What to change; a channel or a field that is left out stays as it is.

    Without a `mode` a channel is told immediately.
    """

    email: EmailChannelIn | None = Field(None, description="By e-mail.")
    slack: SlackChannelIn | None = Field(None, description="By Slack.")
    sms: SmsChannelIn | None = Field(None, description="By SMS.")


class _Channel(BaseModel):
    mode: Mode
    daily_at: str
    zone: str
    disabled_why: str | None = Field(
        description="Why we switched it off, if we did; changing it switches it on."
    )
    waiting: int = Field(description="Events that are to be told: now, or with the digest.")
    set_aside: int = Field(description="Events that cannot be told for want of something.")
    set_aside_why: str | None = Field(description="What is lacking: owner_no_phone, or a sentence.")


class EmailChannel(_Channel):
    """By e-mail."""

    address: str | None


class SlackChannel(_Channel):
    """By Slack."""

    has_hook: bool


class SmsChannel(_Channel):
    """By SMS."""

    phone: str | None


class Notifications(BaseModel):
    """How the key's user is told of what happens in his sequences."""

    email: EmailChannel
    slack: SlackChannel
    sms: SmsChannel
