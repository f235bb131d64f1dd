"""How long a try may still act: past it, another try may own its work."""

import time
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity

from domain.errors import StaleAttempt


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on this process's monotonic clock, which goes on while the process is stopped."""

    at: float

    def check(self) -> None:
        """Raise StaleAttempt when it has passed: this attempt may have been given up already."""
        if time.monotonic() > self.at:
            raise StaleAttempt("The try took too long; another may own the delivery.")

    @property
    def left(self) -> timedelta:
        """The time that is left; negative when it has passed."""
        return timedelta(seconds=self.at - time.monotonic())


def this_deadline(*, reserve: timedelta) -> Deadline:
    """Give the running activity's deadline, with room for one last call of a provider."""
    limit = activity.info().start_to_close_timeout or timedelta(days=1)
    return Deadline(time.monotonic() + max(limit - reserve, timedelta()).total_seconds())
