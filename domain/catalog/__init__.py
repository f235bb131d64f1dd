"""The catalog: every reason code with its words, for pages, logs and people."""

from collections.abc import Mapping
from types import MappingProxyType

from domain.catalog import candidates, content, endings, linkedin, senders, sequences, waiting
from domain.catalog.spec import Alias, ReasonSpec, Resumes, Source
from domain.codes import ReasonCode

__all__ = ["CATALOG", "Alias", "ReasonSpec", "Resumes", "Source", "find"]

_ROWS = sorted(
    (
        *waiting.ROWS,
        *senders.ROWS,
        *candidates.ROWS,
        *content.ROWS,
        *linkedin.ROWS,
        *endings.ROWS,
        *sequences.ROWS,
    ),
    key=lambda row: row.number,
)

CATALOG: Mapping[ReasonCode, ReasonSpec] = MappingProxyType({row.code: row for row in _ROWS})


def find(query: str) -> tuple[ReasonSpec, ...]:
    """Find rows by code, label or any source document's name; case does not matter."""
    wanted = query.casefold().strip()
    return tuple(
        row
        for row in _ROWS
        if any(
            wanted in text.casefold()
            for text in (row.code, row.label, *(alias.name for alias in row.aliases))
        )
    )
