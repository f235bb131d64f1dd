"""Ends many enrollments at once: the statements do not grow with their number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.codes import ReasonCode
from domain.ids import enrollment_workflow_id
from domain.messages import FactKind
from records import booking, log, outbox
from records.facts import end_event, log_ids
from records.projection import projected
from records.tables import enrollments, holds

PAGE = 1_000  #: Enrollments ended by one set of statements.

_NOW = func.clock_timestamp() + enrollments.c.clock_offset_ms * text("interval '1 millisecond'")


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Why an enrollment ends."""

    code: ReasonCode
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])  #: For the log: ids only.


def end_all(connection: Connection, workspace_id: str, ends: Mapping[str, End]) -> list[str]:
    """End enrollments, each under its row's lock, in the order of their ids.

    Those that have ended before stay as they are: the first committed stop wins. Gives the ids of
    those that this ended.
    """
    ended: list[str] = []
    for page in _pages(sorted(ends)):
        rows = _lock_live(connection, page)
        if rows:
            _end_page(connection, workspace_id, rows, ends)
            ended += [row["id"] for row in rows]
    return ended


def _pages(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), PAGE):
        yield ids[start : start + PAGE]


def _lock_live(connection: Connection, ids: Sequence[str]) -> list[RowMapping]:
    """Lock those that are live; `now` is each one's own business time."""
    query = (
        select(enrollments, _NOW.label("now"))
        .where(enrollments.c.id == func.any(list(ids)), enrollments.c.ended_code.is_(None))
        .order_by(enrollments.c.id)
        .with_for_update()
    )
    return list(connection.execute(query).mappings())


def _end_page(
    connection: Connection, workspace_id: str, rows: Sequence[RowMapping], ends: Mapping[str, End]
) -> None:
    ids = [row["id"] for row in rows]
    booking.free(connection, ids)
    connection.execute(
        update(holds)
        .where(holds.c.enrollment_id == func.any(ids), holds.c.released_at.is_(None))
        .values(released_at=func.clock_timestamp(), released_by="stop")
    )
    numbers: dict[str, int] = {}
    for code in {ends[one].code for one in ids}:
        mine = [one for one in ids if ends[one].code is code]
        numbers.update(_write_end(connection, mine, code))
    log.write_many(connection, [_log_row(workspace_id, row, ends[row["id"]]) for row in rows])
    told = [row for row in rows if row["started"]]
    outbox.put(
        connection, [_fact(workspace_id, row, ends[row["id"]], numbers[row["id"]]) for row in told]
    )


def _write_end(connection: Connection, ids: Sequence[str], code: ReasonCode) -> dict[str, int]:
    """Write the rows, each by one more fact; gives the number of each one's."""
    ended: dict[str, Any] = {
        "ended_code": code.value,
        "ended_at": _NOW,
        "slot_at": None,
        "hold_id": None,
        "hold_code": None,
    }
    changed = connection.execute(
        update(enrollments)
        .where(enrollments.c.id == func.any(list(ids)))
        .values(
            **projected(**ended),
            facts=enrollments.c.facts + 1,
            updated_at=func.clock_timestamp(),
        )
        .returning(enrollments.c.id, enrollments.c.facts)
    )
    return {row.id: row.facts for row in changed}


def _log_row(workspace_id: str, row: RowMapping, end: End) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "event": end_event(end.code),
        "code": end.code,
        "at": row["now"],
        **log_ids(row),
        "detail": dict(end.detail),
    }


def _fact(workspace_id: str, row: RowMapping, end: End, number: int) -> outbox.Row:
    return outbox.fact_row(
        workspace_id,
        row["id"],
        enrollment_workflow_id(row["id"], row["round"]),
        kind=FactKind.STOP,
        number=number,
        payload={"code": end.code.value},
    )
