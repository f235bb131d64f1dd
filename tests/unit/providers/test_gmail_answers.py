"""What Gmail's refusals mean, each spelled as Google spells it."""

import json
from datetime import timedelta

import pytest

from domain.codes import ReasonCode
from domain.errors import (
    Disconnected,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.gmail_answers import TABLE, meaning_of, read_answer

BUCKET = "User-rate limit exceeded.  Retry after 2026-11-24T10:05:00.000Z (Mail sending)"
DATE = {"date": "Tue, 24 Nov 2026 10:00:00 GMT"}


def refusal(status: int, reason: str, message: str) -> bytes:
    error = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "usageLimits", "reason": reason}],
        "status": "RESOURCE_EXHAUSTED",
    }
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("status", "reason", "message", "kind", "code"),
    [
        (401, "authError", "Invalid Credentials", Disconnected, "mailbox_disconnected"),
        (403, "userRateLimitExceeded", BUCKET, Throttled, None),
        (403, "rateLimitExceeded", "Rate Limit Exceeded", Throttled, None),
        (403, "insufficientPermissions", "Insufficient Permission", Refused, "mailbox_error"),
        (403, "domainPolicy", "The domain administrators disabled it", Refused, "mailbox_error"),
        (403, "accessNotConfigured", "Access Not Configured.", Refused, "mailbox_error"),
        (403, "dailyLimitExceeded", "Daily Limit Exceeded", Refused, "mailbox_error"),
        (403, "quotaExceeded", "Quota exceeded", Refused, "mailbox_error"),
        (403, "forbidden", "Delegation denied", Refused, "mailbox_error"),
        (429, "rateLimitExceeded", BUCKET, Throttled, None),
        (404, "notFound", "Requested entity was not found.", NotFound, None),
        (400, "failedPrecondition", "Precondition check failed.", Refused, "mailbox_error"),
        (400, "invalidArgument", "Invalid To header", Refused, "invalid_contact_email"),
        (400, "invalidArgument", "Recipient address required", Refused, "invalid_contact_email"),
        (400, "invalidArgument", "Invalid Cc header", Refused, "permanent_fail"),
        (400, "invalidArgument", "Something else", Refused, "permanent_fail"),
        (413, "uploadTooLarge", "Message too large", Refused, "permanent_fail"),
    ],
)
def test_a_refusal_means(
    status: int, reason: str, message: str, kind: type[ProviderError], code: str | None
) -> None:
    answer = read_answer(status, DATE, refusal(status, reason, message))

    error = meaning_of(answer, sending=True)

    assert type(error) is kind
    if isinstance(error, Refused):
        assert error.code == ReasonCode(code)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_fault_leaves_a_send_open_and_anything_else_undone(status: int) -> None:
    answer = read_answer(status, {}, refusal(status, "backendError", "Backend Error"))

    assert type(meaning_of(answer, sending=True)) is OutcomeUnknown
    assert type(meaning_of(answer, sending=False)) is Unavailable


@pytest.mark.parametrize(
    ("headers", "message", "after"),
    [
        ({"retry-after": "7"}, "", timedelta(seconds=7)),
        (DATE, BUCKET, timedelta(minutes=5)),
        ({}, BUCKET, None),
        ({"date": "Tue, 24 Nov 2026 11:00:00 GMT"}, BUCKET, timedelta()),
    ],
)
def test_when_to_come_back_is_read_from_header_or_text(
    headers: dict[str, str], message: str, after: timedelta | None
) -> None:
    answer = read_answer(429, headers, refusal(429, "rateLimitExceeded", message))

    assert meaning_of(answer, sending=True).retry_after == after


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {}}'])
def test_a_body_that_is_not_googles_still_has_its_status(body: bytes) -> None:
    assert isinstance(meaning_of(read_answer(403, {}, body), sending=True), Refused)


def test_no_row_of_the_table_is_without_a_case() -> None:
    marks = test_a_refusal_means.pytestmark[0].args[1]
    cases = {(case[0], case[1]) for case in marks}

    for status, reason, _, _ in TABLE:
        assert any(s == status and reason in ("", r) for s, r in cases), (status, reason)
