"""Completes the OpenAPI document: keys, and every refusal of every operation."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import MEDIA_TYPE
from api.shapes.common import Problem

Document = dict[str, Any]

_OPEN = (
    "/reason_codes",
    "/oauth/",
    "/unsubscribe/",
    "/webhooks/",
    "/livez",
    "/readyz",
    "/metrics",
)  #: Served without a key.
_ANY = {
    401: "No valid API key.",
    403: "The key lacks the scope.",
    409: "It does not fit the present state; `code` says which.",
    422: "The request is not right; `errors` names each field.",
    429: "Too many requests; wait as long as Retry-After says.",
    503: "The database is away; try again.",
}
_NAMED = {404: "No such thing here, or somebody else's."}
_BODY = {400: "The body cannot be read.", 413: "The body is too large."}
_MATCHED = {412: "Somebody changed it since it was read."}
_HINTS = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def refusals(texts: Mapping[int, str]) -> dict[int | str, Document]:
    """Describe refusals that a route has besides those that its form says."""
    return {status: _refusal(status, text) for status, text in texts.items()}


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` give the complete document."""

    def build() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _build(app)
        return app.openapi_schema

    app.openapi = build  # pyright: ignore[reportAttributeAccessIssue] # FastAPI's documented way


def _build(app: FastAPI) -> Document:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    for path, item in document["paths"].items():
        for operation in item.values():
            _complete(path, operation)
    return document


def _complete(path: str, operation: Document) -> None:
    is_open = path.startswith(_OPEN)
    if not is_open:
        operation["security"] = [{"key": []}]
    operation["responses"].pop("422", None)  # FastAPI's own shape, which ours replaces.
    for status, text in _refusals(path, operation, is_open).items():
        operation["responses"].setdefault(str(status), _refusal(status, text))


def _refusals(path: str, operation: Document, is_open: bool) -> Mapping[int, str]:
    found = {422: _ANY[422], 429: _ANY[429], 503: _ANY[503]} if is_open else dict(_ANY)
    if "{" in path or "requestBody" in operation:
        found |= _NAMED
    if "requestBody" in operation:
        found |= _BODY
    if any(one["name"].lower() == "if-match" for one in operation.get("parameters", ())):
        found |= _MATCHED
    return found


def _refusal(status: int, text: str) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    answer: Document = {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
    if status in _HINTS:
        answer["headers"] = {_HINTS[status]: {"schema": {"type": "string"}}}
    return answer
