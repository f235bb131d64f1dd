"""Jobs: what became of each item of a bulk."""

from typing import Literal

from pydantic import BaseModel, Field

from api.shapes.common import Fault, Page


class JobItem(BaseModel):
    """What became of one item."""

    index: int = Field(description="Its place in what was sent, from 0.")
    result: Literal["created", "existing", "refused"]
    enrollment_id: str | None
    code: str | None = Field(description="Why it was refused.")
    errors: list[Fault]


class JobAccepted(BaseModel):
    """A job that was begun."""

    id: str
    state: Literal["running", "finished", "canceled"]
    total: int


class Job(JobAccepted):
    """A job with a page of its results."""

    done: int
    refused: int
    results: Page[JobItem]
