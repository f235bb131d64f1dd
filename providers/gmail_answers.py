"""What Gmail's refusals mean: one table from status and reason to our errors.

Source: developers.google.com/workspace/gmail/api/guides/handle-errors, and public reports of the
forms that occur (429 and 403 for the same quota).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from domain.answers import Meaning, error_for
from domain.errors import ProviderError
from providers.retry_after import retry_after, time_until

_RETRY_AT = re.compile(r"[Rr]etry after (\d{4}-\d\d-\d\dT[\d:.]+Z)")
_REFUSED, _SERVER_FAULT = 400, 500
_OPEN = frozenset({408, 409})  #: It ran out of time or met another request: not a refusal.
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "RATE_LIMIT_EXCEEDED": "rateLimitExceeded",
        "RESOURCE_EXHAUSTED": "rateLimitExceeded",
        "FAILED_PRECONDITION": "failedPrecondition",
        "INVALID_ARGUMENT": "invalidArgument",
    }
)
"""Newer answers have no `errors`: the reason stands in `details` (google.rpc.ErrorInfo), else the
status (google.rpc.Code) must do. https://cloud.google.com/apis/design/errors"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal as Gmail spells it: status, first reason, message."""

    status: int
    reason: str
    message: str
    retry_after: timedelta | None = None


TABLE: tuple[tuple[int, str, str, Meaning], ...] = (
    # status, reason ("" any), part of the message ("" any), meaning; the first match counts
    (401, "", "", Meaning.UNAUTHORIZED),
    (403, "userRateLimitExceeded", "Retry after", Meaning.QUOTA),
    (403, "userRateLimitExceeded", "", Meaning.THROTTLED),
    (403, "rateLimitExceeded", "Retry after", Meaning.QUOTA),
    (403, "rateLimitExceeded", "", Meaning.THROTTLED),
    (403, "dailyLimitExceeded", "", Meaning.QUOTA),
    (403, "quotaExceeded", "", Meaning.QUOTA),
    (403, "", "", Meaning.MAILBOX_ERROR),
    (429, "", "Retry after", Meaning.QUOTA),
    (429, "", "", Meaning.THROTTLED),
    (404, "", "", Meaning.GONE),
    (400, "failedPrecondition", "", Meaning.MAILBOX_ERROR),
    (400, "invalidArgument", "Invalid To header", Meaning.BAD_RECIPIENT),
    (400, "invalidArgument", "Recipient address required", Meaning.BAD_RECIPIENT),
    (400, "invalidArgument", "Invalid From header", Meaning.BAD_SENDER),
    (400, "", "", Meaning.PERMANENT),
    (413, "", "", Meaning.PERMANENT),
)
"""The mailbox's own limit names its end in the text; without one it is the rate of our calls."""


def meaning_of(answer: Answer) -> Meaning:
    """Say what a refusal means; a `Retry-After` header makes a throttle a quota with an end."""
    if answer.status >= _SERVER_FAULT or answer.status in _OPEN or answer.status < _REFUSED:
        return Meaning.AMBIGUOUS
    for status, reason, part, meaning in TABLE:
        if status != answer.status or reason not in ("", answer.reason):
            continue
        if part in answer.message:
            named = meaning is Meaning.THROTTLED and answer.retry_after is not None
            return Meaning.QUOTA if named else meaning
    return Meaning.PERMANENT


def error_of(answer: Answer, *, sending: bool) -> ProviderError:
    """Turn a refusal into our error; a server fault while sending leaves the outcome open."""
    text = f"Gmail answered {answer.status} {answer.reason}".rstrip() + "."
    meaning = meaning_of(answer)
    return error_for(meaning, text, retry_after=answer.retry_after, sending=sending)


def read_answer(status: int, headers: dict[str, Any], content: bytes) -> Answer:
    """Read a refusal's body; one that is not Google's JSON still has its status."""
    try:
        error = json.loads(content)["error"]
        message = str(error.get("message", ""))
        reason = _reason(error)
    except (ValueError, KeyError, TypeError, AttributeError):
        message, reason = "", ""
    return Answer(status, reason, message, _retry_after(headers, message))


def _reason(error: dict[str, Any]) -> str:
    for one in (*(error.get("errors") or ()), *(error.get("details") or ())):
        if "reason" in one:
            return _REASONS.get(str(one["reason"]), str(one["reason"]))
    status = str(error.get("status", ""))
    return _REASONS.get(status, status)


def _retry_after(headers: dict[str, Any], message: str) -> timedelta | None:
    named = retry_after(headers)
    found = _RETRY_AT.search(message)
    if named is not None or found is None:
        return named
    return time_until(datetime.fromisoformat(found.group(1).replace("Z", "+00:00")), headers)
