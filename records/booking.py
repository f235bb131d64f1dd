"""Books slots: reserved moments to send, never two alike on one account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, text, update

from domain.delivery import DeliveryState
from domain.limits import LONGEST, ActionKind, Limit
from domain.messages import Booking
from domain.slots import NoOpening, Slot, allocate
from records.bulk import insert_rows
from records.limits import limits_in
from records.schedule_rules import Hours
from records.tables import deliveries, slots

SPARE = timedelta(milliseconds=100)  #: Added to the spacing, so that drifting timers keep it.
_HORIZONS = (timedelta(days=3), timedelta(days=30), timedelta(days=420))
_DAY = timedelta(days=1)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('slots:' || :account_id, 0))")
_TAKEN = text(
    "SELECT slot_at FROM slots WHERE account_id = :account_id AND action = :action"
    " AND slot_at > :from_at AND slot_at < :to_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What an account allows for one kind of action."""

    id: str
    action: ActionKind
    limits: tuple[Limit, ...]
    spacing_ms: int
    zone: str | None

    @property
    def grid(self) -> timedelta:
        """The distance of two slots."""
        return timedelta(milliseconds=self.spacing_ms) + SPARE


def account_of(mailbox: Mapping[str, Any]) -> Account:
    """Read what a mailbox's row allows; `limits` holds its rows (see `records.limits`)."""
    return Account(
        id=mailbox["id"],
        action=ActionKind.EMAIL,
        limits=limits_in(mailbox["limits"], ActionKind.EMAIL),
        spacing_ms=mailbox["spacing_ms"],
        zone=mailbox["zone"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A step that wants a slot."""

    enrollment_id: str
    step_id: str
    round: int
    not_before: datetime
    hours: Hours


def book(
    connection: Connection, workspace_id: str, account: Account, wants: Sequence[Want]
) -> list[Booking]:
    """Reserve a slot for each want, in their order; one lock per account, held to the commit.

    Raises NoOpening when the hours never open (an empty or impossible schedule).
    """
    connection.execute(_LOCK, {"account_id": account.id})
    found = _allocate(connection, account, wants)
    insert_rows(
        connection,
        slots,
        [_row(workspace_id, account, w, s) for w, s in zip(wants, found, strict=True)],
    )
    return [
        Booking(not_before=w.not_before, slot_at=s.slot_at, code=s.code)
        for w, s in zip(wants, found, strict=True)
    ]


def book_one(
    connection: Connection, workspace_id: str, account: Account, want: Want
) -> Booking | None:
    """Reserve one slot; None when the hours never open."""
    try:
        return book(connection, workspace_id, account, [want])[0]
    except NoOpening:
        return None


def free(connection: Connection, enrollment_ids: Iterable[str]) -> None:
    """Give back what these enrollments had reserved and not used.

    The slot of a send that may have left stays: it may count against the caps.
    """
    under_way = exists().where(
        deliveries.c.enrollment_id == slots.c.enrollment_id,
        deliveries.c.step_id == slots.c.step_id,
        deliveries.c.round == slots.c.round,
        deliveries.c.state == DeliveryState.SUBMITTING.value,
    )
    mine = slots.c.enrollment_id.in_(list(enrollment_ids))
    connection.execute(delete(slots).where(mine, ~slots.c.used, ~under_way))


def forget(connection: Connection, enrollment_id: str, step_id: str, round_: int) -> None:
    """Take a slot out of the count: it turned out that nothing was sent at it."""
    connection.execute(
        delete(slots).where(
            slots.c.enrollment_id == enrollment_id,
            slots.c.step_id == step_id,
            slots.c.round == round_,
        )
    )


_USE = (
    update(slots)
    .where(
        deliveries.c.key == bindparam("delivery_key"),
        slots.c.enrollment_id == deliveries.c.enrollment_id,
        slots.c.step_id == deliveries.c.step_id,
        slots.c.round == deliveries.c.round,
    )
    .values(used=True)
)
USED = _USE.cte("used")  #: `mark_used` within a statement.


def mark_used(connection: Connection, delivery_key: str) -> None:
    """Note that a delivery's slot was used: from now on it counts against the caps for good."""
    connection.execute(_USE, {"delivery_key": delivery_key})


def _allocate(connection: Connection, account: Account, wants: Sequence[Want]) -> list[Slot]:
    """Widen the horizon until every slot lies well inside what was read."""
    first = min(want.not_before for want in wants)
    back = max((LONGEST[limit.period] for limit in account.limits), default=_DAY)
    last = max(want.not_before for want in wants)
    found: list[Slot] = []
    for horizon in _HORIZONS:
        to_at = last + horizon
        taken = _taken(connection, account, first - back, to_at)
        found = _allocate_by_hours(account, wants, taken)
        if max(slot.slot_at for slot in found) < to_at - _DAY:
            break
    return found


def _allocate_by_hours(
    account: Account, wants: Sequence[Want], taken: list[datetime]
) -> list[Slot]:
    """Allocate runs of wants that share their hours; a run sees the slots of those before it."""
    found: list[Slot] = []
    for run in _runs(wants):
        hours = run[0].hours
        fresh = allocate(
            wanted=[want.not_before for want in run],
            taken=[*taken, *(slot.slot_at for slot in found)],
            grid=account.grid,
            limits=account.limits,
            zone=account.zone or hours.schedule.zone,
            openings=hours.openings,
        )
        found.extend(fresh)
    return found


def _runs(wants: Sequence[Want]) -> list[list[Want]]:
    runs: list[list[Want]] = []
    for want in wants:
        if runs and _same_hours(runs[-1][0].hours, want.hours):
            runs[-1].append(want)
        else:
            runs.append([want])
    return runs


def _same_hours(one: Hours, other: Hours) -> bool:
    return one.zone == other.zone and one.schedule == other.schedule


def _taken(
    connection: Connection, account: Account, from_at: datetime, to_at: datetime
) -> list[datetime]:
    values = {
        "account_id": account.id,
        "action": account.action.value,
        "from_at": from_at,
        "to_at": to_at,
    }
    return list(connection.execute(_TAKEN, values).scalars())


def _row(workspace_id: str, account: Account, want: Want, slot: Slot) -> dict[str, Any]:
    return {
        "account_id": account.id,
        "slot_at": slot.slot_at,
        "workspace_id": workspace_id,
        "enrollment_id": want.enrollment_id,
        "step_id": want.step_id,
        "round": want.round,
        "action": account.action.value,
    }
