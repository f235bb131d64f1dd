"""What machines ask: does it run, can it serve, how is it."""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

router = APIRouter(tags=["probes"])


class Liveness(BaseModel):
    """The process runs."""

    status: str = Field(examples=["ok"])


class Readiness(BaseModel):
    """Whether requests can be served."""

    status: str = Field(description="ok or unready.")
    postgres: str = Field(description="ok or away.")
    temporal: str | None = Field(None, description="ok or away; away only degrades.")


@router.get("/livez", response_model=Liveness)
def livez() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "ok"}


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readyz(request: Request) -> JSONResponse:
    """Say whether requests can be served; Temporal being away only degrades."""
    state = request.app.state
    try:
        await asyncio.to_thread(state.database.check_fence)
    except Exception:
        return JSONResponse({"status": "unready", "postgres": "away"}, 503)
    temporal = "ok" if await state.gateway.healthy() else "away"
    return JSONResponse({"status": "ok", "postgres": "ok", "temporal": temporal})


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Give Prometheus what it asks for."""
    state = request.app.state
    state.metrics.observe_health(state.health.read())
    content, media_type = state.metrics.render()
    return Response(content, media_type=media_type)
