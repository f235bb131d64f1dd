"""A reason code in words."""

from typing import Any

from domain.catalog import CATALOG
from domain.codes import ReasonCode


def reason_of(code: str | None) -> dict[str, Any] | None:
    """Say what a code means and who can help."""
    if code is None:
        return None
    spec = CATALOG[ReasonCode(code)]
    return {"cause": spec.cause, "remedy": spec.remedy, "who": spec.who}
