"""Which of a candidate's addresses a message goes to."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

_PREFERRED: Mapping[str, int] = MappingProxyType({"work": 0, "personal": 1, "other": 2})


def chosen_address(emails: Sequence[Mapping[str, Any]], wanted: str | None) -> str | None:
    """Choose among `{id, address, type}`: the one with the id `wanted`, else work, personal, other.

    None when there is none. An address that must not be written to is chosen all the same: whoever
    keeps the candidate's data decides which other one to use, never we.
    """
    chosen = [one for one in emails if one["id"] == wanted] or sorted(
        emails, key=lambda one: _PREFERRED.get(one.get("type", "other"), len(_PREFERRED))
    )
    return chosen[0]["address"] if chosen and chosen[0]["address"].strip() else None
