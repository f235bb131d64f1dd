"""Whom the house tells, on the wire: a webhook receiver, a Slack hook, Twilio's Messages API.

Faults go by the operations' ids: `hook.receive`, `slack.post`, `twilio.messages.create`.
"""

import base64
import binascii
import re
import secrets

from sandbox.told.ears import Ears
from sandbox.wire import Answer, Call, Handler, Operation

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")

#: Twilio's magic numbers for test credentials (twilio.com/docs/iam/test-credentials), and its
#: errors: the number written to, the code, the text.
MAGIC = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number cannot be reached by SMS."),
    "+15005550003": (21408, "Permission to send an SMS has not been enabled for the region."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient."),
    "+15005550009": (21614, "'To' number is not a valid mobile number."),
}


class Receivers:
    """They answer as the real ones do when all is well; faults do the rest."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        return (
            _operation("hook.receive", "/hooks/{name}", self.receive),
            _operation("slack.post", "/services/{team}/{bot}/{key}", self.slack),
            _operation(
                "twilio.messages.create",
                "/2010-04-01/Accounts/{sid}/Messages.json",
                self.message,
            ),
        )

    def receive(self, call: Call) -> Answer:
        """Take any webhook."""
        self._ears.hear("webhook", call.params["name"], call)
        return Answer.of({"received": True})

    def slack(self, call: Call) -> Answer:
        """Take a message as Slack does: its mistakes are words, its yes is "ok"."""
        try:
            content = call.json()
        except ValueError:
            return _words(400, "invalid_payload")
        if not content.get("text") and not content.get("blocks"):
            return _words(400, "no_text")
        self._ears.hear("slack", call.params["key"], call)
        return _words(200, "ok")

    def message(self, call: Call) -> Answer:
        """Queue a short message as Twilio does."""
        if not _user(call) or _user(call) != call.params["sid"]:
            return twilio_error(401, 20003, "Authenticate")
        form = call.form()
        to, text = form.get("To", ""), form.get("Body", "")
        if not text:
            return twilio_error(400, 21602, "Message body is required.")
        if not (form.get("From") or form.get("MessagingServiceSid")):
            return twilio_error(400, 21603, "A 'From' phone number is required.")
        if to in MAGIC:
            return twilio_error(400, *MAGIC[to])
        if not _NUMBER.fullmatch(to):
            return twilio_error(400, 21211, "The 'To' number is not a valid phone number.")
        if len(text) > 1600:
            return twilio_error(400, 21617, "The concatenated message body is too long.")
        sid = f"SM{secrets.token_hex(16)}"
        self._ears.hear("sms", to, call, text=text, sid=sid)
        return Answer.of({"sid": sid, "status": "queued", "to": to, "body": text}, status=201)


def twilio_error(status: int, code: int, message: str) -> Answer:
    """Build an error as Twilio writes it."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    content = {"code": code, "message": message, "more_info": more, "status": status}
    return Answer.of(content, status=status)


def _words(status: int, text: str) -> Answer:
    return Answer(status=status, body=text.encode(), headers={"content-type": "text/html"})


def _user(call: Call) -> str:
    scheme, _, pair = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(pair, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _operation(name: str, path: str, handle: Handler) -> Operation:
    return Operation(id=name, method="POST", path=path, handle=handle, account=lambda _: None)
