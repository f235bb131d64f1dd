"""When a mailbox's inbox cannot be read: nothing is sent blind."""

from datetime import timedelta

DEAF_AFTER = 2  #: Failed polls in a row; a look right before a send counts as much as both.
GAP_MARGIN = timedelta(days=1)
"""How far before the last reading a gap is read again: our clock, the provider's and a search by
days never agree quite, and what was stored before is passed over."""

_FIRST = timedelta(minutes=5)
_LONGEST = timedelta(hours=1)


def look_again_after(deaf_for: timedelta) -> timedelta:
    """Say when a step looks again by itself; the first inbox that is read brings it forward."""
    return min(max(deaf_for, _FIRST), _LONGEST)
