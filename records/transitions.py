"""Moves a delivery from state to state, only for the attempt that owns it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Connection,
    Executable,
    Row,
    bindparam,
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
from domain.ports.steps import Attempt, Claim
from records import booking, leases
from records.placeholders import filled, placeholders
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Besides:
    """What a change does besides writing values; a constant, so that its statement is made once."""

    computed: Mapping[str, ColumnElement[Any]] = field(default_factory=dict[str, Any])
    given: Sequence[CTE] = ()  #: Each must give a row, else nothing changes.
    along: Sequence[CTE] = ()  #: Written by the same statement.
    returning: Sequence[ColumnElement[Any]] = (deliveries.c.id,)


NOTHING = Besides()


def transition(
    connection: Connection,
    claim: Owned,
    expected: DeliveryState,
    to: DeliveryState,
    *,
    besides: Besides = NOTHING,
    binds: Mapping[str, Any] = MappingProxyType({}),
    **values: Any,
) -> Row[Any]:
    """Write the next state where fence and state are as expected; raises StaleAttempt if not.

    `binds` are the parameters of what is done besides; `delivery_key` is one that it may use.
    """
    if to not in FOLLOWS[expected]:
        raise ValueError(f"{to} does not follow {expected}")
    known = {"delivery_key": claim.key, "own_fence": claim.fence, "before": expected.value}
    new = {"state": to.value, **values}
    statement = _statement(tuple(new), besides)
    row = connection.execute(statement, {**known, **filled(new), **binds}).first()
    if row is None:
        raise StaleAttempt(claim.key)
    return row


@lru_cache(maxsize=256)  # Making one costs more than running it.
def _statement(names: tuple[str, ...], besides: Besides) -> Executable:
    return (
        update(deliveries)
        .where(
            deliveries.c.key == bindparam("delivery_key"),
            deliveries.c.fence == bindparam("own_fence"),
            deliveries.c.state == bindparam("before"),
            *(exists(select(one)) for one in besides.given),
        )
        .values(
            updated_at=func.clock_timestamp(),
            **placeholders(deliveries, names),
            **besides.computed,
        )
        .returning(*besides.returning)
        .add_cte(*besides.along)
    )


_MARK = deliveries.c.sent_before_stop | bindparam("crossed", type_=Boolean)
_RECEIVED = Besides(computed={"sent_before_stop": _MARK}, along=(leases.RETURNED, booking.USED))


def receive(
    connection: Connection, claim: Claim, receipt: Receipt, attempt: Attempt, *, crossed: bool
) -> None:
    """Store what the provider says of the accepted message; its lease is free, its slot used.

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
        detail=None,
        besides=_RECEIVED,
        binds={"crossed": crossed},
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
