"""Ids: how they are written, and how one is derived from another.

An id is opaque and sortable by birth: a prefix, "_", nine base-32 characters of milliseconds and
eleven of chance (Crockford's alphabet, lower case). Chance and time are arguments; the edge
(`records.ids`) brings them.
"""

from enum import StrEnum

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME_CHARS = 9
_CHANCE_CHARS = 11

CHANCE_BITS = _CHANCE_CHARS * 5  #: How much chance `encode` takes, in bits.


class Prefix(StrEnum):
    """What an id names; the part before the underscore."""

    WORKSPACE = "wsp"
    USER = "usr"
    KEY = "key"
    SEQUENCE = "seq"
    VERSION = "ver"
    STEP = "stp"
    CANDIDATE = "cand"
    ADDRESS = "adr"
    ENROLLMENT = "enr"
    MAILBOX = "mbx"
    SCHEDULE = "sch"
    DELIVERY = "dlv"
    HOLD = "hld"
    JOB = "job"
    EVENT = "evt"
    MESSAGE = "msg"
    SUPPRESSION = "sup"
    SOURCE = "src"
    WEBHOOK_EVENT = "whv"  #: What a source told us.
    WEBHOOK_ENDPOINT = "whe"
    NOTICE = "ntc"  #: What we tell an owner or an endpoint.
    REQUEST = "req"


def encode(prefix: Prefix, *, at_ms: int, chance: int) -> str:
    """Write an id: `at_ms` milliseconds since 1970 (UTC), `chance` of `CHANCE_BITS` bits."""
    return f"{prefix}_{_base32(at_ms, _TIME_CHARS)}{_base32(chance, _CHANCE_CHARS)}"


def enrollment_workflow_id(enrollment_id: str, round_: int) -> str:
    """Name the workflow of one round of an enrollment; never reused."""
    return f"enrollment/{enrollment_id}/{round_}"


def mailbox_workflow_id(mailbox_id: str) -> str:
    """Name the workflow that watches one mailbox."""
    return f"mailbox/{mailbox_id}"


def sequence_workflow_id(sequence_id: str) -> str:
    """Name the workflow that checks and fans out for one sequence."""
    return f"sequence/{sequence_id}"


def source_workflow_id(source_id: str) -> str:
    """Name the workflow that asks one source."""
    return f"source/{source_id}"


def notices_workflow_id(user_id: str, channel: str) -> str:
    """Name the workflow that tells one owner over one channel."""
    return f"notices/{user_id}/{channel}"


def delivery_key(enrollment_id: str, step_id: str, round_: int) -> str:
    """Name the one delivery of a step: the same for every attempt, worker and run."""
    return f"{enrollment_id}:{step_id}:{round_}"


def _base32(number: int, width: int) -> str:
    chars: list[str] = []
    for _ in range(width):
        number, rest = divmod(number, 32)
        chars.append(_ALPHABET[rest])
    return "".join(reversed(chars))
