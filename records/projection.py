"""Status and code of enrollment rows, computed in the statement that changes what is true.

The rule is `domain.status`; this is its twin in SQL, and a test holds the two together.
"""

import json
from typing import Any

from sqlalchemy import ColumnElement, case, cast, literal
from sqlalchemy.dialects.postgresql import JSONB

from domain.codes import ReasonCode
from domain.status import status_for
from records.tables import enrollments

Values = dict[str, Any]


def projected(**changes: Any) -> Values:
    """Give the values of an UPDATE: the changes, and the status and code that follow from them."""
    code = _code(changes)
    return {**changes, "code": code, "status": _status(code)}


def _code(changes: Values) -> ColumnElement[str]:
    def now(name: str) -> ColumnElement[Any]:
        if name not in changes:
            return enrollments.c[name]
        value = changes[name]
        return (
            value if isinstance(value, ColumnElement) else literal(value, enrollments.c[name].type)
        )

    return case(
        (now("ended_code").is_not(None), now("ended_code")),
        (~now("started") & now("paused"), literal(ReasonCode.ADDED_PAUSED.value)),
        (~now("started"), literal(ReasonCode.SEQUENCE_INACTIVE.value)),
        (now("deactivated"), literal(ReasonCode.SEQUENCE_DEACTIVATED.value)),
        (now("paused"), literal(ReasonCode.MANUAL.value)),
        (now("hold_code").is_not(None), now("hold_code")),
        else_=now("wait_code"),
    )


def _status(code: ColumnElement[str]) -> ColumnElement[str]:
    return cast(literal(_STATUSES), JSONB).op("->>")(code)


_STATUSES = json.dumps({code.value: status_for(code).value for code in ReasonCode})
