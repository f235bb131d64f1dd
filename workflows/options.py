"""Time-outs and retries, one row per activity."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio.common import Priority, RetryPolicy

SEND_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=60),
)
"""Attempts are not limited here: a killed worker is no failed send. The delivery row counts."""

POLL_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=10), backoff_coefficient=1.0)
"""A poll that was killed is back in 10 s; a quiet one names its own next time."""

AHEAD = Priority(priority_key=2)
"""What watches or switches goes before sends (3, Temporal's default) that queue for a worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How long one try may take, and how it is tried again."""

    start_to_close: timedelta
    retries: RetryPolicy
    priority: Priority = Priority.default


SEND = Options(start_to_close=timedelta(seconds=60), retries=SEND_RETRIES)
POLL = Options(start_to_close=timedelta(seconds=120), retries=POLL_RETRIES, priority=AHEAD)
FAN_OUT = Options(start_to_close=timedelta(seconds=60), retries=SEND_RETRIES, priority=AHEAD)
TELL = Options(
    start_to_close=timedelta(seconds=90),
    retries=SEND_RETRIES,
    priority=Priority(priority_key=4),  # Sends go first.
)

HISTORY_BOUND = 2_000
"""Events after which an enrollment's workflow continues as new, far below Temporal's own advice
(4,096). Tests patch it to see a renewal soon."""
