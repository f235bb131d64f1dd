"""The control API: what a test, the demo or a person may make happen in the mail world."""

import base64
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from sandbox.faults import Faults
from sandbox.google.grants import Grants
from sandbox.google.render import texts
from sandbox.wire import Answer, Call, Operation
from sandbox.world.changes import Accepted
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Mailbox, Message
from sandbox.world.world import World

_ACCOUNT = "/control/accounts/{address}"


class Control:
    """Every lever of the sandbox."""

    def __init__(self, world: World, grants: Grants, faults: Faults) -> None:
        self._world = world
        self._grants = grants
        self._faults = faults
        self.latency_ms = 0
        self.counts: dict[str, int] = {}

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes."""
        rows: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
            ("GET", "/healthz", lambda call: Answer.of({"ok": True})),
            ("GET", "/control/ledger", self._ledger),
            ("GET", "/control/stats", lambda call: Answer.of({"operations": self.counts})),
            ("GET", "/control/faults", lambda call: Answer.of({"data": self._faults.shown()})),
            ("POST", "/control/faults", self._add_fault),
            ("DELETE", "/control/faults", self._clear_faults),
            ("POST", "/control/latency", self._set_latency),
            ("GET", _ACCOUNT + "/messages", self._messages),
            ("POST", _ACCOUNT + "/reply", self._reply),
            ("POST", _ACCOUNT + "/send", self._send),
            ("POST", _ACCOUNT + "/raw", self._raw),
            ("POST", _ACCOUNT + "/revoke", self._revoke),
            ("POST", _ACCOUNT + "/restore", self._restore),
            ("POST", _ACCOUNT + "/expire_history", self._expire_history),
            ("POST", _ACCOUNT + "/expire_access", self._expire_access),
        )
        return tuple(
            Operation(
                id=f"control.{method.lower()}{path}",
                method=method,
                path=path,
                handle=_checked(do),
                account=lambda call: None,
            )
            for method, path, do in rows
        )

    def _ledger(self, call: Call) -> Answer:
        lines = self._world.ledger.after(int(call.one("since", "0")), call.one("account") or None)
        return Answer.of({"data": [_line(entry) for entry in lines]})

    def _add_fault(self, call: Call) -> Answer:
        return Answer.of(self._faults.add(call.json()).shown(), status=201)

    def _clear_faults(self, call: Call) -> Answer:
        del call
        self._faults.clear()
        return Answer.of({})

    def _set_latency(self, call: Call) -> Answer:
        self.latency_ms = int(call.json().get("ms", 0))
        return Answer.of({"ms": self.latency_ms})

    def _messages(self, call: Call) -> Answer:
        return Answer.of({"data": [_shown(m) for m in self._box(call).messages.values()]})

    def _reply(self, call: Call) -> Answer:
        """Let the owner of the address answer the last mail it received, or a named one."""
        box, wish = self._box(call), call.json()
        received = [m for m in box.messages.values() if "INBOX" in m.labels]
        wanted = wish.get("to_message_id")
        heard = [m for m in received if wanted in (None, m.letter.message_id, m.id)]
        if not heard:
            raise ValueError("there is no such mail to answer")
        letter = _answer(heard[-1].letter, str(wish.get("from_alias") or box.address), wish)
        return Answer.of(_shown(self._world.post(box, letter)), status=201)

    def _send(self, call: Call) -> Answer:
        box, wish = self._box(call), call.json()
        message = _message(box.address, str(wish["to"]), str(wish.get("subject", "")), wish)
        return Answer.of(_shown(self._world.post(box, Letter(message.as_bytes()))), status=201)

    def _raw(self, call: Call) -> Answer:
        return Answer.of(_shown(self._world.deliver(self._box(call), Letter(call.body))), status=201)

    def _revoke(self, call: Call) -> Answer:
        return Answer.of({"grants": self._grants.revoke_account(self._box(call).address)})

    def _restore(self, call: Call) -> Answer:
        return Answer.of({"grants": self._grants.restore_account(self._box(call).address)})

    def _expire_history(self, call: Call) -> Answer:
        self._world.expire_history(self._box(call))
        return Answer.of({})

    def _expire_access(self, call: Call) -> Answer:
        self._grants.expire_access(self._box(call).address)
        return Answer.of({})

    def _box(self, call: Call) -> Mailbox:
        return self._world.mailbox(call.params["address"])


def _checked(do: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    def answer(call: Call) -> Answer:
        try:
            return do(call)
        except (ValueError, KeyError, TypeError) as error:
            return Answer.of({"error": f"{type(error).__name__}: {error}"}, status=400)

    return answer


def _answer(heard: Letter, sender: str, wish: Mapping[str, Any]) -> Letter:
    subject = heard.subject if heard.subject.lower().startswith("re:") else f"Re: {heard.subject}"
    message = _message(sender, heard.sender, str(wish.get("subject") or subject), wish)
    if heard.message_id:
        message["In-Reply-To"] = heard.message_id
        message["References"] = " ".join([*reversed(heard.ancestors), heard.message_id])
    return Letter(message.as_bytes())


def _message(sender: str, to: str, subject: str, wish: Mapping[str, Any]) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or "candidate.example")
    for name, value in dict(wish.get("headers") or {}).items():
        message[name] = value
    message.set_content(str(wish.get("body", "Thank you for your message.")))
    return message


def _line(entry: Accepted) -> dict[str, Any]:
    letter = entry.letter
    return {
        "number": entry.number,
        "at_ms": entry.at_ms,
        "account": entry.account,
        "to": list(letter.addressees),
        "subject": letter.subject,
        "message_id": letter.message_id,
        "delivery": letter.first("X-Reprise-Delivery"),
        "thread_id": entry.thread_id,
        "provider_message_id": entry.message_id,
        "draft_id": entry.draft_id,
    }


def _shown(message: Message) -> dict[str, Any]:
    text, html = texts(message.letter)
    return {
        "id": message.id,
        "thread_id": message.thread_id,
        "labels": list(message.labels),
        "from": message.letter.sender,
        "to": list(message.letter.addressees),
        "subject": message.letter.subject,
        "message_id": message.letter.message_id,
        "in_reply_to": message.letter.first("In-Reply-To"),
        "references": message.letter.first("References"),
        "text": text,
        "html": html,
        "raw": base64.b64encode(message.letter.raw).decode(),
    }
