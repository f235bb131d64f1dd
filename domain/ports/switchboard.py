"""What the watcher of a sequence needs of our records."""

from typing import Protocol

from domain.messages import FanOutPage, FanOutReport


class Switchboard(Protocol):
    """The pre-flight check and the fan-out of a sequence."""

    def fan_out(self, page: FanOutPage) -> FanOutReport:
        """Tell one page of enrollments whether their sequence is active."""
        ...

    def check(self, sequence_id: str, workspace_id: str) -> bool:
        """Run the pre-flight check, log what changed; returns whether the sequence is archived."""
        ...
