"""Judges entries before they are added, adds them, and answers when nothing crosses them."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from api.crossing import settle
from api.problems import errors_of
from api.shapes.suppressions import SuppressionIn
from api.unit import Unit
from domain.breadth import Breadth, breadth_of
from domain.suppressions import Origin, SuppressionKind, SuppressionReason, Unfit, normal
from records import candidates, suppressions
from records.suppressions import Added, NewEntry

_ROW = TypeAdapter(SuppressionIn)
_BROAD = {
    Breadth.PUBLIC_SUFFIX: "Under this domain anybody registers: name an organisation's own.",
    Breadth.FREE_MAIL: "Anybody may have an address there: block the addresses, or say force.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """What entries ended, and what may cross them."""

    ended: list[str] = field(default_factory=list[str])
    in_flight: list[str] = field(default_factory=list[str])


def judge(raw: Any) -> tuple[SuppressionIn | None, list[dict[str, str]]]:
    """Read one row of a list; gives it, or what is wrong with it."""
    try:
        row = _ROW.validate_python(raw)
    except ValidationError as error:
        return None, errors_of(
            dict(fault) for fault in error.errors(include_url=False, include_input=False)
        )
    fault = fault_of(row)
    return (row, []) if fault is None else (None, [fault])


def fault_of(row: SuppressionIn) -> dict[str, str] | None:
    """Name what the form alone does not say."""
    try:
        value = normal(row.kind, row.value).value
    except Unfit as unfit:
        return {"pointer": "/value", "code": unfit.code, "detail": str(unfit)}
    breadth = breadth_of(value) if row.kind is SuppressionKind.DOMAIN else None
    if breadth is None or (row.force and breadth is Breadth.FREE_MAIL):
        return None
    return {"pointer": "/value", "code": f"domain.{breadth}", "detail": _BROAD[breadth]}


def unknown_people(unit: Unit, rows: Iterable[SuppressionIn]) -> frozenset[str]:
    """Give the ids among the rows that name no candidate of this workspace."""
    named = {row.value.strip() for row in rows if row.kind is SuppressionKind.PERSON}
    return frozenset(named - candidates.known_ids(unit.connection, named))


def no_such_person() -> dict[str, str]:
    """Refuse a person whom nobody knows."""
    detail = "No such candidate in this workspace."
    return {"pointer": "/value", "code": "candidate.not_found", "detail": detail}


def add_all(unit: Unit, rows: Sequence[SuppressionIn]) -> list[Added]:
    """Add judged rows in the name of the caller."""
    entries = [
        NewEntry(
            kind=row.kind,
            value=row.value,
            reason=SuppressionReason(row.reason),
            origin=Origin.API,
            note=row.note,
            actor=unit.principal.user_id or None,
        )
        for row in rows
    ]
    return suppressions.add_many(unit.connection, unit.workspace_id, entries)


async def settle_entries(
    request: Request, unit: Unit, ids: Sequence[str], ended: Sequence[str]
) -> Crossed:
    """Commit the entries, end what was enrolled meanwhile, and name what may still cross them."""
    await asyncio.to_thread(unit.renew)
    late = await asyncio.to_thread(
        suppressions.end_covered, unit.connection, unit.workspace_id, ids
    )
    all_ended = [*ended, *late]
    in_flight = await settle(request, unit, enrollment_ids=all_ended)
    return Crossed(ended=all_ended, in_flight=in_flight)
