"""The caller's workspace as callers send and see it."""

from pydantic import BaseModel, Field

from api.shapes.common import Id, Strict


class WorkspaceChange(Strict):
    """What may be changed of a workspace; what is left out stays."""

    monthly_contacts: int | None = Field(
        None,
        ge=0,
        le=10_000_000,
        description="How many different people it may write to in a calendar month (UTC);"
        " null: any number.",
        examples=[5000],
    )
    notification_mailbox_id: Id | None = Field(
        None,
        description="Which mailbox writes to owners of what happened; null: none does.",
        examples=["mbx_00000000000000000000"],
    )


class Workspace(BaseModel):
    """A workspace and its limit."""

    id: str
    name: str
    monthly_contacts: int | None = Field(description="The limit; null: none.")
    contacts_this_month: int = Field(description="How many count; 0 where there is no limit.")
    notification_mailbox_id: str | None = Field(description="Which mailbox writes to owners.")
