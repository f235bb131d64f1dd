"""Refusals as problem details (RFC 9457): what happened, and what to do."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from records.database import is_away, is_conflict

log = logging.getLogger("reprise.api")

MEDIA_TYPE = "application/problem+json"


class ApiError(Exception):
    """A refusal; nothing was changed."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers
        self.extra = extra


def not_found(what: str) -> ApiError:
    """Refuse an id that is unknown here, or belongs to somebody else."""
    return ApiError(404, f"{what}.not_found", f"There is no such {what}.")


def errors_of(faults: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Write Pydantic's faults as errors with a JSON pointer."""
    return [
        {
            "pointer": "/" + "/".join(str(part) for part in fault["loc"]),
            "code": str(fault["type"]),
            "detail": str(fault["msg"]),
        }
        for fault in faults
    ]


def install(app: FastAPI) -> None:
    """Render every refusal the same way; the doorway renders what nobody foresaw."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def response(error: ApiError) -> JSONResponse:
    """Render a refusal."""
    body = {
        "type": f"urn:reprise:problem:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": error.errors,
        **error.extra,
    }
    return JSONResponse(body, error.status, dict(error.headers or {}), media_type=MEDIA_TYPE)


async def _api_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return response(error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        return response(not_found("resource"))  # An id of no possible form names nothing.
    listed = errors_of({**fault, "loc": fault["loc"][1:]} for fault in error.errors())
    detail = "The request does not have the right form; each error names its field."
    return response(ApiError(422, "request.invalid", detail, errors=listed))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = HTTPStatus(error.status_code).name.lower()
    return response(ApiError(error.status_code, code, str(error.detail), headers=error.headers))


def unexpected(method: str, path: str, error: Exception) -> JSONResponse:
    """Render what nobody foresaw: 503 where Postgres is away, 409 for a key that is taken."""
    if is_away(error):
        detail = "The database cannot be reached just now; try again."
        return response(ApiError(503, "database.away", detail, headers={"Retry-After": "2"}))
    if is_conflict(error):
        detail = (
            "Something with the same key exists already (an external_id, say); nothing changed."
        )
        return response(ApiError(409, "conflict", detail))
    log.error("%s %s broke.", method, path, exc_info=error)
    return response(ApiError(500, "internal", "Something broke on our side; support can see it."))
