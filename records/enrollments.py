"""Enrolls candidates, one or ten thousand at a time, and starts those that may start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.ids import Prefix, enrollment_workflow_id
from domain.messages import Booking
from domain.slots import NoOpening
from domain.status import Standing, code_of, status_for
from records import booking, log, outbox
from records.bulk import insert_rows
from records.ids import fresh
from records.plans import timing_of
from records.projection import projected
from records.schedule_rules import hours_of
from records.tables import (
    candidates,
    enrollments,
    mailboxes,
    schedules,
    sequences,
    versions,
)


class OnConflict(StrEnum):
    """What to do with a candidate who is in the sequence already."""

    REFUSE = "refuse"
    EXISTING = "existing"
    RESTART = "restart"


class EnrollResult(StrEnum):
    """What became of one item."""

    CREATED = "created"
    EXISTING = "existing"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEnrollment:
    """One candidate to enroll."""

    index: int
    candidate_id: str
    mailbox_id: str | None = None  #: None: the sequence's sender.
    email_address_id: str | None = None
    paused: bool = False
    at_step: str | None = None
    on_conflict: OnConflict = OnConflict.REFUSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What became of one candidate; `code` and `detail` say why it was refused."""

    index: int
    result: EnrollResult
    enrollment_id: str | None = None
    code: str | None = None
    detail: str | None = None


class UnknownSequence(Exception):
    """No such sequence in this workspace."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """Everything that the enrollments of one call share."""

    sequence: RowMapping
    steps: Sequence[Mapping[str, Any]]
    schedule: RowMapping | None
    senders: Mapping[str, RowMapping]
    now: datetime


def enroll(
    connection: Connection,
    workspace_id: str,
    sequence_id: str,
    items: Sequence[NewEnrollment],
) -> list[Enrolled]:
    """Enroll candidates set-wise; the statements do not grow with their number.

    In an active sequence each gets its first slot and a start in the outbox; otherwise it is
    recorded and waits for the activation. A refused item changes nothing and names its code.
    """
    setting = _setting(connection, sequence_id, {i.mailbox_id for i in items})
    people = _people(connection, [item.candidate_id for item in items])
    known = _known(connection, sequence_id, [item.candidate_id for item in items])
    results: list[Enrolled] = []
    new: list[dict[str, Any]] = []
    again: list[tuple[NewEnrollment, RowMapping]] = []
    for item in items:
        refusal = _refusal(item, setting, people)
        row = known.get(item.candidate_id)
        if refusal is not None:
            results.append(refusal)
        elif row is None:
            fresh_row = _new_row(workspace_id, setting, item)
            known[item.candidate_id] = _AsRow(fresh_row)
            new.append(fresh_row)
            results.append(_created(item, fresh_row["id"]))
        elif item.on_conflict is OnConflict.RESTART and row["ended_code"] is not None:
            again.append((item, row))
            results.append(_created(item, row["id"]))
        else:
            results.append(_conflict(item, row))
    insert_rows(connection, enrollments, new)
    _log_created(connection, new, setting.now)
    for item, row in again:
        _restart(connection, setting, item, row)
    starting = [row["id"] for row in new] + [row["id"] for _, row in again]
    start_waiting(connection, workspace_id, starting)
    return results


def start_waiting(connection: Connection, workspace_id: str, ids: Sequence[str]) -> int:
    """Book the next step of enrollments that have no workflow yet, and ask for one each.

    Passes over those that are paused, have ended or whose sequence is inactive; returns how many
    it started.
    """
    rows = connection.execute(_WAITING, {"ids": list(ids)}).mappings().all()
    if not rows:
        return 0
    setting = _setting(connection, rows[0]["sequence_id"], {row["mailbox_id"] for row in rows})
    booked = _book_first(connection, workspace_id, setting, rows)
    values = {
        "ids": [row["id"] for row in rows],
        "not_before": [booked[row["id"]].not_before for row in rows],
        "slot_at": [booked[row["id"]].slot_at for row in rows],
        "codes": [booked[row["id"]].code.value for row in rows],
        "switched": setting.sequence["switched"],
    }
    connection.execute(_START, values)
    connection.execute(
        update(enrollments).where(enrollments.c.id.in_(values["ids"])).values(**projected())
    )
    outbox.put(connection, [_start_row(workspace_id, row) for row in rows])
    return len(rows)


def _book_first(
    connection: Connection, workspace_id: str, setting: _Setting, rows: Sequence[RowMapping]
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


def _want(setting: _Setting, row: RowMapping, sender: RowMapping | None) -> booking.Want:
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
        round=row["round"],
        not_before=due,
        hours=hours,
    )


def _setting(connection: Connection, sequence_id: str, mailbox_ids: set[str | None]) -> _Setting:
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
    return _Setting(
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
    query = select(mailboxes).where(mailboxes.c.id.in_(sorted(ids)))
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _people(connection: Connection, ids: list[str]) -> dict[str, RowMapping]:
    query = select(candidates.c.id, candidates.c.emails).where(
        candidates.c.id == func.any(ids), candidates.c.removed_at.is_(None)
    )
    return {row["id"]: row for row in connection.execute(query).mappings()}


def _known(connection: Connection, sequence_id: str, ids: list[str]) -> dict[str, Any]:
    query = select(enrollments).where(
        enrollments.c.sequence_id == sequence_id, enrollments.c.candidate_id == func.any(ids)
    )
    return {row["candidate_id"]: row for row in connection.execute(query).mappings()}


def _refusal(
    item: NewEnrollment, setting: _Setting, people: Mapping[str, RowMapping]
) -> Enrolled | None:
    person = people.get(item.candidate_id)
    if person is None:
        return _refused(item, "candidate.not_found", "No such candidate in this workspace.")
    sender = setting.senders.get(item.mailbox_id or "")
    if item.mailbox_id is not None and (sender is None or sender["removed_at"] is not None):
        return _refused(item, "mailbox.not_found", "No such mailbox in this workspace.")
    if item.at_step is not None and item.at_step not in {s["id"] for s in setting.steps}:
        return _refused(item, "step.not_found", "The sequence's version has no such step.")
    addresses = {address["id"] for address in person["emails"]}
    if item.email_address_id is not None and item.email_address_id not in addresses:
        return _refused(item, "email_address.not_found", "The candidate has no such address.")
    return None


def _refused(item: NewEnrollment, code: str, detail: str) -> Enrolled:
    return Enrolled(index=item.index, result=EnrollResult.REFUSED, code=code, detail=detail)


def _conflict(item: NewEnrollment, row: Mapping[str, Any]) -> Enrolled:
    if item.on_conflict is OnConflict.EXISTING:
        return Enrolled(index=item.index, result=EnrollResult.EXISTING, enrollment_id=row["id"])
    detail = "The candidate is in this sequence already; on_conflict says what to do about it."
    return Enrolled(
        index=item.index,
        result=EnrollResult.REFUSED,
        enrollment_id=row["id"],
        code="enrollment.exists",
        detail=detail,
    )


def _created(item: NewEnrollment, enrollment_id: str) -> Enrolled:
    return Enrolled(index=item.index, result=EnrollResult.CREATED, enrollment_id=enrollment_id)


class _AsRow(dict[str, Any]):
    """A row that is about to be inserted, for items of the same call that name its candidate."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values, ended_code=None)


