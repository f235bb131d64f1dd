"""Candidates, and what happens to them elsewhere."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.shapes.common import Address, LongText, SmallId, Strict, Text, Url, Zone, one_line

MAX_FIELDS = 100


class EmailIn(Strict):
    """An address of a candidate."""

    id: SmallId | None = Field(None, description="Keeps the address's identity in a PATCH.")
    address: Annotated[str, Field(max_length=320), AfterValidator(one_line)] = Field(
        description="May be faulty: it is judged when a step needs it.",
        examples=["jo@candidate.example"],
    )
    type: Literal["work", "personal", "other"] = Field("work", description="Work goes first.")


class CandidateIn(Strict):
    """A candidate."""

    first_name: Text = Field("", description="Given name.", examples=["Jo"])
    last_name: Text = Field("", description="Family name.", examples=["Silva"])
    emails: list[EmailIn] = Field(
        default_factory=list[EmailIn], max_length=20, description="Addresses, best first."
    )
    phones: list[Text] = Field(
        default_factory=list[str], max_length=20, description="Telephone numbers."
    )
    linkedin_url: Url | None = Field(None, description="Public profile.")
    zone: Zone | None = Field(None, description="IANA zone in which the candidate lives.")
    external_id: Text | None = Field(None, description="Your own id; unique in the workspace.")
    owner_external_id: Text | None = Field(None, description="Your id of the owner.")
    fields: dict[Text, LongText] = Field(
        default_factory=dict[str, str],
        max_length=MAX_FIELDS,
        description="Free fields for templates: {{ candidate.fields.company }}.",
    )


class Candidate(BaseModel):
    """A candidate."""

    id: str
    first_name: str
    last_name: str
    emails: list[dict[str, Any]] = Field(description="id, address and type of each.")
    phones: list[str]
    linkedin_url: str | None
    zone: str | None
    external_id: str | None
    owner_external_id: str | None
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class EventIn(Strict):
    """Something that happened to a candidate elsewhere."""

    type: Literal[
        "reply", "interview_session", "calendly", "ats_interview", "unsubscribe", "bounce"
    ] = Field(description="What happened.", examples=["interview_session"])
    external_id: Text = Field(
        min_length=1, description="The source's id; a repeat changes nothing.", examples=["int-1"]
    )
    occurred_at: datetime | None = Field(None, description="By the source's clock.")
    address: Address | None = Field(
        None,
        description="unsubscribe, bounce: which address is meant; else that of the last message.",
    )


class EventAccepted(BaseModel):
    """What an event led to."""

    duplicate: bool = Field(description="True when it was known already.")
    ended: list[str] = Field(description="Enrollments that it ended.")
    in_flight: list[str] = Field(description="Deliveries that may cross it.")
