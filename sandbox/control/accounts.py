"""Control of one account: its mail, its answers, its permission to us."""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sandbox.control.compose import compose, reply
from sandbox.control.desk import field, refuse, route, whole_number
from sandbox.google.grants import Grants
from sandbox.google.render import texts
from sandbox.post.office import PostOffice
from sandbox.wire import Answer, Call, Operation
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Label, Mailbox, Message
from sandbox.world.world import World

_ROOT = "/control/accounts"
_ONE = f"{_ROOT}/{{address}}"
_PAGE = 1000
PLACES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "inbox": (Label.UNREAD, Label.INBOX),
        "spam": (Label.UNREAD, Label.SPAM),
        "archive": (Label.UNREAD,),
    }
)
"""Where filters put a message: the labels that it gets."""


def moment(at_ms: int) -> str:
    """Show a time of the sandbox's clock: ISO 8601, UTC, milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def head(letter: Letter) -> dict[str, str]:
    """Show every header by its name; of one that repeats, the first."""
    shown: dict[str, str] = {}
    for name, value in letter.headers:
        shown.setdefault(name, value)
    return shown


class AccountControl:
    """What the owner of a mailbox does, and what happens to the mailbox."""

    def __init__(self, world: World, grants: Grants, office: PostOffice) -> None:
        self._world = world
        self._office = office
        self._grants = grants

    def operations(self) -> tuple[Operation, ...]:
        """Return the routes under /control/accounts."""
        posts: dict[str, Callable[[Call], Answer]] = {
            "reply": self.reply,
            "send": self.send,
            "raw": self.raw,
            "revoke": self.revoke,
            "restore": self.restore,
            "expire_access": self.expire_access,
            "expire_history": self.expire_history,
            "forget_thread": self.forget_thread,
            "consent": self.consent,
            "aliases": self.alias,
            "password": self.password,
            "filing": self.filing,
            "renew_folders": self.renew_folders,
        }
        return (
            route("accounts", "GET", _ROOT, self.list),
            route("accounts.messages", "GET", f"{_ONE}/messages", self.messages),
            *[route(f"accounts.{n}", "POST", f"{_ONE}/{n}", act) for n, act in posts.items()],
        )

    def list(self, _: Call) -> Answer:
        """List every account that was ever used."""
        boxes = self._world.shelves.mailboxes.values()
        lines = [
            {"address": b.address, "messages": len(b.messages), "drafts": len(b.drafts)}
            for b in boxes
        ]
        return Answer.of({"data": lines})

    def messages(self, call: Call) -> Answer:
        """List an account's mail, the oldest first; `label`, `after` (an id), `limit`."""
        label, after = call.one("label").upper(), call.one("after")
        limit = whole_number(call, "limit", _PAGE)
        found = [
            message
            for message in self._box(call).messages.values()
            if message.id > after and (not label or label in message.labels)
        ]
        return Answer.of({"data": [_show(message) for message in found[:limit]]})

    def reply(self, call: Call) -> Answer:
        """Answer the last mail received, or a named one, as a mail program would."""
        box = self._box(call)
        answer = reply(
            _received(box, field(call, "to_message_id", str, "")).letter,
            sender=field(call, "from_alias", str, box.address),
            subject=field(call, "subject", str, None),
            body=field(call, "body", str, None),
            html=field(call, "html", str, ""),
            headers=field(call, "headers", dict, {}),
            at_ms=self._world.ids.now_ms(),
        )
        return Answer.of(_show(self._world.post(box, answer)), status=201)

    def send(self, call: Call) -> Answer:
        """Send a mail of one's own."""
        box = self._box(call)
        letter = compose(
            sender=field(call, "from_alias", str, box.address),
            to=field(call, "to", str),
            subject=field(call, "subject", str, ""),
            body=field(call, "body", str, ""),
            html=field(call, "html", str, ""),
            headers=field(call, "headers", dict, {}),
            at_ms=self._world.ids.now_ms(),
        )
        return Answer.of(_show(self._world.post(box, letter)), status=201)

    def raw(self, call: Call) -> Answer:
        """Put any bytes into the inbox: the body itself, or `{"raw": base64}` as JSON.

        `?place=spam` or `?place=archive` puts them where a filter would.
        """
        place = call.one("place", "inbox")
        if place not in PLACES:
            raise refuse(f"place is one of {', '.join(PLACES)}")
        content = call.body
        if call.headers.get("content-type", "").startswith("application/json"):
            content = base64.b64decode(field(call, "raw", str).translate({45: 43, 95: 47}) + "==")
        message = self._world.deliver(self._box(call), Letter(content), PLACES[place])
        return Answer.of(_show(message), status=201)

    def revoke(self, call: Call) -> Answer:
        """Take every token of the account away."""
        return Answer.of({"grants": self._grants.revoke_account(self._box(call).address)})

    def restore(self, call: Call) -> Answer:
        """Give back what `revoke` took: the old tokens are good again."""
        return Answer.of({"grants": self._grants.restore_account(self._box(call).address)})

    def expire_access(self, call: Call) -> Answer:
        """Let the account's access tokens run out now; refreshing still works."""
        self._grants.expire_access(self._box(call).address)
        return Answer.of({})

    def expire_history(self, call: Call) -> Answer:
        """Make every history cursor of the account too old (404)."""
        self._world.expire_history(self._box(call))
        return Answer.of({"historyId": str(self._box(call).history_id)})

    def forget_thread(self, call: Call) -> Answer:
        """Remove a thread from the account, as its owner may."""
        self._world.forget_thread(self._box(call), field(call, "thread_id", str))
        return Answer.of({})

    def consent(self, call: Call) -> Answer:
        """Say what the owner answers on the consent page from now on."""
        self._world.set_consent(self._box(call), field(call, "allow", bool))
        return Answer.of({"allow": self._box(call).consents})

    def alias(self, call: Call) -> Answer:
        """Let the account send as another address; status accepted or pending."""
        status = field(call, "status", str, "accepted")
        if status not in ("accepted", "pending"):
            raise refuse("status is accepted or pending")
        self._world.add_alias(self._box(call), field(call, "address", str), status)
        return Answer.of({"aliases": self._box(call).aliases})

    def password(self, call: Call) -> Answer:
        """Set the password for SMTP and IMAP; an empty one refuses everybody."""
        self._office.set_password(self._box(call).address, field(call, "password", str))
        return Answer.of({})

    def filing(self, call: Call) -> Answer:
        """Say whether the SMTP server files what the account sends in its Sent folder."""
        self._office.set_filing(self._box(call).address, files_sent=field(call, "files_sent", bool))
        return Answer.of({})

    def renew_folders(self, call: Call) -> Answer:
        """Give the IMAP folders another UIDVALIDITY, as a move to another server does."""
        self._office.renew_folders(self._box(call).address)
        return Answer.of({})

    def _box(self, call: Call) -> Mailbox:
        address = call.params["address"]
        if "@" not in address:
            raise refuse(f"{address} is no address")
        return self._world.mailbox(address)


def _received(box: Mailbox, message_id: str) -> Message:
    if message_id.startswith("<"):
        named = box.with_rfc_id(message_id)[:1]
    elif message_id:
        named = [box.messages[message_id]] if message_id in box.messages else []
    else:
        inbox = (m for m in box.newest_first() if Label.INBOX in m.labels)
        named = [message for message, _ in zip(inbox, "1", strict=False)]
    if not named:
        raise refuse(f"{box.address} has no such mail", status=404)
    return named[0]


def _show(message: Message) -> dict[str, Any]:
    letter = message.letter
    text, html = texts(letter)
    return {
        "id": message.id,
        "thread_id": message.thread_id,
        "labels": list(message.labels),
        "at": moment(message.at_ms),
        "from": letter.sender,
        "to": list(letter.addressees),
        "subject": letter.subject,
        "message_id": letter.message_id,
        "in_reply_to": letter.first("In-Reply-To"),
        "references": letter.first("References"),
        "headers": head(letter),
        "text": text,
        "html": html,
        "raw": base64.b64encode(letter.raw).decode(),
    }
