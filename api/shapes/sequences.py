"""Sequences with their steps, checks, versions, counts and log."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.shapes.attachments import AttachmentIn
from api.shapes.common import Address, Fault, Html, Id, SmallId, Strict, Subject, Text
from domain.codes import ReasonCode
from domain.following import OutOfOffice


class TimingIn(Strict):
    """When a step is due, counted from the step before (or from the enrollment)."""

    kind: Literal["instant", "at", "next_business_day", "later"] = Field(
        description="Which of the four.", examples=["later"]
    )
    seconds: int | None = Field(
        None, ge=0, le=366 * 86_400, description="later: seconds after the step before."
    )
    at: str | None = Field(
        None, max_length=40, description="at: local date and time.", examples=[None]
    )
    zone: str | None = Field(None, max_length=64, description="at: IANA zone of it.")
    time: str | None = Field(None, max_length=5, description="next_business_day: HH:MM.")


class StepIn(Strict):
    """An e-mail step."""

    id: SmallId | None = Field(None, description="Keeps a step over a PUT; new ones have none.")
    kind: Literal["email"] = Field("email", description="Only e-mail so far.")
    thread: Literal["new", "reply"] = Field("new", description="Own thread, or the one before.")
    subject: Subject = Field(
        "",
        description="Liquid.",
        examples=["A role for {{ candidate.first_name | default: 'you' }}"],
    )
    body: Html = Field("", description="HTML with Liquid.", examples=["<p>Hello</p>"])
    cc: list[Address] = Field(default_factory=list[str], max_length=20, description="Copies.")
    bcc: list[Address] = Field(
        default_factory=list[str], max_length=20, description="Blind copies."
    )
    attachments: list[AttachmentIn] = Field(
        default_factory=list[AttachmentIn],
        max_length=10,
        description="Files; 3,000,000 bytes together.",
    )
    timing: TimingIn = Field(
        description="When it is due.", examples=[{"kind": "later", "seconds": 259200}]
    )


class SenderIn(Strict):
    """Who sends."""

    mailbox_id: Id = Field(description="The mailbox.")


class SequenceIn(Strict):
    """A sequence; it may be saved incomplete."""

    name: Text = Field("", description="For people.", examples=["Engineers, spring"])
    sender: SenderIn | None = Field(None, description="Who sends.", examples=[None])
    schedule_id: Id | None = Field(None, description="When its steps may go.", examples=[None])
    follow_up_schedule_id: Id | None = Field(
        None, description="When follow-ups may go, if not then.", examples=[None]
    )
    out_of_office: OutOfOffice = Field(
        OutOfOffice.END,
        description="What an absence note does: end, or wait for the return that it names.",
    )
    steps: list[StepIn] = Field(
        default_factory=list[StepIn], max_length=50, description="In their order."
    )


class Sequence(BaseModel):
    """A sequence."""

    id: str
    name: str
    state: Literal["incomplete", "ready", "active", "inactive", "archived"]
    problems: list[Fault] = Field(description="What keeps it from being complete.")
    version: int = Field(description="Number of its newest version.")
    banner: str | None = Field(description="What a person adding candidates should know.")
    sender: SenderIn | None
    schedule_id: str | None
    follow_up_schedule_id: str | None
    out_of_office: OutOfOffice = Field(description="What an absence note does.")
    steps: list[dict[str, Any]] = Field(description="As sent, each with its id.")


class CheckResult(BaseModel):
    """One of the six checks."""

    check: int = Field(ge=1, le=6)
    ok: bool
    skipped: bool = Field(description="5 and 6 are skipped when one of 1 to 4 failed.")
    code: ReasonCode | None
    detail: str


class CheckReport(BaseModel):
    """The pre-flight check."""

    ok: bool
    results: list[CheckResult]


class ActivatedSequence(Sequence):
    """A sequence that was switched on."""

    hint: str
    results: list[CheckResult]


class DeactivatedSequence(Sequence):
    """A sequence that was switched off."""

    in_flight: list[str] = Field(description="Deliveries that may still arrive; usually none.")


class Version(BaseModel):
    """A version: its steps never change."""

    id: str
    number: int
    steps: list[dict[str, Any]]
    created_at: datetime


class Count(BaseModel):
    """How many enrollments share a status and a code."""

    status: str | None = None
    code: str | None = None
    count: int


class LogLine(BaseModel):
    """One row of the log."""

    id: str
    event: str
    code: str | None
    at: datetime = Field(description="When it became true, by the enrollment's clock (UTC).")
    recorded_at: datetime = Field(description="When it was written (UTC).")
    enrollment_id: str | None
    sequence_id: str | None
    mailbox_id: str | None
    candidate_id: str | None
    step_id: str | None
    workflow_id: str | None
    run_id: str | None
    activity_id: str | None
    detail: dict[str, Any]
