"""Graph's own types, to check the sandbox's answers against: `graph_types.json`, and its reader.

The table holds names and kinds of properties as Microsoft's SDK has them, which is generated from
Graph's metadata document. Write it anew with
`uv run --with msgraph-sdk python -m tests.conformance.graph_metadata`.
"""

import importlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

_FILE = Path(__file__).with_name("graph_types.json")
_TYPES = (
    "email_address",
    "file_attachment",
    "internet_message_header",
    "item_body",
    "mail_folder",
    "message",
    "recipient",
    "single_value_legacy_extended_property",
    "user",
)
_SIMPLE = {
    "get_str_value": "string",
    "get_bool_value": "boolean",
    "get_int_value": "integer",
    "get_datetime_value": "moment",
    "get_bytes_value": "bytes",
}

Types = Mapping[str, Mapping[str, str]]


def load() -> Types:
    """Give the properties of each type with their kinds; "@x" is another type, "[@x]" many."""
    return json.loads(_FILE.read_text("utf-8"))["types"]


def faults_of(types: Types, name: str, value: Any, at: str = "") -> list[str]:
    """Name what Graph's metadata does not know in an answer, or knows as something else."""
    if not isinstance(value, dict):
        return [f"{at}: an object is expected"]
    known = types[name]
    found: list[str] = []
    for key, one in cast("dict[str, Any]", value).items():
        if key.startswith("@odata.") and key not in known:
            continue  # Annotations that go with any type.
        if key not in known:
            found.append(f"{at}/{key}: {name} has no such property")
        elif one is not None:
            found += _faults(types, known[key], one, f"{at}/{key}")
    return found


def _faults(types: Types, kind: str, value: Any, at: str) -> list[str]:
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{at}: a list is expected"]
        items = enumerate(cast("list[Any]", value))
        return [fault for n, one in items for fault in _faults(types, kind[1:-1], one, f"{at}/{n}")]
    if kind.startswith("@"):
        name = "file_attachment" if kind == "@attachment" else kind[1:]
        return faults_of(types, name, value, at) if name in types else []
    return [] if _FITS[kind](value) else [f"{at}: {kind} is expected, not {value!r}"]


def _is_moment(value: Any) -> bool:
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
    if not isinstance(value, str) or re.fullmatch(shape, value) is None:
        return False
    return bool(datetime.fromisoformat(value))


_FITS = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "moment": _is_moment,
    "bytes": lambda value: isinstance(value, str),
    "enum": lambda value: isinstance(value, str),
    "any": lambda value: True,
}


class _Node:
    """What a deserializer reads from: it only notes what is asked for."""

    def __init__(self) -> None:
        self.kind = "any"

    def __getattr__(self, name: str) -> Any:
        def read(*types: Any) -> None:
            many = name.startswith("get_collection")
            if name in ("get_object_value", "get_collection_of_object_values"):
                kind = f"@{types[0].__module__.rpartition('.')[2]}"
            else:
                kind = _SIMPLE.get(name, "enum" if "enum" in name else "any")
                if many and "primitive" in name:
                    kind = "string"
            self.kind = f"[{kind}]" if many else kind

        return read


def _properties(module: str) -> dict[str, str]:
    found = importlib.import_module(f"msgraph.generated.models.{module}")
    name = "".join(part.capitalize() for part in module.split("_"))
    table: dict[str, str] = {}
    for key, read in getattr(found, name)().get_field_deserializers().items():
        node = _Node()
        read(node)
        table[key] = node.kind
    return dict(sorted(table.items()))


def _write() -> None:
    source = f"msgraph-sdk {version('msgraph-sdk')}, models generated from Graph v1.0's metadata"
    body = {"source": source, "types": {module: _properties(module) for module in _TYPES}}
    _FILE.write_text(json.dumps(body, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    _write()
