"""Reads what came from outside: any JSON may be there, and nothing of it may break us."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

Payload = Mapping[str, Any]

LONGEST = 200  #: Characters kept of a name or an id.
MOST_ADDRESSES = 50  #: Of one event; more people than that are no interview.


def read_object(body: bytes) -> Payload:
    """Read a JSON object; raises ValueError for anything else, however deeply nested."""
    try:
        content = json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(content, dict):
        raise ValueError("no object")
    return cast("dict[str, Any]", content)


def branch(content: Any, *path: str) -> Payload:
    """Follow a path of objects; an empty one where it ends early."""
    for name in path:
        content = cast("dict[str, Any]", content).get(name) if isinstance(content, dict) else None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def text(content: Payload, name: str) -> str:
    """Give a field that is a text or a whole number, fit to be stored; "" for anything else."""
    value = content.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if value.bit_length() <= 64 else ""
    return clean(value) if isinstance(value, str) else ""


def clean(value: str) -> str:
    """Make a text fit to be stored: no NUL, no half of a surrogate pair, not too long."""
    kept = value.replace("\0", "").encode("utf-8", "replace").decode()
    if len(kept) <= LONGEST:
        return kept
    return f"{kept[:100]}~{hashlib.sha256(kept.encode()).hexdigest()[:32]}"


def whole(value: Any) -> int | None:
    """Give a whole number that fits 64 bits; a text of digits counts."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 63:
        return value
    return None


def flag(content: Payload, name: str) -> bool:
    """Say whether a field is true."""
    return content.get(name) is True


def objects(content: Payload, name: str) -> Sequence[Payload]:
    """Give the objects in a list."""
    value = content.get(name)
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", one) for one in listed if isinstance(one, dict)]


def texts(content: Payload, name: str) -> Sequence[str]:
    """Give the texts in a list."""
    value = content.get(name)
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return [clean(one) for one in listed if isinstance(one, str)]


def addresses(given: Iterable[str]) -> tuple[str, ...]:
    """Keep what can be addresses, in lower case, each once."""
    cleaned = (clean(one).strip().lower() for one in given)
    return tuple(dict.fromkeys(one for one in cleaned if "@" in one))[:MOST_ADDRESSES]


def digest(*parts: str) -> str:
    """Name a combination of texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
