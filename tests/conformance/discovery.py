"""Gmail's discovery document as a judge: routes, scopes and the shape of every body.

The document is the one that google-api-python-client ships, so it is the client's own view.
"""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator


def document(name: str = "gmail.v1") -> dict[str, Any]:
    """Read a bundled discovery document."""
    folder = files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


def methods(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every method of a document or resource, however deep."""
    yield from found.get("methods", {}).values()
    for resource in found.get("resources", {}).values():
        yield from methods(resource)


def validator(found: Mapping[str, Any], schema: str) -> Draft202012Validator:
    """Build a validator of one schema, for which an invented field is an error.

    Discovery speaks a dialect of JSON Schema draft 3: references are bare names, int64 and
    uint64 are strings of digits, `required` stands at the property, and unknown words abound.
    """
    definitions = {name: _converted(told) for name, told in found["schemas"].items()}
    return Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": definitions})


def problems(found: Mapping[str, Any], schema: str, body: Any) -> list[str]:
    """Say what is wrong with a body, in sentences; nothing for a good one."""
    errors = validator(found, schema).iter_errors(body)
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in errors]


def _converted(told: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in told:
        return {"$ref": f"#/$defs/{told['$ref']}"}
    made: dict[str, Any] = {"type": told["type"]} if told.get("type") not in (None, "any") else {}
    if "enum" in told:
        made["enum"] = told["enum"]
    if told.get("type") == "object":
        properties = told.get("properties", {})
        made["properties"] = {name: _converted(one) for name, one in properties.items()}
        rest = told.get("additionalProperties")
        made["additionalProperties"] = _converted(rest) if rest else False
    if "items" in told:
        made["items"] = _converted(told["items"])
    return made | _FORMATS.get(told.get("format", ""), {})


_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "uint64": {"pattern": "^[0-9]{1,20}$"},
    "int64": {"pattern": "^-?[0-9]{1,19}$"},
    "uint32": {"minimum": 0, "maximum": 2**32 - 1},
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "byte": {"pattern": "^[A-Za-z0-9_-]*={0,2}$"},  # base64url
}
