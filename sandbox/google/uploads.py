"""The three ways a letter comes in: `raw` in JSON, as the body itself, or as multipart."""

import base64
import binascii
import json
from email import message_from_bytes
from email.message import Message as MimePart
from typing import Any, cast

from sandbox.google.errors import refuse
from sandbox.wire import Call
from sandbox.world.letter import Letter

JSON_LIMIT = 5 * 1024 * 1024
UPLOAD_LIMIT = 36_700_160  # discovery document, mediaUpload.maxSize
_NO_LETTER = (
    "'raw' RFC822 payload message string or uploading message via /upload/* URL required"
)


def resource(call: Call) -> dict[str, Any]:
    """Read the JSON resource of a call. Raises RefusedError when it is none."""
    if len(call.body) > JSON_LIMIT:
        raise refuse(413, "uploadTooLarge", "Request entity too large.")
    try:
        return call.json()
    except ValueError:
        raise refuse(400, "parseError", "Parse Error") from None


def uploaded(call: Call) -> tuple[dict[str, Any], Letter]:
    """Read a media or multipart upload: the JSON resource, and the letter."""
    if len(call.body) > UPLOAD_LIMIT:
        raise refuse(413, "uploadTooLarge", "Request entity too large.")
    kind = call.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/"):
        return {}, Letter(call.body)
    whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + call.body)
    parts = cast("list[MimePart]", whole.get_payload()) if whole.is_multipart() else []
    if len(parts) != 2:
        raise refuse(400, "badRequest", "Malformed multipart body.")
    try:
        described = json.loads(str(parts[0].get_payload()) or "{}")
    except ValueError:
        raise refuse(400, "parseError", "Parse Error") from None
    return described, _enclosed(parts[1])


def letter_in(message: Any) -> Letter:
    """Decode the `raw` of a Message resource."""
    raw = cast("dict[str, Any]", message).get("raw") if isinstance(message, dict) else None
    if not isinstance(raw, str) or not raw:
        raise refuse(400, "invalidArgument", _NO_LETTER)
    try:
        padded = raw.rstrip("=") + "=" * (-len(raw.rstrip("=")) % 4)
        return Letter(base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True))
    except (ValueError, binascii.Error):
        problem = "Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed"
        raise refuse(400, "badRequest", problem) from None


def _enclosed(part: MimePart) -> Letter:
    """Return the bytes of a message/rfc822 part, which the parser has already opened."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return Letter(cast("list[MimePart]", payload)[0].as_bytes())
    return Letter(str(payload).encode("utf-8", "surrogateescape"))
