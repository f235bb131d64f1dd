"""Sources as callers send and see them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.shapes.common import Strict, Text, one_line
from domain.sources.kinds import SourceFault, SourceKind, SourceState

Secret = Annotated[str, Field(min_length=8, max_length=500), AfterValidator(one_line)]
ApiKey = Annotated[str, Field(min_length=8, max_length=2_000, pattern=r"^[!-~]+$")]
Subdomain = Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
MOST_SECRETS = 4  #: Lever has one for each kind of event.


class SourceIn(Strict):
    """A source to add."""

    kind: SourceKind = Field(description="What it is.", examples=["calendly"])
    name: Text = Field("", description="For people.", examples=["Calendly of the Lisbon office"])
    secrets: list[Secret] = Field(
        default_factory=list[str],
        max_length=MOST_SECRETS,
        description="What signs its webhooks, never shown again; left out, we make one and show it"
        " once. Lever gives you one per kind of event; Workable signs with its API key.",
        examples=[["a-signing-key-of-your-own"]],
    )
    api_key: ApiKey | None = Field(
        None, description="With which it is asked (greenhouse, workable, lever, ashby)."
    )
    subdomain: Subdomain | None = Field(
        None, description="Of your account: acme in acme.workable.com (workable)."
    )


class SourceChange(Strict):
    """What may be changed of a source; a field left out stays. It is asked again at once."""

    name: Text = Field("", description="For people.")
    secrets: list[Secret] = Field(
        default_factory=list[str],
        min_length=1,
        max_length=MOST_SECRETS,
        description="In place of all that are valid now; to replace one without a gap: /rotate.",
    )
    api_key: ApiKey = Field("", description="In place of the one that it has.")
    subdomain: Subdomain = Field("", description="Of your account (workable).")


class Rotation(Strict):
    """A new secret beside the one that is valid now."""

    secret: Secret | None = Field(None, description="Left out, we make one and show it once.")
    previous_valid_seconds: int = Field(
        86_400, ge=0, le=604_800, description="How long the newest of those before stays valid."
    )


class Source(BaseModel):
    """A source."""

    id: str
    kind: SourceKind
    name: str
    webhook_url: str = Field(description="Where it must send its webhooks.")
    polled: bool = Field(description="Whether it is also asked for interviews every few minutes.")
    state: SourceState = Field(description="Whether it can be asked.")
    code: SourceFault | None = Field(description="Why not, if not.")
    detail: str | None = Field(description="The same in words.")
    remedy: str | None = Field(description="What to do about it.")
    subdomain: str | None
    secrets: int = Field(description="How many are valid now.")
    has_api_key: bool
    polled_at: datetime | None = Field(description="When it last answered a poll.")
    heard_at: datetime | None = Field(description="When its newest believed webhook came.")
    refused_at: datetime | None = Field(description="When the newest came that was not believed.")
    refusal: str | None = Field(description="Why: unsigned, forged, late, malformed, too_large.")
    created_at: datetime
    updated_at: datetime


class NewSource(Source):
    """A source with a secret that we made."""

    secret: str | None = Field(
        description="Give it to the source. It is not shown again, not even to a repeat of this"
        " request with the same Idempotency-Key."
    )


class WebhookEvent(BaseModel):
    """Something that a source told."""

    id: str
    origin: Literal["webhook", "poll"]
    name: str = Field(description="The source's own word for it.")
    happening: str = Field(description="booked, canceled, changed or other.")
    state: str = Field(
        description="stored (the source is asked first), done, ignored or failed (after a week)."
    )
    outcome: dict[str, Any] = Field(description="Why, and the ids of candidates and enrollments.")
    attempts: int = Field(description="Times that the source was asked about it in vain.")
    received_at: datetime
    done_at: datetime | None


class Accepted(BaseModel):
    """A webhook that was stored: its stop counts from now on."""

    event_id: str | None = Field(description="None for a repeat.")
    state: str = Field(description="stored, done, ignored, or duplicate.")
    ended: list[str] = Field(description="Enrollments that it ended.")
    in_flight: list[str] = Field(description="Deliveries that may cross it.")
