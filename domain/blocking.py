"""When a mailbox may not send for a while: why, how long, and who tries first afterwards.

Times are business time. After the time is over one delivery probes: it alone is tried, and what
becomes of it opens the mailbox for the others or blocks it again.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from domain.codes import LogEvent, ReasonCode

CIRCUIT_AFTER = 5  #: Deliveries in a row that a provider did not take open the circuit.
PROBE_FOR = timedelta(minutes=2)  #: How long a probe has before another delivery probes.

BELIEVED = 2  #: How often in a row a provider's own time is believed.

_DAY = timedelta(hours=24)
_FIRST: Mapping[ReasonCode, timedelta] = MappingProxyType(
    {
        ReasonCode.PROVIDER_QUOTA_EXCEEDED: _DAY,
        ReasonCode.MAILBOX_BLOCKED: _DAY,
        ReasonCode.AUTO_PAUSED_SEND_FAILURE: timedelta(minutes=15),
    }
)

EVENTS: Mapping[ReasonCode, LogEvent] = MappingProxyType(
    {
        ReasonCode.PROVIDER_QUOTA_EXCEEDED: LogEvent.MAILBOX_PROVIDER_QUOTA,
        ReasonCode.MAILBOX_BLOCKED: LogEvent.MAILBOX_BLOCKED,
        ReasonCode.AUTO_PAUSED_SEND_FAILURE: LogEvent.MAILBOX_CIRCUIT_OPENED,
    }
)

COUNTED = frozenset(
    {
        ReasonCode.SENDING_FAILED,
        ReasonCode.FIRST_STEP_SEND_FAILED,
        ReasonCode.PERMANENT_FAIL,
    }
)
"""The ends of a delivery that speak against its mailbox. A fault of one candidate's address or of
the content does not, and an unknown outcome may have been a success."""


def block_for(code: ReasonCode, times: int, named: timedelta | None = None) -> timedelta:
    """Say how long to wait at the `times`-th block in a row (from 1).

    The provider's own word counts twice; it is often too early, so then it is a day. The circuit's
    wait doubles up to a day.
    """
    if named is not None:
        return named if times <= BELIEVED else max(named, _DAY)
    doubled = _FIRST[code] * 2 ** min(times - 1, 10)
    return min(doubled, _DAY)
