"""Moves a delivery from state to state, only for the attempt that owns it."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    case,
    exists,
    func,
    literal,
    select,
    update,
)

from domain.codes import ReasonCode
from domain.delivery import FOLLOWS, DeliveryState
from domain.errors import StaleAttempt
from domain.holds import ResourceKind, healers
from domain.mail import Receipt
from domain.ports import Attempt, Claim
from records.tables import deliveries


class Owned(Protocol):
    """A delivery that the caller may move, as long as its fence is the last one."""

    @property
    def key(self) -> str:
        """The delivery key."""
        ...

    @property
    def fence(self) -> int:
        """The number of the try."""
        ...


def transition(
    connection: Connection,
    claim: Owned,
    expected: DeliveryState,
    to: DeliveryState,
    *,
    returning: Sequence[ColumnElement[Any]] = (deliveries.c.id,),
    given: Sequence[CTE] = (),
    along: Sequence[CTE] = (),
    **values: Any,
) -> Row[Any]:
    """Write the next state where fence and state are as expected; raises StaleAttempt if not.

    Each of `given` must have given a row, too. `along` is written by the same statement.
    """
    if to not in FOLLOWS[expected]:
        raise ValueError(f"{to} does not follow {expected}")
    row = connection.execute(
        update(deliveries)
        .where(
            deliveries.c.key == claim.key,
            deliveries.c.fence == claim.fence,
            deliveries.c.state == expected.value,
            *(exists(select(one)) for one in given),
        )
        .values(state=to.value, updated_at=func.clock_timestamp(), **values)
        .returning(*returning)
        .add_cte(*along)
    ).first()
    if row is None:
        raise StaleAttempt(claim.key)
    return row


def receive(
    connection: Connection,
    claim: Claim,
    receipt: Receipt,
    attempt: Attempt,
    *,
    crossed: bool,
    along: Sequence[CTE],
) -> None:
    """Store what the provider says of the accepted message.

    What the answer of a stop or a pause named keeps its mark; `crossed` adds one.
    """
    tail = claim.draft.tail
    references = () if tail is None else (*tail.references, tail.message_id)
    transition(
        connection,
        claim,
        DeliveryState.SUBMITTING,
        DeliveryState.SENT,
        provider_message_id=receipt.provider_message_id,
        message_id=receipt.message_id,
        thread_id=receipt.thread_id,
        reference_ids=list(references),
        sent_at=attempt.at,
        accepted_at=receipt.accepted_at,
        sent_before_stop=deliveries.c.sent_before_stop | literal(crossed),
        detail=None,
        along=along,
    )


def count_failure(
    connection: Connection, claim: Claim, detail: str, *, by: int = 1
) -> tuple[int, str]:
    """Count a failed answer of the provider; gives the count and the enrollment's id."""
    row = connection.execute(
        update(deliveries)
        .where(deliveries.c.key == claim.key, deliveries.c.fence == claim.fence)
        .values(failures=deliveries.c.failures + by, detail=detail)
        .returning(deliveries.c.failures, deliveries.c.enrollment_id)
    ).first()
    if row is None:
        raise StaleAttempt(claim.key)
    return int(row[0]), str(row[1])


def give_up(connection: Connection, claim: Claim, code: ReasonCode, detail: str) -> None:
    """End a delivery: provably not accepted, or not to be known. Raises StaleAttempt.

    One that only waits for its mailbox keeps its letter; any other is written anew later. What
    may be on its way stays so: only evidence takes that back.
    """
    if code is ReasonCode.SEND_OUTCOME_UNKNOWN:
        transition(
            connection, claim, DeliveryState.SUBMITTING, DeliveryState.UNKNOWN, detail=detail
        )
        return
    waits = ResourceKind.MAILBOX in healers(code)
    ends = deliveries.c.state.in_(_UNSENT) & literal(not waits)
    row = connection.execute(
        update(deliveries)
        .where(deliveries.c.key == claim.key, deliveries.c.fence == claim.fence)
        .values(
            detail=detail,
            state=case((ends, DeliveryState.FAILED.value), else_=deliveries.c.state),
            updated_at=func.clock_timestamp(),
        )
        .returning(deliveries.c.id)
    ).first()
    if row is None:
        raise StaleAttempt(claim.key)


_UNSENT = (
    DeliveryState.CLAIMED.value,
    DeliveryState.RENDERED.value,
    DeliveryState.DRAFTED.value,
)
