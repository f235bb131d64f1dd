"""How each source signs, written a second time from its documentation: the judge of ours."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

from domain.sources.kinds import SourceKind

Signed = tuple[dict[str, str], bytes]
KEY = "a signing key of the source"
WHSEC = "whsec_" + base64.b64encode(bytes(range(32))).decode()


def secret_of(kind: SourceKind) -> str:
    return WHSEC if kind is SourceKind.CUSTOM else KEY


def _hex(key: str, message: bytes) -> str:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def calendly(key: str, body: bytes, at: int) -> Signed:
    return {"calendly-webhook-signature": f"t={at},v1={_hex(key, b'%d.' % at + body)}"}, body


def lever(key: str, body: bytes, at: int) -> Signed:
    content = {"token": "tok-1", **json.loads(body), "triggeredAt": at * 1000}
    content["signature"] = _hex(key, f"{content['token']}{at * 1000}".encode())
    return {}, json.dumps(content).encode()


def custom(key: str, body: bytes, at: int) -> Signed:
    raw = base64.b64decode(key.removeprefix("whsec_"))
    digest = hmac.new(raw, f"msg_1.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(at),
        "webhook-signature": "v1,AAAA v2,x v1," + base64.b64encode(digest).decode(),
    }, body


def by_body(header: str, prefix: str = "") -> Callable[[str, bytes, int], Signed]:
    def sign(key: str, body: bytes, at: int) -> Signed:
        del at
        return {header: prefix + _hex(key, body)}, body

    return sign


SIGN: dict[SourceKind, Callable[[str, bytes, int], Signed]] = {
    SourceKind.CALENDLY: calendly,
    SourceKind.CALCOM: by_body("x-cal-signature-256"),
    SourceKind.GREENHOUSE: by_body("signature", "sha256 "),
    SourceKind.LEVER: lever,
    SourceKind.ASHBY: by_body("ashby-signature", "sha256="),
    SourceKind.WORKABLE: by_body("x-workable-signature"),
    SourceKind.CUSTOM: custom,
}


def encoded(content: Any) -> bytes:
    return json.dumps(content).encode()
