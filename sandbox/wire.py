"""A request and an answer on the wire, and the table that says who answers what."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qs

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. Header names are lower case; content-length is added when it is sent."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, content: object, *, status: int = 200) -> "Answer":
        """Answer with JSON."""
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return cls(
            status=status, body=body, headers={"content-type": "application/json; charset=UTF-8"}
        )


class RefusedError(Exception):
    """Ends a handler with an answer that is not the usual one. Nothing was changed."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body[:200]!r}")
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, read to its end."""

    operation: "Operation"
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes
    params: Mapping[str, str]

    def one(self, name: str, default: str = "") -> str:
        """Return a query parameter, the last one when it is repeated."""
        return self.query.get(name, (default,))[-1]

    def form(self) -> dict[str, str]:
        """Read a body of form fields."""
        fields = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {name: values[-1] for name, values in fields.items()}

    def json(self) -> dict[str, Any]:
        """Read a JSON object; no body is an empty one. Raises ValueError for anything else."""
        content = json.loads(self.body) if self.body.strip() else {}
        if not isinstance(content, dict):
            raise ValueError("a JSON object is expected")
        return cast("dict[str, Any]", content)

    @property
    def bearer(self) -> str:
        """Return the access token, "" without one."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else self.one("access_token")


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route. `id` is the provider's own name of the method; faults and counts go by it."""

    id: str
    method: str
    path: str  #: With {names} for the parts that vary.
    handle: Handler
    account: Callable[[Call], str | None]  #: Whose call it is, as far as that can be known.
    scopes: frozenset[str] = frozenset()

    @property
    def is_control(self) -> bool:
        """Say whether it belongs to the control API, which never fails on purpose."""
        return self.id.startswith("control.")


class Table:
    """All operations, found by method and path. The first that matches answers."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = tuple(operations)
        self._by_shape: dict[tuple[str, int], list[tuple[re.Pattern[str], Operation]]] = {}
        for operation in operations:
            plain = operation.path.replace("$", r"\$")
            pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", plain))
            shape = (operation.method, operation.path.count("/"))
            self._by_shape.setdefault(shape, []).append((pattern, operation))

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
        """Return who answers, and the parts of the path that vary."""
        for pattern, operation in self._by_shape.get((method, path.count("/")), ()):
            if (match := pattern.fullmatch(path)) is not None:
                return operation, match.groupdict()
        return None
