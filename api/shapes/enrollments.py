"""Enrollments: what callers send, and what became of each."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.shapes.candidates import CandidateIn
from api.shapes.common import Id, Reason, SmallId, Strict, Text
from api.shapes.sequences import SenderIn
from domain.codes import ReasonCode, Status
from domain.delivery import Resolution


class EnrollmentItem(Strict):
    """A candidate to enroll: a known one, or the data of one.

    Inline data whose external_id is known enrolls that candidate; its stored data stay as they are.
    """

    candidate_id: Id | None = Field(None, description="A known candidate.", examples=[None])
    candidate: CandidateIn | None = Field(None, description="Or the data of one.")
    sender: SenderIn | None = Field(
        None, description="Another sender than the sequence's.", examples=[None]
    )
    email_address_id: SmallId | None = Field(
        None, description="Which of the candidate's addresses.", examples=[None]
    )
    start: Literal["now", "paused"] = Field("now", description="paused waits for a person.")
    at_step: SmallId | None = Field(
        None, description="The step to begin at; the first.", examples=[None]
    )
    on_conflict: Literal["refuse", "existing", "restart"] = Field(
        "refuse", description="When the candidate is in the sequence already."
    )


class EnrollmentIn(EnrollmentItem):
    """One enrollment."""

    sequence_id: Id = Field(description="The sequence.")


class BulkIn(Strict):
    """Up to 10,000 enrollments; each item is judged by itself."""

    items: list[Any] = Field(
        min_length=1,
        max_length=10_000,
        description="Each as for POST /enrollments, without sequence_id.",
        examples=[[{"candidate": {"first_name": "Jo"}}]],
    )


class PauseIn(Strict):
    """Why, and until when."""

    reason: Text = Field("", description="For the log.")
    resume_at: datetime | None = Field(
        None, description="When it goes on by itself, with an offset.", examples=[None]
    )


class StopIn(Strict):
    """Why."""

    reason: Text = Field(min_length=1, description="For the log.", examples=["Hired elsewhere"])


class RetryIn(Strict):
    """Where to go on; by default at the step that failed."""

    at_step: SmallId | None = Field(None, description="A step that was not sent.", examples=[None])


class Delivery(BaseModel):
    """What was written and sent for a step."""

    id: str
    state: str
    to: str | None
    subject: str | None
    body_html: str | None
    body_text: str | None
    provider_message_id: str | None
    thread_id: str | None
    sent_before_stop: bool = Field(description="The provider accepted it across a stop.")


class DeliveryDetail(Delivery):
    """A delivery with its evidence."""

    enrollment_id: str
    step_id: str
    failures: int = Field(description="Failed answers of the provider.")
    detail: str | None = Field(description="Why it waits or failed.")
    message_id: str | None = Field(description="The Message-ID under which it left.")
    mime: str | None = Field(description="The message, byte for byte as it was given away.")
    evidence: "Evidence" = Field(description="What is known of the send.")


class Evidence(BaseModel):
    """What a person needs to say whether a message of unknown outcome was sent."""

    submitted_at: datetime | None = Field(description="When the send was last announced (UTC).")
    looked_at: datetime = Field(description="When its state was last written (UTC).")
    own_message_id: str | None = Field(description="The Message-ID in the message as written.")
    draft_id: str | None = Field(description="The draft at the provider.")
    tries: int = Field(description="How many tries owned the delivery so far.")
    finding: str | None = Field(description="What the last look-up at the provider found.")


class ResolveIn(Strict):
    """What became of a message of unknown outcome."""

    outcome: Resolution = Field(
        description="sent: the candidate has it, go on; send_again: send the same message, once.",
        examples=["sent"],
    )
    reason: Text = Field(
        min_length=1,
        description="What you saw, for the log.",
        examples=["It is in the Sent folder."],
    )


class Step(BaseModel):
    """A step of an enrollment's version, and how far it is."""

    index: int
    step_id: str
    kind: str
    state: Literal["pending", "scheduled", "held", "sent", "skipped", "failed"]
    planned_at: datetime | None = Field(description="Its reserved slot (UTC).")
    done_at: datetime | None = Field(description="When it was sent (UTC).")
    delivery: Delivery | None


class CurrentStep(BaseModel):
    """The step that comes next."""

    index: int
    step_id: str
    kind: str


class EnrollmentBrief(BaseModel):
    """An enrollment in a list."""

    id: str
    sequence_id: str
    version: int
    candidate_id: str
    mailbox_id: str | None
    status: Status
    code: ReasonCode = Field(description="What it waits for, or why it ended.")
    label: str
    reason: Reason
    resume_at: datetime | None = Field(description="When it goes on by itself (UTC).")
    next_send_at: datetime | None = Field(description="Its reserved slot (UTC).")
    workflow_id: str | None = Field(description="Null before the first activation.")
    run_id: str | None
    clock_offset: float = Field(description="Seconds that its clock was fast-forwarded.")
    created_at: datetime
    updated_at: datetime


class Enrollment(EnrollmentBrief):
    """An enrollment with its steps."""

    current_step: CurrentStep | None
    steps: list[Step]


class StoppedEnrollment(Enrollment):
    """An enrollment after an action."""

    in_flight: list[str] = Field(description="Deliveries that may still arrive; usually none.")


class TimelineLine(BaseModel):
    """Something that happened, or will."""

    at: datetime = Field(description="By the enrollment's own clock (UTC).")
    kind: str
    title: str
    detail: str
    code: str | None
    step_index: int | None
    event_id: int | None = Field(description="Its event in the workflow's history.")
    planned: bool


class Timeline(BaseModel):
    """The story of an enrollment."""

    data: list[TimelineLine]
    source: Literal["history", "log"] = Field(description="log while Temporal is away.")
