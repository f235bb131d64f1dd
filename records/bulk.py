"""Inserts many rows in one statement, as arrays; its text does not depend on how many."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Connection, DateTime, Integer, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.schema import Column
from sqlalchemy.types import Boolean


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; none is fine."""
    if not rows:
        return
    names = tuple(rows[0])
    columns = {name: [_plain(table.c[name], row[name]) for row in rows] for name in names}
    connection.execute(_statement(table, names), columns)


@lru_cache(maxsize=64)
def _statement(table: Table, names: tuple[str, ...]) -> TextClause:
    arrays = ", ".join(f"CAST(:{name} AS {_array(table.c[name])})" for name in names)
    picked = ", ".join(
        f"c{n}::jsonb" if isinstance(table.c[name].type, JSONB) else f"c{n}"
        for n, name in enumerate(names)
    )
    aliases = ", ".join(f"c{n}" for n in range(len(names)))
    quoted = ", ".join(f'"{name}"' for name in names)
    return text(
        f"INSERT INTO {table.name} ({quoted}) SELECT {picked} FROM unnest({arrays}) AS t({aliases})"
    )


def _array(column: Column[Any]) -> str:
    for kind, name in _ARRAYS:
        if isinstance(column.type, kind):
            return name
    return "text[]"


_ARRAYS = (
    (DateTime, "timestamptz[]"),
    (Boolean, "boolean[]"),
    (BigInteger, "bigint[]"),
    (Integer, "integer[]"),
)


def _plain(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, JSONB) and value is not None:
        return json.dumps(value)
    return value
