"""Looks after a sequence: the fan-out of a switch, and the pre-flight check every N minutes."""

from datetime import timedelta

from temporalio import activity

from activities.failures import again
from domain.messages import CheckReport, FanOutPage, FanOutReport, SequenceStart
from domain.ports.switchboard import Switchboard


class SequenceActivities:
    """Checks and switches sequences. Thread-safe: its port is."""

    def __init__(self, *, switchboard: Switchboard, every: timedelta) -> None:
        self._switchboard = switchboard
        self._every = every

    @activity.defn
    def fan_out(self, page: FanOutPage) -> FanOutReport:
        """Tell one page of enrollments that their sequence was switched. Idempotent."""
        return self._switchboard.fan_out(page)

    @activity.defn
    def watch_sequence(self, sequence: SequenceStart) -> CheckReport:
        """Run the pre-flight check and log what changed; returns only for an archived sequence.

        Otherwise it asks Temporal to try again after the interval: one action and no event.
        """
        if self._switchboard.check(sequence.sequence_id, sequence.workspace_id):
            return CheckReport(archived=True)
        raise again("Checked.", after=self._every, kind="Check")
