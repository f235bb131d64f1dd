"""Status and code of enrollment rows, computed in the statement that changes what is true.

The rule is `domain.status`; this is its twin in SQL, and a test holds the two together.
"""

import json
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    bindparam,
    case,
    cast,
    func,
    literal,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.codes import ReasonCode, Status
from domain.status import status_for
from records.placeholders import filled, placeholders
from records.tables import enrollments

Values = dict[str, Any]


def projected(**changes: Any) -> Values:
    """Give the values of an UPDATE: the changes, and the status and code that follow from them."""
    code = _code(changes)
    return {**changes, "code": code, "status": _status(code, changes)}


def change(connection: Connection, enrollment_id: str, **values: Any) -> None:
    """Change an enrollment's row, and the status and code with it."""
    known = {"enrollment_id": enrollment_id}
    connection.execute(_statement(tuple(values)), {**known, **filled(values)})


@lru_cache(maxsize=64)  # Making one costs more than running it.
def _statement(names: tuple[str, ...]) -> Update:
    new = placeholders(enrollments, names)
    return (
        update(enrollments)
        .where(enrollments.c.id == bindparam("enrollment_id"))
        .values(**projected(**new), updated_at=func.clock_timestamp())
    )


def _after(changes: Values, name: str) -> ColumnElement[Any]:
    """Give a column as it will be."""
    if name not in changes:
        return enrollments.c[name]
    value = changes[name]
    return value if isinstance(value, ColumnElement) else literal(value, enrollments.c[name].type)


def _code(changes: Values) -> ColumnElement[str]:
    def now(name: str) -> ColumnElement[Any]:
        return _after(changes, name)

    return case(
        (now("ended_code").is_not(None), now("ended_code")),
        (~now("started") & now("paused"), literal(ReasonCode.ADDED_PAUSED.value)),
        (~now("started"), literal(ReasonCode.SEQUENCE_INACTIVE.value)),
        (now("deactivated"), literal(ReasonCode.SEQUENCE_DEACTIVATED.value)),
        (now("paused"), func.coalesce(now("pause_code"), ReasonCode.MANUAL.value)),
        (now("hold_code").is_not(None), now("hold_code")),
        else_=now("wait_code"),
    )


def _status(code: ColumnElement[str], changes: Values) -> ColumnElement[str]:
    by_code = cast(literal(_STATUSES), JSONB).op("->>")(code)
    is_pausing = (
        _after(changes, "ended_code").is_(None)
        & _after(changes, "started")
        & _after(changes, "paused")
    )
    return case((is_pausing, literal(Status.PAUSED.value)), else_=by_code)


_STATUSES = json.dumps({code.value: status_for(code).value for code in ReasonCode})
