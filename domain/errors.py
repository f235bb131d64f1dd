"""What can go wrong outside, named by what happened.

    ProviderError             a provider or the network said no
    ├── Unavailable           it failed on its side; nothing was accepted (retryable)
    ├── Throttled             it asks to slow down; nothing was accepted (retryable)
    ├── OutcomeUnknown        the request left, the answer did not come (reconcile, never repeat)
    ├── Unauthorized          the access token was refused; a new one may help
    ├── Unreadable            the inbox cannot be read: nothing may be sent blind
    ├── NotFound              what was named is not there (a draft, a thread, a cursor)
    └── Refused               it will say no again; `code` says which hold that means
        ├── Exhausted         the mailbox may not send for a while (`retry_after` says how long)
        └── Disconnected      the account's grant is dead

Callers choose by class, never by text.
"""

from datetime import timedelta
from typing import ClassVar

from domain.codes import ReasonCode


class ProviderError(Exception):
    """A provider said no. Each subclass says whether asking again can help."""

    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """It failed on its side before it accepted anything."""

    retryable = True


class Throttled(ProviderError):
    """It asks to slow down; `retry_after` is its own delay where it names one."""

    retryable = True


class OutcomeUnknown(ProviderError):
    """The request left and its answer did not come: it may have taken effect."""

    may_run = False  #: Set where nobody hung up: the provider may be working on it still.


class Unauthorized(ProviderError):
    """The access token was refused, which says nothing of what the request did."""

    retryable = True


class Unreadable(ProviderError):
    """The inbox could not be read up to now, so a send might cross an answer."""

    retryable = True


class NotFound(ProviderError):
    """What was named is not there."""


class Refused(ProviderError):
    """It will say no again; `code` is the hold that this means."""

    code: ReasonCode = ReasonCode.PERMANENT_FAIL

    def __init__(
        self,
        message: str,
        *,
        code: ReasonCode | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        if code is not None:
            self.code = code


class Exhausted(Refused):
    """The mailbox may not send for a while: a quota is used up, or its provider blocked it."""

    code = ReasonCode.PROVIDER_QUOTA_EXCEEDED


class Disconnected(Refused):
    """The account's grant is dead; its owner must connect it again."""

    code = ReasonCode.MAILBOX_DISCONNECTED
    had_no_effect = False  #: Set where nothing had been asked for yet when it was refused.


class ContentFault(Exception):
    """A message cannot be built from its template and its candidate.

    Attributes:
        code: The hold that this means.
        detail: What is missing, by field name; never a value.
    """

    def __init__(self, code: ReasonCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class Withheld(ContentFault):
    """A message that is written must not go to its address any more."""


class RecordsAway(Exception):
    """The database cannot be reached just now; nothing was changed. Asking again can help."""


class StaleAttempt(Exception):
    """Another attempt owns the delivery now; this one must stop without a trace."""
