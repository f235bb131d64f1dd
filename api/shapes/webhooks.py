"""Webhook endpoints and what was brought to them, as callers send and see it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.shapes.common import Strict, Text, Url
from domain.codes import LogEvent
from domain.webhooks import EndpointState, NoticeState

Events = Annotated[
    list[LogEvent | Literal["*"]],
    Field(
        min_length=1,
        max_length=100,
        description='Which events it hears, by their names in the log; "*" is all of them.',
        examples=[["enrollment.replied", "enrollment.errored"]],
    ),
]
HookUrl = Annotated[
    Url,
    Field(
        description="Where it listens: https, on the public internet.",
        examples=["https://hooks.example.com/reprise"],
    ),
]


class WebhookEndpointIn(Strict):
    """An endpoint to add."""

    url: HookUrl
    events: Events = Field(["*"], description='Which events it hears; "*" is all of them.')
    description: Text = Field("", description="For people.", examples=["Our ATS"])


class WebhookEndpointChange(Strict):
    """What may be changed of an endpoint."""

    url: HookUrl | None = Field(None, description="Where it listens.")
    events: Events | None = Field(None, description="Which events it hears.")
    description: Text | None = Field(None, description="For people.")
    state: EndpointState | None = Field(
        None, description="enabled: tell it (again); disabled: what is on its way stops."
    )


class WebhookEndpoint(BaseModel):
    """An endpoint."""

    id: str
    url: str
    events: list[str]
    description: str
    state: EndpointState
    disabled_why: str | None = Field(description="Why we switched it off, if we did.")
    failing_since: datetime | None = Field(
        description="Since when no try has succeeded; null while it is well."
    )
    previous_secret_until: datetime | None = Field(
        description="Until when the secret before the present one signs, too."
    )
    created_at: datetime


class WebhookEndpointSecret(WebhookEndpoint):
    """An endpoint with its new secret, which is not shown again."""

    secret: str = Field(description="Verifies `webhook-signature`.", examples=["whsec_…"])


class WebhookAttempt(BaseModel):
    """One try."""

    number: int
    at: datetime
    http_status: int | None = Field(description="What it answered; null: no whole answer came.")
    fault: str | None = Field(description="Why it counts as a failure.")
    answer: str = Field(description="The beginning of its answer.")
    took_ms: int


class WebhookDelivery(BaseModel):
    """One event on its way to an endpoint."""

    id: str
    event_id: str = Field(description="The `webhook-id` header: the same at every try.")
    type: str
    code: str | None
    enrollment_id: str | None
    number: int | None = Field(description="The event's order number in its enrollment.")
    at: datetime = Field(description="When the event happened.")
    state: NoticeState
    tries: int
    last_fault: str | None = Field(description="Why the last try failed; null after a success.")
    next_try_at: datetime | None
    created_at: datetime
    settled_at: datetime | None
    attempts: list[WebhookAttempt] = Field(description="The newest 50, oldest first.")


class RedeliverIn(Strict):
    """What to send again."""

    since: datetime = Field(
        description="From which moment on (RFC 3339), by when the delivery was written.",
        examples=["2026-01-31T08:00:00Z"],
    )
    states: list[Literal["failed", "stopped", "delivered", "pending"]] = Field(
        ["failed", "stopped"],
        min_length=1,
        max_length=4,
        description="What became of it so far.",
    )


class Redelivered(BaseModel):
    """How much is sent again."""

    redelivered: int = Field(description="At most 10,000 by one call: ask again for the rest.")
