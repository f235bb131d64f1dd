"""Points on the way of a send, faults, and which of them can meet."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Point(StrEnum):
    """Where a fault strikes; each is an edge of a call of the send activity."""

    BEFORE_CLAIM = "before the claim"
    AFTER_CLAIM = "claimed, before the letter is stored"
    AFTER_RENDERED = "letter stored, before the draft"
    DRAFT_ANSWER = "draft accepted, before its answer"
    AFTER_DRAFT = "draft's id known, not stored"
    BEFORE_SUBMIT = "inbox read, before the send is announced"
    AFTER_SUBMIT = "send announced, before it leaves"
    SEND_ANSWER = "send accepted, before its answer"
    AFTER_SEND = "send answered, before the commit"
    AFTER_COMMIT = "committed, before the completion"


class Fault(StrEnum):
    """What happens there."""

    KILL = "SIGKILL"
    STOP = "SIGSTOP"  #: For longer than the try's time-out, then SIGCONT: a zombie.
    POSTGRES = "Postgres"  #: Killed; the stack restarts it.
    TEMPORAL = "Temporal"  #: Killed; the stack restarts it.
    DROP = "dropped"  #: The request never arrives.
    LOST = "lost"  #: Accepted; the connection closes without an answer.
    RESET = "reset"  #: Accepted; the connection is reset.
    ERROR = "5xx"  #: Accepted; the answer is a server fault.
    UNAUTHORIZED = "401"  #: Accepted; the answer refuses the token.
    TRUNCATED = "cut"  #: Accepted; half of the answer comes.


PROCESS = (Fault.KILL, Fault.STOP, Fault.POSTGRES, Fault.TEMPORAL)
WIRE = (Fault.DROP, Fault.LOST, Fault.RESET, Fault.ERROR, Fault.UNAUTHORIZED, Fault.TRUNCATED)
ON_THE_WIRE = (Point.DRAFT_ANSWER, Point.SEND_ANSWER)

CELLS: tuple[tuple[Point, Fault], ...] = tuple(
    (point, fault) for point in Point for fault in (WIRE if point in ON_THE_WIRE else PROCESS)
)

NOT_FOR: Mapping[str, frozenset[tuple[Point, Fault]]] = MappingProxyType(
    {
        "gmail": frozenset(),
        "outlook": frozenset({(Point.SEND_ANSWER, Fault.TRUNCATED)}),  # A 202 has no body.
        "smtp": frozenset(
            {(Point.DRAFT_ANSWER, fault) for fault in WIRE}  # It keeps no drafts.
            | {(Point.SEND_ANSWER, Fault.UNAUTHORIZED)}
        ),
    }
)
"""What cannot happen to a kind of mailbox."""


def cells_of(kind: str) -> list[tuple[Point, Fault]]:
    """List what can happen to a kind of mailbox."""
    return [cell for cell in CELLS if cell not in NOT_FOR[kind]]
