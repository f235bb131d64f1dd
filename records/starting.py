"""Starts enrollments: books their first step and asks for a workflow each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    RowMapping,
    Text,
    column,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from domain.ids import enrollment_workflow_id
from domain.messages import Booking
from domain.slots import NoOpening
from records import booking, outbox
from records.limits import AS_JSON
from records.plans import timing_of
from records.projection import projected
from records.schedule_rules import hours_of
from records.tables import (
    enrollments,
    schedules,
    sequences,
    versions,
)


class UnknownSequence(Exception):
    """No such sequence in this workspace."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that the enrollments of one call share."""

    sequence: RowMapping
    steps: Sequence[Mapping[str, Any]]
    schedule: RowMapping | None
    senders: Mapping[str, RowMapping]
    now: datetime


def start_waiting(
    connection: Connection,
    workspace_id: str,
    ids: Sequence[str],
    *,
    setting: Setting | None = None,
) -> int:
    """Book the next step of enrollments that have no workflow yet, and ask for one each.

    `setting` is theirs, where the caller has read it in this transaction already. Passes over
    those that are paused, have ended or whose sequence is inactive; returns how many it started.
    """
    rows = connection.execute(_WAITING, {"ids": list(ids)}).mappings().all()
    if not rows:
        return 0
    if setting is None:
        senders = {row["mailbox_id"] for row in rows}
        setting = read_setting(connection, rows[0]["sequence_id"], senders)
    booked = _book_first(connection, workspace_id, setting, rows)
    _mark_started(connection, booked, setting.sequence["switched"])
    outbox.put(connection, [_start_row(workspace_id, row) for row in rows])
    return len(rows)


def _mark_started(connection: Connection, booked: Mapping[str, Booking], switched: int) -> None:
    """Write the bookings into the rows, each row once."""
    columns = (
        list(booked),
        [one.not_before for one in booked.values()],
        [one.slot_at for one in booked.values()],
        [one.code.value for one in booked.values()],
    )
    moments = ARRAY(DateTime(timezone=True))
    typed = (ARRAY(Text), moments, moments, ARRAY(Text))
    new = (
        func.unnest(*(literal(values, kind) for values, kind in zip(columns, typed, strict=True)))
        .table_valued(
            column("id", Text),
            column("not_before", DateTime(timezone=True)),
            column("slot_at", DateTime(timezone=True)),
            column("code", Text),
            name="booked",
        )
        .render_derived()
    )
    connection.execute(
        update(enrollments)
        .where(enrollments.c.id == new.c.id)
        .values(
            **projected(started=True, wait_code=new.c.code),
            not_before=new.c.not_before,
            slot_at=new.c.slot_at,
            switched=switched,
            updated_at=func.clock_timestamp(),
        )
    )


def _book_first(
    connection: Connection, workspace_id: str, setting: Setting, rows: Sequence[RowMapping]
) -> dict[str, Booking]:
    """Reserve a slot each, per mailbox; those that cannot have one start without."""
    found: dict[str, Booking] = {}
    for mailbox_id in sorted({row["mailbox_id"] or "" for row in rows}):
        mine = [row for row in rows if (row["mailbox_id"] or "") == mailbox_id]
        sender = setting.senders.get(mailbox_id)
        wants = [_want(setting, row, sender) for row in mine]
        found.update(_book_wants(connection, workspace_id, sender, wants))
    return found


def _book_wants(
    connection: Connection,
    workspace_id: str,
    sender: RowMapping | None,
    wants: list[booking.Want],
) -> dict[str, Booking]:
    unbooked = {w.enrollment_id: Booking(not_before=w.not_before) for w in wants}
    if sender is None:
        return unbooked
    account = booking.account_of(dict(sender))
    try:
        booked = booking.book(connection, workspace_id, account, wants)
    except NoOpening:
        return unbooked
    return {want.enrollment_id: one for want, one in zip(wants, booked, strict=True)}


def _want(setting: Setting, row: RowMapping, sender: RowMapping | None) -> booking.Want:
    hours = hours_of(
        None if setting.schedule is None else dict(setting.schedule),
        candidate_zone=row["candidate_zone"],
        identity_zone=None if sender is None else sender["zone"],
    )
    step = next(step for step in setting.steps if step["id"] == row["step_id"])
    due = max(hours.due_at(timing_of(step["timing"]), setting.now), setting.now)
    return booking.Want(
        enrollment_id=row["id"],
        step_id=row["step_id"],
        round=row["first_round"],
        not_before=due,
        hours=hours,
    )


def read_setting(connection: Connection, sequence_id: str, mailbox_ids: set[str | None]) -> Setting:
    """Read what they share, with the sequence locked against a switch. Raises UnknownSequence."""
    row = (
        connection.execute(
            select(sequences, versions.c.steps, func.clock_timestamp().label("now"))
            .join(
                versions,
                (versions.c.sequence_id == sequences.c.id)
                & (versions.c.number == sequences.c.version),
            )
            .where(sequences.c.id == sequence_id, sequences.c.archived_at.is_(None))
            .with_for_update(of=sequences, read=True)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise UnknownSequence(sequence_id)
    wanted = {*mailbox_ids, row["mailbox_id"]} - {None}
    return Setting(
        sequence=row,
        steps=row["steps"],
        schedule=_schedule(connection, row["schedule_id"]),
        senders=_senders(connection, wanted),
        now=row["now"],
    )


def _schedule(connection: Connection, schedule_id: str | None) -> RowMapping | None:
    if schedule_id is None:
        return None
    query = select(schedules).where(schedules.c.id == schedule_id)
    return connection.execute(query).mappings().first()


def _senders(connection: Connection, ids: set[Any]) -> dict[str, RowMapping]:
    rows = connection.execute(_SENDERS, {"ids": sorted(ids)}).mappings()
    return {row["id"]: row for row in rows}


def _start_row(workspace_id: str, row: RowMapping) -> dict[str, Any]:
    workflow_id = enrollment_workflow_id(row["id"], row["round"])
    return outbox.start_row(workspace_id, row["id"], workflow_id, {})


_SENDERS = text(f"SELECT m.*, {AS_JSON} AS limits FROM mailboxes m WHERE m.id = ANY(:ids)")
_WAITING = text(
    "SELECT e.id, e.sequence_id, e.candidate_id, e.mailbox_id, e.step_id, e.round, e.first_round,"
    " c.zone AS candidate_zone"
    " FROM enrollments e JOIN sequences s ON s.id = e.sequence_id"
    " JOIN candidates c ON c.id = e.candidate_id"
    " WHERE e.id = ANY(:ids) AND NOT e.started AND NOT e.paused AND e.ended_code IS NULL"
    " AND s.active AND e.step_id IS NOT NULL"
    " ORDER BY array_position(CAST(:ids AS text[]), e.id) FOR UPDATE OF e"
)
