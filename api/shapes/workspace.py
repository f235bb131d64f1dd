"""The caller's workspace as callers send and see it."""

from pydantic import BaseModel, Field

from api.shapes.common import Strict


class WorkspaceChange(Strict):
    """What may be changed of a workspace."""

    monthly_contacts: int | None = Field(
        ge=0,
        le=10_000_000,
        description="How many different people it may write to in a calendar month (UTC);"
        " null: any number.",
        examples=[5000],
    )


class Workspace(BaseModel):
    """A workspace and its limit."""

    id: str
    name: str
    monthly_contacts: int | None = Field(description="The limit; null: none.")
    contacts_this_month: int = Field(description="How many count; 0 where there is no limit.")
