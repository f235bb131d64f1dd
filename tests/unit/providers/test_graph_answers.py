"""What Microsoft Graph's refusals mean, each spelled as Graph spells it."""

import json
from datetime import timedelta

import pytest

from domain.answers import Meaning
from domain.errors import OutcomeUnknown, Throttled, Unauthorized, Unavailable
from providers.graph_answers import TABLE, error_of, meaning_of, read_answer

M = Meaning
CASES = [
    (401, "InvalidAuthenticationToken", M.UNAUTHORIZED),
    (403, "ErrorExceededMessageLimit", M.QUOTA),
    (429, "ErrorExceededMessageLimit", M.QUOTA),
    (400, "ErrorExceededMaxRecipientLimit", M.QUOTA),
    (429, "ErrorSubmissionQuotaExceeded", M.QUOTA),
    (429, "ErrorExceededHourlyMessageLimit", M.QUOTA),
    (429, "ErrorMessageThrottled", M.QUOTA),
    (403, "ErrorAccountSuspend", M.BLOCKED),
    (403, "ErrorAccountSuspendShowTierUpgrade", M.BLOCKED),
    (403, "ErrorMessageSubmissionBlocked", M.BLOCKED),
    (403, "ErrorMessageBlocked", M.BLOCKED),
    (403, "ErrorSendAsDenied", M.BAD_SENDER),
    (400, "ErrorInvalidRecipients", M.BAD_RECIPIENT),
    (400, "ErrorInvalidSmtpAddress", M.BAD_RECIPIENT),
    (400, "ErrorRecipientNotFound", M.BAD_RECIPIENT),
    (400, "ErrorNonExistentMailbox", M.BAD_RECIPIENT),
    (404, "MailboxNotEnabledForRESTAPI", M.MAILBOX_ERROR),
    (403, "ErrorMailboxNotEnabledForRESTAPI", M.MAILBOX_ERROR),
    (403, "MailboxNotSupportedForRESTAPI", M.MAILBOX_ERROR),
    (507, "ErrorQuotaExceeded", M.MAILBOX_ERROR),
    (503, "ErrorMailboxStoreUnavailable", M.MAILBOX_ERROR),
    (410, "SyncStateNotFound", M.GONE),
    (410, "resyncRequired", M.GONE),
    (429, "ApplicationThrottled", M.THROTTLED),
    (429, "MailboxConcurrency", M.THROTTLED),
    (503, "CommandConcurrencyLimitReached", M.THROTTLED),
    (429, "TooManyRequests", M.THROTTLED),
    (429, "", M.THROTTLED),
    (403, "ErrorAccessDenied", M.MAILBOX_ERROR),
    (403, "Authorization_RequestDenied", M.MAILBOX_ERROR),
    (404, "ResourceNotFound", M.MAILBOX_ERROR),
    (404, "ErrorItemNotFound", M.GONE),
    (410, "anything", M.GONE),
    (413, "ErrorMessageSizeExceeded", M.PERMANENT),
    (400, "ErrorMimeContentInvalidBase64String", M.PERMANENT),
    (400, "RequestBodyRead", M.PERMANENT),
    (409, "ErrorIrresolvableConflict", M.PERMANENT),
    (500, "ErrorInternalServerError", M.AMBIGUOUS),
    (503, "ErrorServerBusy", M.AMBIGUOUS),
    (503, "ErrorInternalServerTransientError", M.AMBIGUOUS),
    (504, "UnknownError", M.AMBIGUOUS),
]


def body(code: str) -> bytes:
    inner = {"date": "2026-11-24T10:00:00", "request-id": "0", "client-request-id": "0"}
    return json.dumps({"error": {"code": code, "message": "…", "innerError": inner}}).encode()


@pytest.mark.parametrize(("status", "code", "meaning"), CASES)
def test_a_refusal_means(status: int, code: str, meaning: Meaning) -> None:
    assert meaning_of(read_answer(status, {}, body(code))) is meaning


def test_no_row_of_the_table_is_without_a_case() -> None:
    for status, code, meaning in TABLE:
        assert any(
            status in (0, s) and code.lower() in ("", c.lower()) and meaning is m
            for s, c, m in CASES
        ), (status, code)


@pytest.mark.parametrize(
    ("status", "code", "sending", "kind"),
    [
        (302, "", True, OutcomeUnknown),  # Somebody between us answers.
        (408, "", True, OutcomeUnknown),
        (503, "ErrorServerBusy", True, OutcomeUnknown),
        (503, "ErrorServerBusy", False, Unavailable),
        (429, "ApplicationThrottled", True, OutcomeUnknown),  # It was seen after a delivery.
        (429, "ApplicationThrottled", False, Throttled),
        (401, "InvalidAuthenticationToken", True, Unauthorized),
    ],
)
def test_a_send_that_is_not_plainly_refused_is_open(
    status: int, code: str, sending: bool, kind: type[Exception]
) -> None:
    assert type(error_of(read_answer(status, {}, body(code)), sending=sending)) is kind


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"retry-after": "17"}, timedelta(seconds=17)),
        (
            {
                "retry-after": "Tue, 24 Nov 2026 10:01:00 GMT",
                "date": "Tue, 24 Nov 2026 10:00:00 GMT",
            },
            timedelta(minutes=1),
        ),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_when_to_come_back(headers: dict[str, str], after: timedelta | None) -> None:
    assert read_answer(429, headers, body("TooManyRequests")).retry_after == after


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"error": "text"}'])
def test_a_body_that_is_not_graphs_still_has_its_status(content: bytes) -> None:
    assert meaning_of(read_answer(503, {}, content)) is M.AMBIGUOUS