def _new_row(workspace_id: str, setting: _Setting, item: NewEnrollment) -> dict[str, Any]:
    code = code_of(Standing(started=False, paused=item.paused))
    steps = setting.steps
    return {
        "id": fresh(Prefix.ENROLLMENT),
        "workspace_id": workspace_id,
        "sequence_id": setting.sequence["id"],
        "candidate_id": item.candidate_id,
        "mailbox_id": item.mailbox_id or setting.sequence["mailbox_id"],
        "email_address_id": item.email_address_id,
        "version": setting.sequence["version"],
        "status": status_for(code).value,
        "code": code.value,
        "step_id": item.at_step or (steps[0]["id"] if steps else None),
        "paused": item.paused,
        "switched": setting.sequence["switched"],
    }


def _restart(
    connection: Connection, setting: _Setting, item: NewEnrollment, row: RowMapping
) -> None:
    """Begin a new round of an ended enrollment: steps may be sent again, on purpose."""
    first = setting.steps[0]["id"] if setting.steps else None
    connection.execute(
        update(enrollments)
        .where(enrollments.c.id == row["id"])
        .values(
            **projected(
                started=False,
                paused=item.paused,
                deactivated=False,
                hold_code=None,
                ended_code=None,
                wait_code=ReasonCode.SCHEDULED.value,
            ),
            round=enrollments.c.round + 1,
            step_id=item.at_step or first,
            version=setting.sequence["version"],
            mailbox_id=item.mailbox_id or setting.sequence["mailbox_id"],
            hold_id=None,
            ended_at=None,
            run_id=None,
            slot_at=None,
            clock_offset_ms=0,
            switched=setting.sequence["switched"],
        )
    )


def _log_created(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    log.write_many(
        connection,
        [
            {
                "workspace_id": row["workspace_id"],
                "event": LogEvent.ENROLLMENT_CREATED,
                "code": row["code"],
                "at": now,
                "enrollment_id": row["id"],
                "sequence_id": row["sequence_id"],
                "candidate_id": row["candidate_id"],
                "mailbox_id": row["mailbox_id"],
            }
            for row in rows
        ],
    )


def _start_row(workspace_id: str, row: RowMapping) -> dict[str, Any]:
    workflow_id = enrollment_workflow_id(row["id"], row["round"])
    return outbox.start_row(workspace_id, row["id"], workflow_id, {})


_WAITING = text(
    "SELECT e.id, e.sequence_id, e.candidate_id, e.mailbox_id, e.step_id, e.round,"
    " c.zone AS candidate_zone"
    " FROM enrollments e JOIN sequences s ON s.id = e.sequence_id"
    " JOIN candidates c ON c.id = e.candidate_id"
    " WHERE e.id = ANY(:ids) AND NOT e.started AND NOT e.paused AND e.ended_code IS NULL"
    " AND s.active AND e.step_id IS NOT NULL"
    " ORDER BY array_position(CAST(:ids AS text[]), e.id) FOR UPDATE OF e"
)

_START = text(
    "UPDATE enrollments e SET started = true, not_before = b.not_before, slot_at = b.slot_at,"
    " wait_code = b.code, switched = :switched, updated_at = clock_timestamp()"
    " FROM unnest(CAST(:ids AS text[]), CAST(:not_before AS timestamptz[]),"
    " CAST(:slot_at AS timestamptz[]), CAST(:codes AS text[])) AS b(id, not_before, slot_at, code)"
    " WHERE e.id = b.id"
)
