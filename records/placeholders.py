"""Places for new values in an UPDATE that is made once and run with others each time.

Making a statement costs more than running it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Table, bindparam

_NEW = "new_"  #: A column's own name is taken, in the statement that sets it.


def placeholders(table: Table, names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    """Give a place for each column's new value."""
    return {name: bindparam(f"{_NEW}{name}", type_=table.c[name].type) for name in names}


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters that fill the places."""
    return {f"{_NEW}{name}": value for name, value in values.items()}
