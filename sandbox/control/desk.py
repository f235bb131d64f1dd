"""What every control route shares: reading its input, and saying what was wrong with it."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.wire import Answer, Call, Handler, Operation, RefusedError
from sandbox.world.errors import NotInMailboxError

_MISSING: Any = object()


def route(name: str, method: str, path: str, handle: Handler) -> Operation:
    """Make a control operation whose mistakes come back as `{"error": text}`."""
    return Operation(
        id=f"control.{name}",
        method=method,
        path=path,
        handle=_guarded(handle),
        account=lambda _: None,
    )


def refuse(text: str, *, status: int = 400) -> RefusedError:
    """Build the exception that ends a control call."""
    return RefusedError(Answer.of({"error": text}, status=status))


def field(call: Call, name: str, kind: type[Any], default: Any = _MISSING) -> Any:
    """Return a field of the JSON body, of the kind asked for."""
    content = call.json()
    if content.get(name) is None:
        if default is _MISSING:
            raise refuse(f"{name} is missing")
        return default
    if not isinstance(content[name], kind):
        raise refuse(f"{name} is no {kind.__name__}")
    return content[name]


def whole_number(call: Call, name: str, default: int = 0) -> int:
    """Return a query parameter that is a number, at least 0."""
    value = call.one(name, str(default))
    if not value.isdecimal():
        raise refuse(f"{name} is no whole number")
    return int(value)


def _guarded(handle: Handler) -> Callable[[Call], Answer]:
    def guarded(call: Call) -> Answer:
        try:
            return handle(call)
        except NotInMailboxError as error:
            raise refuse(f"not in this mailbox: {error}", status=404) from None
        except (ValueError, TypeError, LookupError, re.error) as error:
            raise refuse(str(error)) from None

    return guarded
