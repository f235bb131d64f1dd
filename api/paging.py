"""Pages of lists: where the last one ended, and how many at most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query

Cursor = Annotated[
    str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$", description="`next_cursor` of before.")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is wanted."""

    after: str
    limit: int

    @property
    def peek(self) -> int:
        """How many rows to read: one more than shown says whether another page follows."""
        return self.limit + 1

    def page(
        self, rows: Sequence[Any], show: Callable[[Any], Any], *, key: str = "id"
    ) -> dict[str, Any]:
        """Show the rows that were read with `peek`."""
        shown = rows[: self.limit]
        following = str(shown[-1][key]) if len(rows) > self.limit else None
        return {"data": [show(row) for row in shown], "next_cursor": following}


def _asked(
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Most rows of a page.")] = 100,
) -> Asked:
    return Asked(after=cursor, limit=limit)


Paging = Annotated[Asked, Depends(_asked)]
