"""Who must not be written to, as callers see it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.shapes.common import Fault, LongText, Strict, one_line
from domain.suppressions import MAX_VALUE, Origin, SuppressionKind, SuppressionReason

MOST_ROWS = 10_000


class SuppressionIn(Strict):
    """Somebody who must not be written to."""

    kind: SuppressionKind = Field(
        description="address; person (a candidate's id); domain, with its subdomains; company"
        " (compared with fields.company, without case and spaces).",
        examples=["domain"],
    )
    value: Annotated[str, Field(min_length=1, max_length=MAX_VALUE), AfterValidator(one_line)] = (
        Field(description="The address, id, domain or name.", examples=["acme.example"])
    )
    reason: Literal["blocked", "unsubscribed"] = Field(
        "blocked", description="unsubscribed: on the person's own wish."
    )
    note: LongText = Field("", description="For people: why, on whose wish.")
    force: bool = Field(
        False, description="Block a domain of free mail too; everybody there is covered."
    )


class Suppression(BaseModel):
    """An entry of the list; it counts from its making until it is lifted."""

    id: str
    kind: SuppressionKind
    value: str = Field(description="As it is compared: lower case, domains in Punycode.")
    reason: SuppressionReason
    origin: Origin = Field(description="By which way it came.")
    message_id: str | None = Field(description="The incoming message that caused it.")
    note: str
    added_by: str | None = Field(description="A user; null: the candidate or a mail system.")
    created_at: datetime
    lifted_at: datetime | None = Field(description="Null while it counts.")
    lifted_by: str | None = Field(description="A user; null: a corrected message.")


class SuppressionAdded(Suppression):
    """An entry, and what adding it ended."""

    ended: list[str] = Field(description="Enrollments that it ended.")
    in_flight: list[str] = Field(description="Deliveries that may cross it.")


class SuppressionLifted(Suppression):
    """A lifted entry. It restarts nothing that has ended."""

    released: int = Field(
        description="Enrollments that were held as previously_bounced by it and go on."
    )


class SuppressionsIn(Strict):
    """A list to take over."""

    rows: list[Any] = Field(
        min_length=1,
        max_length=MOST_ROWS,
        description="As for POST /suppressions; a bad row is named and does not stop the others.",
        examples=[[{"kind": "domain", "value": "acme.example"}]],
    )


class RowResult(BaseModel):
    """What became of a row."""

    index: int
    result: Literal["created", "existing", "refused"]
    id: str | None = Field(description="The entry.")
    code: str | None = Field(description="Why it was refused.")
    errors: list[Fault]


class SuppressionsAdded(BaseModel):
    """What a list led to."""

    created: int
    existing: int
    refused: int
    data: list[RowResult] = Field(description="A result per row, in order.")
    ended: list[str] = Field(description="Enrollments that the list ended.")
    in_flight: list[str] = Field(description="Deliveries that may cross it.")
