"""Every stop and every error is told, in words that a recruiter understands."""

from datetime import UTC, datetime

import pytest

from domain.catalog import CATALOG
from domain.codes import LogEvent, ReasonCode
from domain.notice_text import MAX_NAMED, MAX_SMS, Item, compose, html, plain, slack, sms
from domain.notices import BY_EMAIL, ENDPOINTS, NOBODY, OWNER, WORDS, telling_of, words_of

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STOPS_AND_ERRORS = [
    (row.log_event, row.code)
    for row in CATALOG.values()
    if row.status in ("error", "replied", "finished") and row.code is not ReasonCode.OWNER_NO_PHONE
]


def item(number: int = 1, **changes: object) -> Item:
    values: dict[str, object] = {
        "event": LogEvent.ENROLLMENT_REPLIED,
        "code": ReasonCode.REPLIED,
        "at": AT,
        "about": f"enr_{number}",
        "who": f"Bo Candidate {number}",
        "sequence": "Engineers",
        **changes,
    }
    return Item(**values)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("event", "code"), STOPS_AND_ERRORS)
def test_a_stop_or_an_error_is_told_to_its_owner(event: LogEvent, code: ReasonCode) -> None:
    assert telling_of(event, code) is OWNER


@pytest.mark.parametrize("code", [c for _, c in STOPS_AND_ERRORS])
@pytest.mark.parametrize("event", [LogEvent.ENROLLMENT_FINISHED, LogEvent.ENROLLMENT_ERRORED])
def test_whatever_event_carries_it(event: LogEvent, code: ReasonCode) -> None:
    assert telling_of(event, code) is OWNER


@pytest.mark.parametrize(
    ("event", "code", "telling"),
    [
        (LogEvent.MAILBOX_BLOCKED, ReasonCode.MAILBOX_BLOCKED, OWNER),
        (LogEvent.MAILBOX_DETECTION_FAILED, ReasonCode.DETECTION_FAILED, OWNER),
        (LogEvent.MAILBOX_CIRCUIT_OPENED, ReasonCode.AUTO_PAUSED_SEND_FAILURE, OWNER),
        (LogEvent.CHECK_FAILED, ReasonCode.SCHEDULE_INVALID, OWNER),
        (LogEvent.BOOKING_CANCELED, None, OWNER),
        (LogEvent.SOURCE_ERROR, None, OWNER),
        (LogEvent.MESSAGE_SENT, None, ENDPOINTS),
        (LogEvent.ENROLLMENT_PAUSED, ReasonCode.MANUAL, ENDPOINTS),
        (LogEvent.STEP_DEFERRED, ReasonCode.OUTSIDE_WORKING_HOURS, NOBODY),
        (LogEvent.NOTIFICATION_FAILED, ReasonCode.OWNER_NO_PHONE, ENDPOINTS),
        (LogEvent.NOTIFICATION_DISABLED, None, BY_EMAIL),
        (LogEvent.WEBHOOK_DISABLED, None, BY_EMAIL),
    ],
)
def test_who_is_told(event: LogEvent, code: ReasonCode | None, telling: object) -> None:
    assert telling_of(event, code) is telling


@pytest.mark.parametrize("event", LogEvent)
def test_every_event_has_words(event: LogEvent) -> None:
    words = words_of(event, None)

    assert words.label[0].isupper()
    assert words.cause.endswith(".")
    assert words.remedy.endswith(".")


def test_what_is_told_by_email_alone_has_words_of_its_own() -> None:
    assert set(WORDS) > {LogEvent.NOTIFICATION_DISABLED, LogEvent.WEBHOOK_DISABLED}


def test_a_notice_groups_by_meaning_and_says_what_to_do() -> None:
    broken = item(
        9,
        event=LogEvent.MAILBOX_DISCONNECTED,
        code=ReasonCode.MAILBOX_DISCONNECTED,
        about="mbx_1",
        who="mia@sender.example",
        sequence="",
    )

    notice = compose([broken, item(1), item(2)])

    assert notice.headline == "Replied (2), Mailbox disconnected (1)"
    assert "- Bo Candidate 1 in “Engineers”, 02 Mar 09:30 UTC" in plain(notice)
    assert "What to do: Answer the candidate." in plain(notice)
    assert CATALOG[ReasonCode.MAILBOX_DISCONNECTED].remedy in plain(notice)


def test_a_fact_that_two_events_tell_counts_once() -> None:
    bounced = {"code": ReasonCode.BOUNCED}

    notice = compose(
        [
            item(1, event=LogEvent.MESSAGE_BOUNCED, **bounced),
            item(1, event=LogEvent.ENROLLMENT_FINISHED, **bounced),
        ]
    )

    assert notice.headline == "Bounced (1)"


def test_many_are_counted_and_a_few_are_named() -> None:
    notice = compose([item(n) for n in range(500)])

    assert notice.headline == "Replied (500)"
    assert f"and {500 - MAX_NAMED} more" in plain(notice)
    assert len(plain(notice)) < 2000
    assert len(sms(notice)) <= MAX_SMS


@pytest.mark.parametrize("name", ["<!channel>", "<script>x</script>", "a & b", "x\r\nBcc: y@z"])
def test_a_name_is_data_in_every_form(name: str) -> None:
    notice = compose([item(who=name)])

    assert "<script>" not in html(notice)
    assert "\r" not in plain(notice)
    assert "\nBcc:" not in plain(notice)
    message = slack(notice)
    assert "<" not in message["text"]
    assert {block["text"]["type"] for block in message["blocks"]} == {"plain_text"}


def test_slack_takes_what_is_written() -> None:
    notice = compose([item(n, code=code) for n, code in enumerate(ReasonCode)])

    message = slack(notice)

    assert len(message["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"])
