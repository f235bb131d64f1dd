"""The three ways a letter comes in: `raw` in JSON, as the body itself, or as multipart."""

import base64
import binascii
import json
import re
from typing import Any, cast

from sandbox.google.errors import refuse
from sandbox.wire import Call, RefusedError
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Mailbox

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
JSON_LIMIT = 5 * 1024 * 1024
UPLOAD_LIMIT = 36_700_160  # discovery document, mediaUpload.maxSize
_NO_LETTER = "'raw' RFC822 payload message string or uploading message via /upload/* URL required"


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
    parts = _parts(call.body, kind)
    if len(parts) != 2:
        raise refuse(400, "badRequest", "Malformed multipart body.")
    try:
        described = json.loads(parts[0] or b"{}")
    except ValueError:
        raise refuse(400, "parseError", "Parse Error") from None
    return described, Letter(parts[1])


def _parts(body: bytes, kind: str) -> list[bytes]:
    """Part a multipart body by hand: a mail parser would rewrite the letter inside."""
    match = _BOUNDARY.search(kind)
    if match is None:
        return []
    edge = re.compile(rb"(?:^|\r?\n)--" + re.escape(match[1].encode()))
    found = edge.split(body)[1:-1]
    return [_BLANK_LINE.split(piece, maxsplit=1)[-1] for piece in found]


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


def recipients_of(call: Call, box: Mailbox) -> tuple[str, ...]:
    """Return who a letter or draft in a call goes to; nobody when the call has none."""
    try:
        if call.path.startswith("/upload/"):
            return uploaded(call)[1].addressees
        content = resource(call)
        if content.get("id") in box.drafts:
            return box.draft(content["id"]).letter.addressees
        return letter_in(content.get("message") or content).addressees
    except RefusedError:
        return ()
