"""Google's error bodies, exactly as its APIs write them."""

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.wire import Answer, RefusedError

NOT_FOUND = "Requested entity was not found."
_CREDENTIALS = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie "
    "or other valid authentication credential. "
    "See https://developers.google.com/identity/sign-in/web/devconsole-project."
)

#: The name of each status in google.rpc.Code.
STATUS_NAMES: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        409: "ABORTED",
        413: "INVALID_ARGUMENT",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        502: "UNAVAILABLE",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
)


def error(status: int, reason: str, message: str) -> Answer:
    """Build a Google API error; a failed precondition has its own status name."""
    name = "FAILED_PRECONDITION" if reason == "failedPrecondition" else STATUS_NAMES.get(status)
    line = {"message": message, "domain": "global", "reason": reason}
    content = {
        "code": status,
        "message": message,
        "errors": [line],
        "status": name or "UNKNOWN",
    }
    return Answer.of({"error": content}, status=status)


def unauthenticated() -> Answer:
    """Build the answer to a missing, expired or revoked access token."""
    line = {
        "message": "Invalid Credentials",
        "domain": "global",
        "reason": "authError",
        "location": "Authorization",
        "locationType": "header",
    }
    content = {"code": 401, "message": _CREDENTIALS, "errors": [line], "status": "UNAUTHENTICATED"}
    return Answer.of({"error": content}, status=401)


def refuse(status: int, reason: str, message: str) -> RefusedError:
    """Build the exception that ends a handler with a Google API error."""
    return RefusedError(error(status, reason, message))


def oauth_error(status: int, code: str, description: str) -> Answer:
    """Build an error of the OAuth endpoints (RFC 6749, section 5.2)."""
    return Answer.of({"error": code, "error_description": description}, status=status)
