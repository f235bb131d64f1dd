"""Enrolls candidates, one or ten thousand at a time, and starts those that may start."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    func,
    select,
    text,
    update,
)

from domain.catalog import CATALOG
from domain.codes import LogEvent, ReasonCode
from domain.ids import Prefix
from domain.status import Standing, code_of, status_for
from domain.suppressions import ENDS_AS
from records import log, screening
from records.bulk import insert_rows
from records.ids import fresh
from records.projection import projected
from records.starting import Setting, read_setting, start_waiting
from records.tables import enrollments


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
    setting = read_setting(connection, sequence_id, {i.mailbox_id for i in items})
    people = _people(connection, [item.candidate_id for item in items])
    known = _known(connection, sequence_id, [item.candidate_id for item in items])
    results: list[Enrolled] = []
    new: list[dict[str, Any]] = []
    again: list[tuple[NewEnrollment, RowMapping]] = []
    for item in items:
        row = known.get(item.candidate_id)
        refusal = _refusal(item, setting, people, is_known=row is not None)
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
    start_waiting(connection, workspace_id, starting, setting=setting)
    return results


def _people(connection: Connection, ids: list[str]) -> dict[str, RowMapping]:
    rows = connection.execute(_PEOPLE, {"ids": ids}).mappings()
    return {row["id"]: row for row in rows}


_PEOPLE = text(
    f"SELECT c.id, c.emails, {screening.covering(workspace='c.workspace_id')} AS suppressions"
    " FROM candidates c WHERE c.id = ANY(:ids) AND c.removed_at IS NULL"
)


def _known(connection: Connection, sequence_id: str, ids: list[str]) -> dict[str, Any]:
    query = select(enrollments).where(
        enrollments.c.sequence_id == sequence_id, enrollments.c.candidate_id == func.any(ids)
    )
    return {row["candidate_id"]: row for row in connection.execute(query).mappings()}


def _refusal(
    item: NewEnrollment, setting: Setting, people: Mapping[str, RowMapping], *, is_known: bool
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
    if is_known and item.on_conflict is OnConflict.EXISTING:
        return None  # Nothing is begun: the caller only asks for the one that there is.
    return _suppressed(item, person)


def _suppressed(item: NewEnrollment, person: RowMapping) -> Enrolled | None:
    """Refuse who opted out or is blocked. A bounced address is accepted: its step holds."""
    entry = screening.deciding(dict(person), None)
    if entry is None or not screening.is_final(entry):
        return None
    row = CATALOG[ENDS_AS[entry.reason]]
    return _refused(item, row.code, f"{row.cause} {row.remedy} The entry is {entry.id}.")


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


def _new_row(workspace_id: str, setting: Setting, item: NewEnrollment) -> dict[str, Any]:
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
    connection: Connection, setting: Setting, item: NewEnrollment, row: RowMapping
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
            first_round=enrollments.c.round + 1,
            ended_too=None,
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
