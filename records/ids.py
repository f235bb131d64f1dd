"""Where new ids are made: the one place that brings time and chance to `domain.ids`."""

import secrets
import time

from domain.ids import CHANCE_BITS, Prefix, encode


def fresh(prefix: Prefix) -> str:
    """Make a new id, sortable by the millisecond of its birth."""
    return encode(prefix, at_ms=time.time_ns() // 1_000_000, chance=secrets.randbits(CHANCE_BITS))
