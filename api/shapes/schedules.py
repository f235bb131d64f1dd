"""Schedules as callers send and see them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.shapes.common import Strict, Text, Zone

LocalTime = Annotated[str, Field(max_length=5, examples=["09:00"])]


class WindowIn(Strict):
    """A weekly window, in local time."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(
        max_length=7, description="Its days.", examples=[["mon", "tue"]]
    )
    start: LocalTime = Field(description="HH:MM at which it opens.")
    end: LocalTime = Field(description="HH:MM at which it closes; after `start`.")


class HolidaysIn(Strict):
    """Whose public holidays are closed days."""

    country: str = Field(min_length=2, max_length=3, description="ISO 3166 code.", examples=["PT"])
    region: str | None = Field(None, max_length=10, description="A region of it.")


class ScheduleIn(Strict):
    """A schedule. Without windows it is a draft on which no sequence starts."""

    name: Text = Field(description="For people.", examples=["Office hours"])
    zone: Zone = Field(description="IANA zone where nothing better is known.")
    zone_source: Literal["candidate", "identity", "schedule"] = Field(
        "schedule", description="Whose zone counts: the candidate's, the sender's or this one's."
    )
    windows: list[WindowIn] = Field(
        default_factory=list[WindowIn], max_length=50, description="When it is open."
    )
    holidays: HolidaysIn | None = Field(None, description="Closed days besides.")


class Schedule(BaseModel):
    """A schedule."""

    id: str
    name: str
    zone: str
    zone_source: str
    windows: list[WindowIn]
    holidays: HolidaysIn | None
