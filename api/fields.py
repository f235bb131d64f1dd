"""The shapes of what callers send: every field bounded."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_FIELDS = 100


def _plain(text: str) -> str:
    if any((ord(c) < 32 and c not in "\n\r\t") or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise ValueError("control characters and lone surrogates are not allowed")
    return text


def _one_line(text: str) -> str:
    if any(ord(c) < 32 or ord(c) == 127 or c in "\u2028\u2029" for c in text):
        raise ValueError("line breaks and control characters are not allowed here")
    return _plain(text)


Text = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Body = Annotated[str, Field(max_length=100_000), AfterValidator(_plain)]
Subject = Annotated[str, Field(max_length=998), AfterValidator(_one_line)]
Address = Annotated[str, Field(min_length=1, max_length=320), AfterValidator(_one_line)]
Id = Annotated[str, Field(max_length=40, pattern=r"^[a-z]{3,4}_[0-9a-z]{20}$")]
LocalTime = Annotated[str, Field(max_length=5)]


class Strict(BaseModel):
    """Refuses fields that it does not know."""

    model_config = ConfigDict(extra="forbid")


class MailboxIn(Strict):
    """A mailbox to connect."""

    kind: Literal["gmail", "outlook", "smtp"]
    address: Address
    display_name: Text = ""
    daily_limit: int = Field(400, ge=1, le=10_000)
    spacing_seconds: float = Field(3, ge=0, le=3600, allow_inf_nan=False)
    zone: Text | None = None


class WindowIn(Strict):
    """A weekly window."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(max_length=7)
    start: LocalTime
    end: LocalTime


class HolidaysIn(Strict):
    """Whose public holidays are closed days."""

    country: str = Field(min_length=2, max_length=3)
    region: str | None = Field(None, max_length=10)


class ScheduleIn(Strict):
    """A schedule. Without windows it is a draft on which no sequence starts."""

    name: Text
    zone: Text
    zone_source: Literal["candidate", "identity", "schedule"] = "schedule"
    windows: list[WindowIn] = Field(default_factory=list[WindowIn], max_length=50)
    holidays: HolidaysIn | None = None


class EmailIn(Strict):
    """An address of a candidate."""

    id: str | None = Field(None, max_length=40)
    address: Annotated[str, Field(max_length=320), AfterValidator(_one_line)]
    type: Literal["work", "personal", "other"] = "work"


class CandidateIn(Strict):
    """A candidate."""

    first_name: Text = ""
    last_name: Text = ""
    emails: list[EmailIn] = Field(default_factory=list[EmailIn], max_length=20)
    phones: list[Text] = Field(default_factory=list[str], max_length=20)
    linkedin_url: Annotated[str, Field(max_length=500), AfterValidator(_one_line)] | None = None
    zone: Text | None = None
    external_id: Text | None = None
    owner_external_id: Text | None = None
    fields: dict[Text, Annotated[str, Field(max_length=5000), AfterValidator(_plain)]] = Field(
        default_factory=dict[str, str], max_length=MAX_FIELDS
    )


class TimingIn(Strict):
    """When a step is due."""

    kind: Literal["instant", "at", "next_business_day", "later"]
    seconds: int | None = Field(None, ge=0, le=366 * 86_400)
    at: str | None = Field(None, max_length=40)
    zone: str | None = Field(None, max_length=64)
    time: str | None = Field(None, max_length=5)


class StepIn(Strict):
    """An e-mail step."""

    id: str | None = Field(None, max_length=40)
    kind: Literal["email"] = "email"
    thread: Literal["new", "reply"] = "new"
    subject: Subject = ""
    body: Body = ""
    cc: list[Address] = Field(default_factory=list[str], max_length=20)
    bcc: list[Address] = Field(default_factory=list[str], max_length=20)
    timing: TimingIn


class SenderIn(Strict):
    """Who sends."""

    mailbox_id: Id


class SequenceIn(Strict):
    """A sequence; it may be saved incomplete."""

    name: Text = ""
    sender: SenderIn | None = None
    schedule_id: Id | None = None
    follow_up_schedule_id: Id | None = None
    steps: list[StepIn] = Field(default_factory=list[StepIn], max_length=50)


class EnrollmentItem(Strict):
    """A candidate to enroll."""

    candidate_id: Id | None = None
    candidate: CandidateIn | None = None
    sender: SenderIn | None = None
    email_address_id: str | None = Field(None, max_length=40)
    start: Literal["now", "paused"] = "now"
    at_step: str | None = Field(None, max_length=40)
    on_conflict: Literal["refuse", "existing", "restart"] = "refuse"


class EnrollmentIn(EnrollmentItem):
    """One enrollment."""

    sequence_id: Id


class BulkIn(Strict):
    """Up to 10,000 enrollments; each item is judged by itself."""

    items: list[Any] = Field(min_length=1, max_length=10_000)


class PauseIn(Strict):
    """Why, and until when."""

    reason: Text = ""
    resume_at: datetime | None = None


class StopIn(Strict):
    """Why."""

    reason: Text = Field(min_length=1)


class RetryIn(Strict):
    """Where to go on; by default at the step that failed."""

    at_step: str | None = Field(None, max_length=40)


class EventIn(Strict):
    """Something that happened to a candidate elsewhere."""

    type: Literal[
        "reply", "interview_session", "calendly", "ats_interview", "unsubscribe", "bounce"
    ]
    external_id: Text = Field(min_length=1)
    occurred_at: datetime | None = None


class ForwardIn(Strict):
    """How far to move clocks on."""

    enrollment_id: Id | None = None
    sequence_id: Id | None = None
    seconds: int = Field(ge=1, le=400 * 86_400)
