"""Microsoft's error bodies, as Graph and its sign-in write them."""

import secrets

from sandbox.wire import Answer, RefusedError


def error(status: int, code: str, message: str) -> Answer:
    """Build a Graph error."""
    request_id = secrets.token_hex(16)
    inner = {"date": "2026-01-01T00:00:00", "request-id": request_id, "client-request-id": ""}
    content = {"code": code, "message": message, "innerError": inner}
    answer = Answer.of({"error": content}, status=status)
    return Answer(
        status=status, body=answer.body, headers={**answer.headers, "request-id": request_id}
    )


def refuse(status: int, code: str, message: str) -> RefusedError:
    """Build the exception that ends a handler with a Graph error."""
    return RefusedError(error(status, code, message))


def sign_in_error(status: int, code: str, number: int, text: str) -> Answer:
    """Build an error of the token endpoint, with its AADSTS number."""
    content = {
        "error": code,
        "error_description": f"AADSTS{number}: {text}",
        "error_codes": [number],
        "correlation_id": secrets.token_hex(16),
    }
    return Answer.of(content, status=status)
