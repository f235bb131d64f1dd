"""What came in, as callers see it and correct it."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from api.shapes.common import Strict, Text
from domain.following import Consequence
from domain.inbound.verdict import AutoKind, MailKind, ReplyCategory
from domain.matching import MatchedBy


class ClassifyIn(Strict):
    """What a message is, as a person sees it."""

    kind: MailKind = Field(
        description="What it is; what followed from the old class is undone, from this one done.",
        examples=["reply"],
    )
    reason: Text = Field(
        min_length=1, description="Why, for the log.", examples=["He only says that he is away."]
    )


class FollowedUp(BaseModel):
    """What was done about a message."""

    consequence: Consequence = Field(description="What follows from its class.")
    reason: str = Field(description="Why nothing more, or until when.")
    ended: list[str] = Field(description="Enrollments that it ended.")
    paused: list[str] = Field(description="Enrollments that await a return because of it.")
    suppression_id: str | None = Field(description="The suppression that it caused.")
    crossed: list[str] = Field(description="Deliveries accepted after it came, before it was read.")


class Message(BaseModel):
    """A message that came in, with why we think that it is what it is."""

    id: str
    enrollment_id: str = Field(description="The enrollment whose message it is about.")
    delivery_id: str | None = Field(description="That message.")
    matched_by: MatchedBy = Field(description="What tied it to that message.")
    match_reason: str = Field(description="Why its sender may speak of it, or may not.")
    kind: MailKind
    confidence: float = Field(ge=0, le=1, description="How much speaks for the class.")
    evidence: str = Field(description="What was found.")
    category: ReplyCategory | None = Field(description="Of a reply.")
    auto: AutoKind | None = Field(description="Of an automatic answer.")
    returns_on: date | None = Field(description="Of an absence: the first day back.")
    recipient: str | None = Field(description="Of a bounce: the address that it reports.")
    status_code: str | None = Field(description="Of a bounce: its enhanced code (RFC 3463).")
    from_address: str
    subject: str
    excerpt: str = Field(description="The beginning of its own text; nothing that it quotes.")
    received_at: datetime = Field(description="By the provider's clock (UTC).")
    message_id: str | None
    followed: FollowedUp
    first_kind: MailKind | None = Field(description="What the rules said, if it was corrected.")
    correction: str = Field(description="Why it was corrected.")
    corrected_by: str | None = Field(description="The user who did.")
    corrected_at: datetime | None = Field(description="When (UTC).")


class ClassifiedMessage(Message):
    """A message after a correction."""

    ended: list[str] = Field(description="Enrollments that the correction ended.")
    resumed: list[str] = Field(description="Enrollments that go on because of it.")
    in_flight: list[str] = Field(description="Deliveries that may still arrive; usually none.")
