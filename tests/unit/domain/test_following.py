"""What follows from each class, and until when one waits for somebody who is away."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.following import (
    CONSEQUENCES,
    LONGEST_WAIT,
    NO_DATE,
    Consequence,
    OutOfOffice,
    back_at,
    consequence_of,
)
from domain.inbound.verdict import AutoKind, MailKind, Verdict

NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


def verdict(kind: MailKind, auto: AutoKind | None = None) -> Verdict:
    return Verdict(kind=kind, confidence=1, evidence="", auto=auto)


@pytest.mark.parametrize("kind", MailKind)
def test_every_class_has_a_row(kind: MailKind) -> None:
    assert kind in CONSEQUENCES


@pytest.mark.parametrize(
    ("auto", "policy", "wanted"),
    [
        (AutoKind.ABSENCE, OutOfOffice.END, Consequence.STOP),
        (AutoKind.ABSENCE, OutOfOffice.WAIT, Consequence.AWAIT_RETURN),
        (AutoKind.LEFT, OutOfOffice.END, Consequence.SUPPRESS_ADDRESS),
        (AutoKind.LEFT, OutOfOffice.WAIT, Consequence.SUPPRESS_ADDRESS),
        (AutoKind.ACKNOWLEDGEMENT, OutOfOffice.END, Consequence.NOTHING),
        (AutoKind.OTHER, OutOfOffice.WAIT, Consequence.NOTHING),
        (None, OutOfOffice.END, Consequence.NOTHING),
    ],
)
def test_of_machines_answers_two_do_something(
    auto: AutoKind | None, policy: OutOfOffice, wanted: Consequence
) -> None:
    assert consequence_of(verdict(MailKind.AUTO_REPLY, auto), policy) is wanted


@pytest.mark.parametrize(
    "kind", [MailKind.SOFT_BOUNCE, MailKind.RECEIPT, MailKind.CALENDAR, MailKind.UNRELATED]
)
def test_what_nobody_wrote_stops_nobody(kind: MailKind) -> None:
    assert consequence_of(verdict(kind), OutOfOffice.END) is Consequence.NOTHING


@pytest.mark.parametrize(
    ("returns_on", "zone", "wanted"),
    [
        (date(2026, 3, 9), "UTC", datetime(2026, 3, 9, 9, tzinfo=UTC)),
        (date(2026, 3, 9), "America/New_York", datetime(2026, 3, 9, 13, tzinfo=UTC)),
        (date(2026, 3, 4), "America/Los_Angeles", datetime(2026, 3, 4, 17, tzinfo=UTC)),
        (date(2026, 3, 4), "UTC", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        (date(2025, 12, 24), "UTC", datetime(2026, 3, 5, 9, tzinfo=UTC)),
        (None, "UTC", NOW + NO_DATE),
        (date(2027, 3, 9), "UTC", None),
    ],
)
def test_one_waits_until_nine_on_the_day_of_return(
    returns_on: date | None, zone: str, wanted: datetime | None
) -> None:
    assert back_at(returns_on, now=NOW, zone=zone) == wanted


def test_the_longest_wait_is_a_quarter() -> None:
    last = (NOW + LONGEST_WAIT).date()

    assert back_at(last, now=NOW, zone="UTC") == datetime.combine(
        last, datetime.min.time(), UTC
    ) + timedelta(hours=9)
    assert back_at(last + timedelta(days=1), now=NOW, zone="UTC") is None
