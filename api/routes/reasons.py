"""The catalog of reason codes."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.shapes.reasons import ReasonCodes
from domain.catalog import CATALOG, find

router = APIRouter(tags=["reason codes"])


@router.get("/reason_codes", response_model=ReasonCodes)
def reason_codes(
    q: Annotated[str, Query(max_length=200, description="A code, or any name of it.")] = "",
) -> dict[str, Any]:
    """Read the catalog; `q` finds by code or by any name of a source document."""
    return {
        "data": [
            {
                "code": spec.code,
                "status": spec.status,
                "label": spec.label,
                "aliases": [{"source": a.source, "name": a.name} for a in spec.aliases],
                "log_event": spec.log_event,
                "cause": spec.cause,
                "remedy": spec.remedy,
                "who": spec.who,
                "resumes": spec.resumes,
            }
            for spec in (find(q) if q else CATALOG.values())
        ]
    }
