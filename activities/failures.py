"""Says in Temporal's words why a try ended and when to try again."""

from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

MAX_FAILURES = 5  #: Failed answers of a provider after which a person must look.
MAX_SURPRISES = 5  #: Tries that broke down by themselves before a person must look.
RECOVER_AFTER = timedelta(minutes=5)  #: The one further try of a Gmail account's first message.
SOON = timedelta(seconds=1)
LONGEST = timedelta(seconds=60)  #: Between two tries, where a provider names no time.


def again(why: str, *, after: timedelta, kind: str = "Retry") -> ApplicationError:
    """Ask Temporal for another try after a while; expected, so not counted as an error."""
    return ApplicationError(
        why, type=kind, next_retry_delay=after, category=ApplicationErrorCategory.BENIGN
    )


def backoff(failures: int, retry_after: timedelta | None = None) -> timedelta:
    """Double the wait from 2 s to 60 s; a provider's own delay wins where it is longer."""
    own = min(timedelta(seconds=2 ** max(1, failures)), LONGEST)
    return max(own, retry_after or own)
