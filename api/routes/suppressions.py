"""Who must not be written to: one by one, as a list, and lifted again."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from api.paging import Paging
from api.problems import ApiError, not_found
from api.shapes.common import Id, Page
from api.shapes.suppressions import (
    Suppression,
    SuppressionAdded,
    SuppressionIn,
    SuppressionLifted,
    SuppressionsAdded,
    SuppressionsIn,
)
from api.suppressing import add_all, fault_of, judge, no_such_person, settle_entries, unknown_people
from api.unit import UnitRoute, Work
from domain.suppressions import MAX_VALUE, SuppressionKind, SuppressionReason
from records import suppression_lists, suppressions
from records.suppressions import Added

router = APIRouter(route_class=UnitRoute, tags=["suppressions"])

_SHOWN = frozenset(Suppression.model_fields)
Value = Annotated[
    str | None,
    Query(max_length=MAX_VALUE, description="Compared as entries are, whatever their kind."),
]
Live = Annotated[bool | None, Query(description="true: those that count; false: the lifted ones.")]
Covered = Annotated[Id | None, Query(description="Every entry that names this candidate.")]


@router.post(
    "/suppressions",
    status_code=201,
    response_model=SuppressionAdded,
    responses={200: {"model": SuppressionAdded, "description": "The one that exists"}},
)
async def make(body: SuppressionIn, unit: Work, request: Request) -> JSONResponse:
    """Add an entry; every live enrollment that it covers ends, and nobody new gets in."""

    def add() -> Added:
        fault = fault_of(body) or (no_such_person() if unknown_people(unit, [body]) else None)
        if fault is not None:
            raise ApiError(422, fault["code"], fault["detail"], errors=[fault])
        return add_all(unit, [body])[0]

    added = await asyncio.to_thread(add)
    crossed = await settle_entries(request, unit, [added.id], added.ended)
    row = await asyncio.to_thread(suppressions.one, unit.connection, added.id)
    shown = {**_shown(row), "ended": crossed.ended, "in_flight": crossed.in_flight}
    return JSONResponse(jsonable_encoder(shown), 201 if added.is_new else 200)


@router.post("/suppressions:bulk", response_model=SuppressionsAdded)
async def make_many(body: SuppressionsIn, unit: Work, request: Request) -> dict[str, Any]:
    """Take a list over, up to 10,000 rows: good ones count, bad ones are named."""
    results, added = await asyncio.to_thread(_add_rows, unit, body.rows)
    ids = sorted({one.id for one in added})
    ended = [enrollment for one in added for enrollment in one.ended]
    crossed = await settle_entries(request, unit, ids, ended)
    counts = {
        name: sum(one["result"] == name for one in results)
        for name in ("created", "existing", "refused")
    }
    return {**counts, "data": results, "ended": crossed.ended, "in_flight": crossed.in_flight}


@router.get("/suppressions", response_model=Page[Suppression])
def list_them(
    unit: Work,
    paging: Paging,
    kind: SuppressionKind | None = None,
    value: Value = None,
    reason: SuppressionReason | None = None,
    live: Live = None,
    candidate_id: Covered = None,
) -> dict[str, Any]:
    """List entries; all filters must hold."""
    rows = suppression_lists.listed(
        unit.connection,
        kind=kind,
        value=None if value is None else value.replace("\0", ""),
        reason=reason,
        live=live,
        candidate_id=candidate_id,
        after=paging.after,
        limit=paging.peek,
    )
    return paging.page(rows, _shown)


@router.get("/suppressions/{suppression_id}", response_model=Suppression)
def read(suppression_id: Id, unit: Work) -> dict[str, Any]:
    """Read an entry, lifted or not."""
    return _shown(_row(unit, suppression_id))


@router.delete("/suppressions/{suppression_id}", response_model=SuppressionLifted)
def lift(suppression_id: Id, unit: Work) -> dict[str, Any]:
    """Lift an entry: a bounce by anybody, the rest by an admin. Restarts nothing that ended."""
    row = _row(unit, suppression_id)
    is_admin = unit.principal.role == "admin"
    if row["reason"] != SuppressionReason.BOUNCED and not is_admin:
        detail = "Only an admin may lift an opt-out or a block; ask one."
        raise ApiError(403, "auth.admin_only", detail)
    actor = unit.principal.user_id
    done = suppressions.lift(unit.connection, unit.workspace_id, suppression_id, actor=actor)
    released = 0 if done is None else done.released
    return {**_shown(_row(unit, suppression_id)), "released": released}


def _add_rows(unit: Any, rows: list[Any]) -> tuple[list[dict[str, Any]], list[Added]]:
    """Judge every row and add the good ones; gives a result per row, in order."""
    judged = [judge(raw) for raw in rows]
    unknown = unknown_people(unit, [row for row, _ in judged if row is not None])
    results: dict[int, dict[str, Any]] = {}
    good: list[tuple[int, SuppressionIn]] = []
    for index, (row, errors) in enumerate(judged):
        if row is not None and row.kind is SuppressionKind.PERSON and row.value.strip() in unknown:
            results[index] = _refused(index, [no_such_person()])
        elif row is None:
            results[index] = _refused(index, errors)
        else:
            good.append((index, row))
    added = add_all(unit, [row for _, row in good])
    for (index, _), one in zip(good, added, strict=True):
        result = "created" if one.is_new else "existing"
        results[index] = {
            "index": index, "result": result, "id": one.id, "code": None, "errors": []
        }  # fmt: skip
    return [results[index] for index in sorted(results)], added


def _refused(index: int, errors: list[dict[str, str]]) -> dict[str, Any]:
    code = errors[0]["code"]
    return {"index": index, "result": "refused", "id": None, "code": code, "errors": errors}


def _row(unit: Any, suppression_id: str) -> Any:
    row = suppressions.one(unit.connection, suppression_id)
    if row is None:
        raise not_found("suppression")
    return row


def _shown(row: Any) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in _SHOWN}
