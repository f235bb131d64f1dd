"""What Gmail's refusals mean, each spelled as Google spells it."""

import json
from datetime import timedelta

import pytest

from domain.codes import ReasonCode
from domain.errors import (
    Exhausted,
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)
from providers.gmail_answers import TABLE, error_of, read_answer

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
        (401, "authError", "Invalid Credentials", Unauthorized, None),
        (403, "userRateLimitExceeded", BUCKET, Exhausted, "provider_quota_exceeded"),
        (403, "userRateLimitExceeded", "User Rate Limit Exceeded", Throttled, None),
        (403, "rateLimitExceeded", BUCKET, Exhausted, "provider_quota_exceeded"),
        (403, "rateLimitExceeded", "Rate Limit Exceeded", Throttled, None),
        (403, "insufficientPermissions", "Insufficient Permission", Refused, "mailbox_error"),
        (403, "domainPolicy", "The domain administrators disabled it", Refused, "mailbox_error"),
        (403, "accessNotConfigured", "Access Not Configured.", Refused, "mailbox_error"),
        (403, "dailyLimitExceeded", "Daily Limit Exceeded", Exhausted, "provider_quota_exceeded"),
        (403, "quotaExceeded", "Quota exceeded", Exhausted, "provider_quota_exceeded"),
        (403, "forbidden", "Delegation denied", Refused, "mailbox_error"),
        (429, "rateLimitExceeded", BUCKET, Exhausted, "provider_quota_exceeded"),
        (429, "rateLimitExceeded", "Resource has been exhausted", Throttled, None),
        (404, "notFound", "Requested entity was not found.", NotFound, None),
        (400, "failedPrecondition", "Precondition check failed.", Refused, "mailbox_error"),
        (400, "invalidArgument", "Invalid To header", Refused, "invalid_contact_email"),
        (400, "invalidArgument", "Recipient address required", Refused, "invalid_contact_email"),
        (400, "invalidArgument", "Invalid From header", Refused, "invalid_sender_address"),
        (400, "invalidArgument", "Invalid Cc header", Refused, "permanent_fail"),
        (400, "invalidArgument", "Something else", Refused, "permanent_fail"),
        (413, "uploadTooLarge", "Message too large", Refused, "permanent_fail"),
    ],
)
def test_a_refusal_means(
    status: int, reason: str, message: str, kind: type[ProviderError], code: str | None
) -> None:
    answer = read_answer(status, DATE, refusal(status, reason, message))

    error = error_of(answer, sending=True)

    assert type(error) is kind
    if isinstance(error, Refused):
        assert error.code == ReasonCode(code)


@pytest.mark.parametrize(
    ("status", "more", "message", "kind", "code"),
    [
        (
            403,
            {"details": [{"@type": "t/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED"}]},
            "Quota exceeded for quota metric 'Queries'",
            Throttled,
            None,
        ),
        (403, {"status": "RESOURCE_EXHAUSTED"}, BUCKET, Exhausted, "provider_quota_exceeded"),
        (403, {"status": "PERMISSION_DENIED"}, "Insufficient scopes", Refused, "mailbox_error"),
        (400, {"status": "FAILED_PRECONDITION"}, "Not enabled", Refused, "mailbox_error"),
        (
            400,
            {"status": "INVALID_ARGUMENT"},
            "Invalid To header",
            Refused,
            "invalid_contact_email",
        ),
        (400, {"details": [], "errors": []}, "Something else", Refused, "permanent_fail"),
    ],
)
def test_a_refusal_without_a_list_of_errors_means_the_same(
    status: int, more: dict[str, object], message: str, kind: type[ProviderError], code: str | None
) -> None:
    body = json.dumps({"error": {"code": status, "message": message, **more}}).encode()

    error = error_of(read_answer(status, DATE, body), sending=True)

    assert type(error) is kind
    assert not isinstance(error, Refused) or error.code == ReasonCode(code)


@pytest.mark.parametrize("status", [302, 408, 409, 500, 502, 503, 504])
def test_a_server_fault_leaves_a_send_open_and_anything_else_undone(status: int) -> None:
    answer = read_answer(status, {}, refusal(status, "backendError", "Backend Error"))

    assert type(error_of(answer, sending=True)) is OutcomeUnknown
    assert type(error_of(answer, sending=False)) is Unavailable


@pytest.mark.parametrize(
    ("headers", "message", "after"),
    [
        ({"retry-after": "7"}, "", timedelta(seconds=7)),
        ({"retry-after": "Tue, 24 Nov 2026 10:01:00 GMT", **DATE}, "", timedelta(minutes=1)),
        (DATE, BUCKET, timedelta(minutes=5)),
        ({}, BUCKET, timedelta(hours=24)),
    ],
)
def test_when_to_come_back_is_read_from_header_or_text(
    headers: dict[str, str], message: str, after: timedelta | None
) -> None:
    answer = read_answer(429, headers, refusal(429, "rateLimitExceeded", message))

    assert error_of(answer, sending=True).retry_after == after


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error": "text"}', b'{"error": {}}'])
def test_a_body_that_is_not_googles_still_has_its_status(body: bytes) -> None:
    assert isinstance(error_of(read_answer(403, {}, body), sending=True), Refused)


def test_no_row_of_the_table_is_without_a_case() -> None:
    marks = test_a_refusal_means.pytestmark[0].args[1]
    cases = {case[:3] for case in marks}

    for status, reason, part, _ in TABLE:
        assert any(s == status and reason in ("", r) and part in text for s, r, text in cases), (
            status,
            reason,
            part,
        )
