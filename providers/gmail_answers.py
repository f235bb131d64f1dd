"""What Gmail's refusals mean: one table from status and reason to our errors.

Source: developers.google.com/workspace/gmail/api/guides/handle-errors, and public reports of the
forms that occur (429 and 403 for the same quota).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

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

_RETRY_AT = re.compile(r"[Rr]etry after (\d{4}-\d\d-\d\dT[\d:.]+Z)")
_SERVER_FAULT = 500

Make = Callable[[str, timedelta | None], ProviderError]


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal as Gmail spells it: status, first reason, message."""

    status: int
    reason: str
    message: str
    retry_after: timedelta | None = None


def _throttled(message: str, after: timedelta | None) -> ProviderError:
    return Throttled(message, retry_after=after)


def _refused(code: ReasonCode) -> Make:
    return lambda message, after: Refused(message, code=code)


_MAILBOX_ERROR = _refused(ReasonCode.MAILBOX_ERROR)
_BAD_ADDRESS = _refused(ReasonCode.INVALID_CONTACT_EMAIL)

TABLE: tuple[tuple[int, str, str, Make], ...] = (
    # status, reason ("" any), part of the message ("" any), meaning; the first match counts
    (401, "", "", lambda message, after: Disconnected(message)),
    (403, "userRateLimitExceeded", "", _throttled),
    (403, "rateLimitExceeded", "", _throttled),
    (403, "insufficientPermissions", "", _MAILBOX_ERROR),
    (403, "domainPolicy", "", _MAILBOX_ERROR),
    (403, "accessNotConfigured", "", _MAILBOX_ERROR),
    (403, "dailyLimitExceeded", "", _MAILBOX_ERROR),
    (403, "quotaExceeded", "", _MAILBOX_ERROR),
    (403, "", "", _MAILBOX_ERROR),
    (429, "", "", _throttled),
    (404, "", "", lambda message, after: NotFound(message)),
    (400, "failedPrecondition", "", _MAILBOX_ERROR),
    (400, "invalidArgument", "Invalid To header", _BAD_ADDRESS),
    (400, "invalidArgument", "Recipient address required", _BAD_ADDRESS),
    (400, "invalidArgument", "Invalid Cc header", _refused(ReasonCode.PERMANENT_FAIL)),
)


def meaning_of(answer: Answer, *, sending: bool) -> ProviderError:
    """Turn a refusal into our error; a server fault while sending leaves the outcome open."""
    if answer.status >= _SERVER_FAULT:
        kind = OutcomeUnknown if sending else Unavailable
        return kind(f"Gmail answered {answer.status}.", retry_after=answer.retry_after)
    text = f"Gmail answered {answer.status} {answer.reason}."
    for status, reason, part, make in TABLE:
        if status != answer.status or reason not in ("", answer.reason):
            continue
        if part in answer.message:
            return make(text, answer.retry_after)
    return Refused(text)


def read_answer(status: int, headers: dict[str, Any], content: bytes) -> Answer:
    """Read a refusal's body; one that is not Google's JSON still has its status."""
    try:
        error = json.loads(content)["error"]
        message = str(error.get("message", ""))
        reasons = error.get("errors") or [{}]
        reason = str(reasons[0].get("reason", error.get("status", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        message, reason = "", ""
    return Answer(status, reason, message, _retry_after(headers, message))


def _retry_after(headers: dict[str, Any], message: str) -> timedelta | None:
    named = str(headers.get("retry-after", ""))
    if named.isdecimal():
        return timedelta(seconds=int(named))
    found = _RETRY_AT.search(message)
    date = headers.get("date")
    if found is None or date is None:
        return None
    until = datetime.fromisoformat(found.group(1).replace("Z", "+00:00"))
    return max(until - parsedate_to_datetime(str(date)).astimezone(UTC), timedelta())
