"""Fast-forwarding, where the sandbox is on."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.shapes.common import Id, Strict


class ForwardIn(Strict):
    """How far to move clocks on: of one enrollment, or of a sequence's."""

    enrollment_id: Id | None = Field(None, description="One enrollment.", examples=[None])
    sequence_id: Id | None = Field(None, description="Or all open ones of a sequence.")
    seconds: int = Field(ge=1, le=400 * 86_400, description="How far.", examples=[86400])


class Moved(BaseModel):
    """An enrollment's new time."""

    enrollment_id: str
    now: datetime = Field(description="Its own clock (UTC).")


class Forwarded(BaseModel):
    """What was moved."""

    data: list[Moved]
