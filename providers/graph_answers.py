"""What Microsoft Graph's refusals mean: one table from status and error code to our meanings.

Sources: learn.microsoft.com/graph/errors and /graph/throttling-limits, Outlook's own list of codes,
and public reports of the forms that occur.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.answers import Meaning, error_for
from domain.errors import ProviderError
from providers.retry_after import retry_after

_REFUSED, _SERVER_FAULT = 400, 500
_OPEN = frozenset({408})  #: It ran out of time, which refuses nothing.


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal as Graph spells it: status, code, message."""

    status: int
    code: str
    message: str
    retry_after: timedelta | None = None


TABLE: tuple[tuple[int, str, Meaning], ...] = (
    # status (0 any), code ("" any), meaning; the first match counts
    (401, "", Meaning.UNAUTHORIZED),
    (0, "ErrorExceededMessageLimit", Meaning.QUOTA),
    (0, "ErrorExceededMaxRecipientLimit", Meaning.QUOTA),
    (0, "ErrorSubmissionQuotaExceeded", Meaning.QUOTA),
    (0, "ErrorExceededHourlyMessageLimit", Meaning.QUOTA),
    (0, "ErrorMessageThrottled", Meaning.QUOTA),
    (0, "ErrorAccountSuspend", Meaning.BLOCKED),
    (0, "ErrorAccountSuspendShowTierUpgrade", Meaning.BLOCKED),
    (0, "ErrorMessageSubmissionBlocked", Meaning.BLOCKED),
    (0, "ErrorMessageBlocked", Meaning.BLOCKED),
    (0, "ErrorSendAsDenied", Meaning.BAD_SENDER),
    (0, "ErrorInvalidRecipients", Meaning.BAD_RECIPIENT),
    (0, "ErrorInvalidSmtpAddress", Meaning.BAD_RECIPIENT),
    (0, "ErrorRecipientNotFound", Meaning.BAD_RECIPIENT),
    (0, "ErrorNonExistentMailbox", Meaning.BAD_RECIPIENT),
    (0, "MailboxNotEnabledForRESTAPI", Meaning.MAILBOX_ERROR),
    (0, "ErrorMailboxNotEnabledForRESTAPI", Meaning.MAILBOX_ERROR),
    (0, "MailboxNotSupportedForRESTAPI", Meaning.MAILBOX_ERROR),
    (0, "ErrorQuotaExceeded", Meaning.MAILBOX_ERROR),
    (0, "ErrorMailboxStoreUnavailable", Meaning.MAILBOX_ERROR),
    (0, "syncStateNotFound", Meaning.GONE),
    (0, "resyncRequired", Meaning.GONE),
    (0, "ApplicationThrottled", Meaning.THROTTLED),
    (0, "MailboxConcurrency", Meaning.THROTTLED),
    (0, "CommandConcurrencyLimitReached", Meaning.THROTTLED),
    (0, "TooManyRequests", Meaning.THROTTLED),
    (403, "", Meaning.MAILBOX_ERROR),
    (404, "ResourceNotFound", Meaning.MAILBOX_ERROR),
    (404, "", Meaning.GONE),
    (410, "", Meaning.GONE),
    (429, "", Meaning.THROTTLED),
    (413, "", Meaning.PERMANENT),
    (400, "", Meaning.PERMANENT),
)


def meaning_of(answer: Answer) -> Meaning:
    """Say what a refusal means; codes compare without case (410s come in both spellings)."""
    for status, code, meaning in TABLE:
        if status in (0, answer.status) and code.lower() in ("", answer.code.lower()):
            return meaning
    is_refusal = _REFUSED <= answer.status < _SERVER_FAULT and answer.status not in _OPEN
    return Meaning.PERMANENT if is_refusal else Meaning.AMBIGUOUS


def error_of(answer: Answer, *, sending: bool) -> ProviderError:
    """Turn a refusal into our error.

    A throttled `/send` leaves the outcome open: mail was reported delivered though the answer was
    ApplicationThrottled.
    """
    meaning = meaning_of(answer)
    if sending and meaning is Meaning.THROTTLED:
        meaning = Meaning.AMBIGUOUS
    text = f"Outlook answered {answer.status} {answer.code}".rstrip() + "."
    return error_for(meaning, text, retry_after=answer.retry_after, sending=sending)


def read_answer(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """Read a refusal's body; one that is not Graph's JSON still has its status."""
    try:
        error: Any = json.loads(content)["error"]
        code, message = str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        code, message = "", ""
    return Answer(status, code, message, retry_after(headers))
