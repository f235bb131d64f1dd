"""What the pretend recruiting systems share: who asks, and whose interviews are shown."""

import base64
import binascii

from sandbox.sources.diary import Account, Diary, Interview
from sandbox.wire import Answer, Call, Handler, Operation, RefusedError


class Desk:
    """Opens an account by the API key of a call."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def operation(self, name: str, path: str, handle: Handler, *, method: str = "GET") -> Operation:
        """Make a route."""
        return Operation(id=name, method=method, path=path, handle=handle, account=lambda _: None)

    def account(self, kind: str, call: Call, refusal: object) -> Account:
        """Give the account that the call's key opens, or end the call with a 401."""
        found = self.diary.with_key(kind, _key(call))
        if found is None:
            raise RefusedError(Answer.of(refusal, status=401))
        return found

    def interviews_of(self, kind: str, call: Call, refusal: object) -> list[Interview]:
        """Give the interviews of the account that the call's key opens."""
        return self.diary.of(self.account(kind, call, refusal))


def _key(call: Call) -> str:
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
