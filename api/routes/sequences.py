"""Sequences: written, checked, switched, and what became of them."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from api.attaching import take_in
from api.crossing import settle
from api.editing import IfMatch, check_match, put_tag
from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.sequences import (
    ActivatedSequence,
    CheckReport,
    Count,
    DeactivatedSequence,
    LogLine,
    Sequence,
    SequenceIn,
    StepIn,
    Version,
)
from api.unit import UnitRoute, Work
from api.views.sequences import (
    owner_of,
    shown_event,
    shown_report,
    shown_sequence,
    visible_sequence,
)
from domain.ids import Prefix
from domain.timing import check_timing
from providers.addresses import fault_of
from providers.templates import problems_of
from records import checks, mailboxes, schedules, sequences
from records.ids import fresh
from records.plans import timing_of
from records.switchboard import switch

router = APIRouter(prefix="/sequences", route_class=UnitRoute, tags=["sequences"])
HINT = "results in about 30 minutes"

Migrate = Annotated[
    Literal["finish_old", "move_at_next_step"],
    Query(description="What running enrollments do when the steps change."),
]
GroupBy = Annotated[
    str, Query(pattern="^(status|code|status,code|code,status)$", description="Columns.")
]


@router.post("", status_code=201, response_model=Sequence)
def make(body: SequenceIn, unit: Work) -> dict[str, Any]:
    """Write a sequence; it may be incomplete."""
    steps = _steps(unit, body.steps, known=frozenset())
    values = _values(unit, body)
    sequence_id = sequences.make(
        unit.connection, unit.workspace_id, unit.principal.user_id, values, steps
    )
    return shown_sequence(visible_sequence(unit, sequence_id))


@router.get("", response_model=Page[Sequence])
def list_them(unit: Work, paging: Paging) -> dict[str, Any]:
    """List the sequences that the caller may see."""
    rows = sequences.listed(
        unit.connection, owner=owner_of(unit), after=paging.after, limit=paging.peek
    )
    return paging.page(rows, shown_sequence)


@router.put("/{sequence_id}", response_model=Sequence)
def change(
    sequence_id: Id,
    body: SequenceIn,
    unit: Work,
    response: Response,
    migrate: Migrate = "finish_old",
    if_match: IfMatch = None,
) -> dict[str, Any]:
    """Write it anew; new steps make a new version."""
    row = visible_sequence(unit, sequence_id, lock=True)
    check_match(if_match, row["revision"])
    if row["archived_at"] is not None:
        raise ApiError(409, "sequence.archived", "An archived sequence does not change.")
    sequences.change(
        unit.connection,
        unit.workspace_id,
        row,
        _values(unit, body),
        _steps(unit, body.steps, known=frozenset(step["id"] for step in row["steps"])),
        migrate=migrate == "move_at_next_step",
    )
    return read(sequence_id, unit, response)


@router.get("/{sequence_id}", response_model=Sequence)
def read(sequence_id: Id, unit: Work, response: Response) -> dict[str, Any]:
    """Read a sequence."""
    row = visible_sequence(unit, sequence_id)
    put_tag(response, row["revision"])
    return shown_sequence(row)


@router.get("/{sequence_id}/versions", response_model=Page[Version])
def versions(
    sequence_id: Id,
    unit: Work,
    paging: Paging,
) -> dict[str, Any]:
    """Read every version, oldest first."""
    visible_sequence(unit, sequence_id)
    after = int(paging.after) if paging.after.isascii() and paging.after.isdecimal() else 0
    rows = sequences.versions_of(
        unit.connection, sequence_id, after=min(after, 2**31 - 1), limit=paging.peek
    )
    return paging.page(rows, dict, key="number")


@router.get("/{sequence_id}/log", response_model=Page[LogLine])
def read_log(sequence_id: Id, unit: Work, paging: Paging) -> dict[str, Any]:
    """Read what happened, oldest first."""
    visible_sequence(unit, sequence_id)
    rows = sequences.events(
        unit.connection, sequence_id=sequence_id, after=paging.after, limit=paging.peek
    )
    return paging.page(rows, shown_event)


@router.get("/{sequence_id}/counts", response_model=Page[Count], response_model_exclude_unset=True)
def counts(sequence_id: Id, unit: Work, group_by: GroupBy = "status,code") -> dict[str, Any]:
    """Count enrollments by status, code, or both."""
    visible_sequence(unit, sequence_id)
    rows = sequences.counts(unit.connection, sequence_id, group_by.split(","))
    return {"data": [dict(row) for row in rows], "next_cursor": None}


@router.post("/{sequence_id}/check", response_model=CheckReport)
def check(sequence_id: Id, unit: Work) -> dict[str, Any]:
    """Run the pre-flight check without starting anything."""
    visible_sequence(unit, sequence_id)
    return shown_report(checks.check_and_log(unit.connection, unit.workspace_id, sequence_id))


@router.post("/{sequence_id}/activate", response_model=ActivatedSequence)
def activate(sequence_id: Id, unit: Work) -> dict[str, Any]:
    """Switch it on, if the check passes; on again is fine."""
    row = visible_sequence(unit, sequence_id, lock=True)
    if row["archived_at"] is not None:
        raise ApiError(409, "sequence.archived", "An archived sequence cannot be started.")
    report = shown_report(checks.check_and_log(unit.connection, unit.workspace_id, sequence_id))
    if not report["ok"]:
        raise _refused(unit, report["results"])
    if not row["active"]:
        switch(unit.connection, unit.workspace_id, sequence_id, active=True, trigger="manual")
    shown = shown_sequence(visible_sequence(unit, sequence_id))
    return {**shown, "hint": HINT, "results": report["results"]}


@router.post("/{sequence_id}/deactivate", response_model=DeactivatedSequence)
async def deactivate(sequence_id: Id, unit: Work, request: Request) -> dict[str, Any]:
    """Switch it off; from the answer on nothing leaves but what `in_flight` names."""
    await asyncio.to_thread(_switch_off, unit, sequence_id)
    in_flight = await settle(request, unit, sequence_id=sequence_id)
    row = await asyncio.to_thread(visible_sequence, unit, sequence_id)
    return {**shown_sequence(row), "in_flight": in_flight}


@router.post("/{sequence_id}/archive", response_model=Sequence)
def archive(sequence_id: Id, unit: Work) -> dict[str, Any]:
    """Put an inactive sequence away; again is fine."""
    row = visible_sequence(unit, sequence_id, lock=True)
    if row["active"]:
        raise ApiError(409, "sequence.active", "Deactivate it first.")
    if row["archived_at"] is None:
        sequences.archive(unit.connection, unit.workspace_id, sequence_id)
    return shown_sequence(visible_sequence(unit, sequence_id))


def _switch_off(unit: Work, sequence_id: str) -> None:
    if visible_sequence(unit, sequence_id, lock=True)["active"]:
        switch(unit.connection, unit.workspace_id, sequence_id, active=False, trigger="manual")


def _refused(unit: Work, results: list[dict[str, Any]]) -> ApiError:
    """Refuse an activation; what the check found stays in the log."""
    unit.commit()
    failed = next(one for one in results if not one["ok"] and not one["skipped"])
    detail = f"Not started: {failed['detail']}"
    return ApiError(409, failed["code"], detail, results=results)


def _values(unit: Work, body: SequenceIn) -> dict[str, Any]:
    mailbox_id = None if body.sender is None else body.sender.mailbox_id
    if mailbox_id is not None and mailboxes.one(unit.connection, mailbox_id) is None:
        raise not_found("mailbox")
    for schedule_id in (body.schedule_id, body.follow_up_schedule_id):
        if schedule_id is not None and schedules.one(unit.connection, schedule_id) is None:
            raise not_found("schedule")
    return {
        "name": body.name,
        "mailbox_id": mailbox_id,
        "schedule_id": body.schedule_id,
        "follow_up_schedule_id": body.follow_up_schedule_id,
        "out_of_office": body.out_of_office.value,
    }


def _steps(unit: Work, given: list[StepIn], *, known: frozenset[str]) -> list[dict[str, Any]]:
    """Check the steps, name new ones and chain them."""
    errors = [fault for n, step in enumerate(given) for fault in _faults(step, n, known)]
    ids = [step.id for step in given if step.id]
    if len(set(ids)) != len(ids):
        errors.append(_fault("/steps", "step.twice", "A step id stands there twice."))
    files, faults = take_in(unit, [step.attachments for step in given])
    errors += faults
    if errors:
        raise ApiError(422, errors[0]["code"], errors[0]["detail"], errors=errors)
    steps = [_stored(step, listed) for step, listed in zip(given, files, strict=True)]
    following = [*(step["id"] for step in steps[1:]), None]
    return [{**step, "next": next_id} for step, next_id in zip(steps, following, strict=False)]


def _stored(step: StepIn, files: list[dict[str, Any]]) -> dict[str, Any]:
    row = step.model_dump(exclude={"attachments"})
    if files:  # Steps that were stored before there were attachments stay the same.
        row["attachments"] = files
    row["id"] = step.id or fresh(Prefix.STEP)
    row["timing"] = step.timing.model_dump(exclude_none=True)
    return row


def _faults(step: StepIn, n: int, known: frozenset[str]) -> list[dict[str, str]]:
    at = f"/steps/{n}"
    found = [
        _fault(p.pointer, p.code, p.detail)
        for p in check_timing(timing_of(step.timing.model_dump()), f"{at}/timing")
    ]
    if step.id is not None and step.id not in known:
        found.append(_fault(f"{at}/id", "step.unknown", "Leave the id away for a new step."))
    for name in ("subject", "body"):
        found.extend(
            _fault(f"{at}/{name}", p.code, p.detail) for p in problems_of(getattr(step, name))
        )
    for name in ("cc", "bcc"):
        found.extend(
            _fault(f"{at}/{name}/{m}", "address.invalid", "Not an e-mail address.")
            for m, address in enumerate(getattr(step, name))
            if fault_of(address) is not None
        )
    return found


def _fault(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": str(code), "detail": detail}
