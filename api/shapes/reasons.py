"""Reason codes as callers see them."""

from pydantic import BaseModel, Field

from api.shapes.common import Reason


class AliasOut(BaseModel):
    """What a source document calls it."""

    source: str
    name: str


class ReasonCodeOut(Reason):
    """A row of the catalog."""

    code: str
    status: str = Field(description="The status of an enrollment that has this code.")
    label: str
    aliases: list[AliasOut]
    log_event: str
    resumes: str = Field(description="How what waits with it goes on.")


class ReasonCodes(BaseModel):
    """The catalog, or what a search found in it."""

    data: list[ReasonCodeOut]
