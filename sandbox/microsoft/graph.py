"""Graph's mail routes over the mail world.

Source: learn.microsoft.com/graph/api/resources/message and the metadata document v1.0.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.google.grants import Grants
from sandbox.microsoft.compose import letter_of, properties_of, selected, shown
from sandbox.microsoft.errors import error, refuse
from sandbox.microsoft.outlook import Item, Outlook
from sandbox.wire import Answer, Call, Operation
from sandbox.world.errors import BadLetterError
from sandbox.world.mailbox import Happening, Label, Mailbox, Message
from sandbox.world.world import World

_ROOT = "/v1.0/me"
_KEY = re.compile(r"ep/id eq '([^']+)' and ep/value (eq|ne) (?:'([^']*)'|null)")
_SINCE = re.compile(r"receivedDateTime ge (\S+)")
_NOT_FOUND = "The specified object was not found in the store."

Method = Callable[["Graph", Mailbox, Call], Answer]


class Graph:
    """Answers for the account of the token; ids are immutable ones."""

    def __init__(self, world: World, grants: Grants, outlook: Outlook) -> None:
        self._world = world
        self._grants = grants
        self._outlook = outlook

    def operations(self) -> tuple[Operation, ...]:
        """Return every route."""
        rows: tuple[tuple[str, str, str, Method], ...] = (
            ("me", "GET", "", Graph.me),
            ("mailFolders.get", "GET", "/mailFolders/{folder}", Graph.folder),
            ("messages.create", "POST", "/messages", Graph.create),
            ("messages.list", "GET", "/messages", Graph.list),
            ("messages.get", "GET", "/messages/{id}", Graph.get),
            ("messages.value", "GET", "/messages/{id}/$value", Graph.value),
            ("messages.delete", "DELETE", "/messages/{id}", Graph.delete),
            ("messages.send", "POST", "/messages/{id}/send", Graph.send),
            ("drafts.list", "GET", "/mailFolders/{folder}/messages", Graph.list),
            ("messages.delta", "GET", "/mailFolders/{folder}/messages/delta", Graph.delta),
        )
        return tuple(
            Operation(
                id=f"graph.{name}",
                method=verb,
                path=f"{_ROOT}{path}",
                handle=lambda call, method=method: self._perform(method, call),
                account=self.account_of,
            )
            for name, verb, path, method in rows
        )

    def account_of(self, call: Call) -> str | None:
        """Return whose access token a call carries, dead or alive."""
        return self._grants.account_of(call.bearer)

    def recipients_of(self, box: Mailbox, call: Call) -> tuple[str, ...]:
        """Return who the message that a call names goes to; nobody when it names none."""
        item = self._outlook.item(box, call.params.get("id", ""))
        message = None if item is None else box.messages.get(item.message_id)
        return () if message is None else message.letter.addressees

    def me(self, box: Mailbox, _: Call) -> Answer:
        """Say who this is."""
        return Answer.of({"id": box.address, "mail": box.address, "userPrincipalName": box.address})

    def folder(self, box: Mailbox, call: Call) -> Answer:
        """Show a well-known folder."""
        del box
        return Answer.of({"id": call.params["folder"], "displayName": call.params["folder"]})

    def create(self, box: Mailbox, call: Call) -> Answer:
        """Keep a draft; its id stays for good."""
        content = call.json()
        letter = letter_of(content, box, self._world.ids.now_ms())
        item = self._outlook.add_draft(box, letter, properties_of(content))
        return Answer.of(self._show(box, item), status=201)

    def get(self, box: Mailbox, call: Call) -> Answer:
        """Show a message."""
        item = self._item(box, call)
        return Answer.of(selected(self._show(box, item), call.one("$select")))

    def value(self, box: Mailbox, call: Call) -> Answer:
        """Give a message's MIME, as it came."""
        message = box.messages.get(self._item(box, call).message_id)
        if message is None:
            raise refuse(404, "ErrorItemNotFound", _NOT_FOUND)
        return Answer(body=message.letter.raw, headers={"content-type": "text/plain"})

    def delete(self, box: Mailbox, call: Call) -> Answer:
        """Throw a message away."""
        self._outlook.discard(box, self._item(box, call))
        return Answer(status=204)

    def send(self, box: Mailbox, call: Call) -> Answer:
        """Accept a draft: it leaves at once, and is shown as a draft until it has moved."""
        item = self._item(box, call)
        if not self._outlook.is_draft(box, item):
            text = "The operation can only be performed on a draft."
            raise refuse(400, "ErrorInvalidOperation", text)
        self._outlook.send(box, item)
        return Answer(status=202)

    def list(self, box: Mailbox, call: Call) -> Answer:
        """List our own messages by an extended property, drafts only in the drafts folder.

        By the time of receipt instead: what came in, whatever folder it lies in.
        """
        asked, since = _KEY.search(call.one("$filter")), _SINCE.search(call.one("$filter"))
        if asked is None and since is not None:
            return self._received(box, call, since.group(1))
        drafts_only = call.params.get("folder") == "drafts"
        select = call.one("$select")
        fields = f"{select},singleValueExtendedProperties" if call.one("$expand") else select
        found = [
            selected(self._show(box, item), fields)
            for item in self._outlook.ours(box)
            if _has(item, asked) and (not drafts_only or self._outlook.is_draft(box, item))
        ]
        return Answer.of({"value": found})

    def delta(self, box: Mailbox, call: Call) -> Answer:
        """List what came into the inbox since a token, or since a moment to begin with."""
        token = call.one("$deltatoken")
        if token:
            if not token.isdecimal() or int(token) < box.floor:
                raise refuse(410, "SyncStateNotFound", "The sync state generation is not found.")
            came = self._came_after(box, int(token))
        else:
            since = _SINCE.search(call.one("$filter"))
            came = self._came_since(box, since.group(1) if since else "")
        self._world.note_reading(box)
        fields = call.one("$select")
        host = call.headers.get("host", "127.0.0.1")
        link = f"https://{host}{call.path}?$deltatoken={box.history_id}"
        value = [selected(self._show_any(box, one), fields) for one in came]
        return Answer.of({"value": value, "@odata.deltaLink": link})

    def _received(self, box: Mailbox, call: Call, moment: str) -> Answer:
        found = [
            selected(self._show_any(box, message), call.one("$select"))
            for message in list(box.messages.values())
            if not {Label.SENT, Label.DRAFT} & set(message.labels) and _stamp(message) >= moment
        ]
        return Answer.of({"value": found})

    def _perform(self, method: Method, call: Call) -> Answer:
        grant = self._grants.holder(call.bearer)
        if grant is None:
            text = "Access token has expired or is not yet valid."
            return error(401, "InvalidAuthenticationToken", text)
        try:
            return method(self, self._world.mailbox(grant.account), call)
        except BadLetterError as problem:
            return error(400, "ErrorInvalidRecipients", str(problem))
        except (ValueError, KeyError, TypeError) as problem:
            return error(400, "RequestBodyRead", str(problem))

    def _item(self, box: Mailbox, call: Call) -> Item:
        item = self._outlook.item(box, call.params["id"])
        if item is None:
            raise refuse(404, "ErrorItemNotFound", _NOT_FOUND)
        return item

    def _show(self, box: Mailbox, item: Item) -> dict[str, Any]:
        message = box.messages.get(item.message_id)
        if message is None:
            raise refuse(404, "ErrorItemNotFound", _NOT_FOUND)
        is_draft = self._outlook.is_draft(box, item)
        return shown(message, item.immutable_id, is_draft=is_draft, properties=item.properties)

    def _show_any(self, box: Mailbox, message: Message) -> dict[str, Any]:
        item = self._outlook.item(box, self._outlook.id_of(message))
        assert item is not None
        return self._show(box, item)

    def _came_after(self, box: Mailbox, history_id: int) -> Iterator[Message]:
        for line in box.history_after(history_id):
            message = box.messages.get(line.message_id)
            if line.kind is Happening.ADDED and message is not None and _came_in(message):
                yield message

    def _came_since(self, box: Mailbox, moment: str) -> Iterator[Message]:
        for message in list(box.messages.values()):
            if _came_in(message) and _stamp(message) >= moment:
                yield message


def _came_in(message: Message) -> bool:
    return Label.INBOX in message.labels


def _stamp(message: Message) -> str:
    return shown(message, "", is_draft=False, properties={})["receivedDateTime"]


def _has(item: Item, asked: re.Match[str] | None) -> bool:
    if asked is None:
        return True
    name, verb, value = asked.groups()
    kept = item.properties.get(name)
    return kept is not None and (verb == "ne" or kept == value)
