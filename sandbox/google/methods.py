"""Gmail's methods over the mail world; each answers one call about one mailbox."""

from itertools import islice
from typing import Any

from sandbox.google.errors import refuse
from sandbox.google.render import Format, handle, show
from sandbox.google.uploads import letter_in, resource, uploaded
from sandbox.wire import Answer, Call
from sandbox.world.errors import HistoryGoneError, NotInMailboxError
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Happening, HistoryLine, Mailbox, Message
from sandbox.world.search import found
from sandbox.world.world import World

_MOST = 500  # the largest page of every list
_HIDDEN = frozenset({"SPAM", "TRASH"})


class Methods:
    """Raises what the world raises; who calls turns that into Google's errors."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_profile(self, box: Mailbox, _: Call) -> Answer:
        """Tell who this is, and a first history cursor."""
        return Answer.of(
            {
                "emailAddress": box.address,
                "messagesTotal": len(box.messages),
                "threadsTotal": len(box.threads),
                "historyId": str(box.history_id),
            }
        )

    def create_draft(self, box: Mailbox, call: Call) -> Answer:
        """Keep a draft."""
        message, letter = _draft_in(call)
        draft_id = self._world.save_draft(box, letter, message.get("threadId"))
        return Answer.of({"id": draft_id, "message": handle(box.draft(draft_id))})

    def get_draft(self, box: Mailbox, call: Call) -> Answer:
        """Show a draft; 404 when it was sent or thrown away."""
        draft_id = call.params["id"]
        message = show(_draft(box, draft_id), _format(call))
        return Answer.of({"id": draft_id, "message": message})

    def list_drafts(self, box: Mailbox, call: Call) -> Answer:
        """List drafts, the newest first."""
        by_message = {message: draft for draft, message in box.drafts.items()}
        drafts = [m for m in self._search(box, call) if m.id in by_message]
        page, rest = _page(drafts, call)
        lines = [{"id": by_message[m.id], "message": handle(m, labels=False)} for m in page]
        return Answer.of(_filled("drafts", lines) | rest | {"resultSizeEstimate": len(drafts)})

    def delete_draft(self, box: Mailbox, call: Call) -> Answer:
        """Throw a draft away for good."""
        self._world.drop_draft(box, call.params["id"])
        return Answer(status=204)

    def send_draft(self, box: Mailbox, call: Call) -> Answer:
        """Send a draft: once, for afterwards it is not there any more."""
        draft_id = resource(call).get("id")
        if not isinstance(draft_id, str) or not draft_id:
            raise refuse(400, "invalidArgument", "Missing draft id")
        return Answer.of(handle(self._world.send_draft(box, draft_id)))

    def send_message(self, box: Mailbox, call: Call) -> Answer:
        """Send without a draft."""
        message, letter = _message_in(call)
        return Answer.of(handle(self._world.send(box, letter, message.get("threadId"))))

    def get_message(self, box: Mailbox, call: Call) -> Answer:
        """Show a message."""
        message = box.messages.get(call.params["id"])
        if message is None:
            raise NotInMailboxError(call.params["id"])
        return Answer.of(show(message, _format(call), call.query.get("metadataHeaders", ())))

    def list_messages(self, box: Mailbox, call: Call) -> Answer:
        """List messages, the newest first, by search words and labels."""
        page, rest = _page(list(self._search(box, call)), call)
        lines = [handle(message, labels=False) for message in page]
        estimate = {"resultSizeEstimate": len(lines) + bool(rest)}
        return Answer.of(_filled("messages", lines) | rest | estimate)

    def get_thread(self, box: Mailbox, call: Call) -> Answer:
        """Show a thread with its messages, the oldest first."""
        inside = box.threads.get(call.params["id"])
        if inside is None:
            raise NotInMailboxError(call.params["id"])
        messages = [box.messages[message_id] for message_id in inside]
        form, only = _format(call), call.query.get("metadataHeaders", ())
        newest = max(message.history_id for message in messages)
        return Answer.of(
            {
                "id": call.params["id"],
                "historyId": str(newest),
                "messages": [show(message, form, only) for message in messages],
            }
        )

    def list_history(self, box: Mailbox, call: Call) -> Answer:
        """List changes after a cursor; 404 for one that is too old or was never given out."""
        start = _number(call, "startHistoryId", required=True)
        if not box.floor <= start <= box.history_id:
            raise HistoryGoneError(str(start))
        after = max(start, _number(call, "pageToken"))
        if call.one("labelId") in ("", "INBOX") and not call.one("pageToken"):
            self._world.note_reading(box)
        wanted = set(call.query.get("historyTypes", Happening))
        label = call.one("labelId")
        lines = (
            line
            for line in box.history_after(after)
            if line.kind in wanted and (not label or label in line.labels)
        )
        size = _page_size(call)
        page = list(islice(lines, size + 1))
        more = {"nextPageToken": str(page[size - 1].id)} if len(page) > size else {}
        shown = [_history_line(box, line) for line in page[:size]]
        return Answer.of(_filled("history", shown) | more | {"historyId": str(box.history_id)})

    def list_send_as(self, box: Mailbox, _: Call) -> Answer:
        """List the addresses an account may send as: its own and its aliases."""
        own = {
            "sendAsEmail": box.address,
            "displayName": "",
            "replyToAddress": "",
            "signature": "",
            "isPrimary": True,
            "isDefault": True,
        }
        aliases = [
            {
                "sendAsEmail": address,
                "displayName": "",
                "replyToAddress": "",
                "signature": "",
                "treatAsAlias": True,
                "verificationStatus": status,
            }
            for address, status in box.aliases.items()
        ]
        return Answer.of({"sendAs": [own, *aliases]})

    def _search(self, box: Mailbox, call: Call) -> list[Message]:
        hidden = frozenset() if call.one("includeSpamTrash") == "true" else _HIDDEN
        labels = set(call.query.get("labelIds", ()))
        if "in:inbox" in call.one("q") and not call.one("pageToken"):
            self._world.note_reading(box)
        messages = found(box, call.one("q"), self._world.ids.now_ms())
        return [m for m in messages if labels <= set(m.labels) and not hidden & set(m.labels)]


def _history_line(box: Mailbox, line: HistoryLine) -> dict[str, Any]:
    short = {"id": line.message_id, "threadId": line.thread_id}
    alive = box.messages.get(line.message_id)
    full = short | {"labelIds": list(alive.labels if alive else line.labels)}
    key = "messagesAdded" if line.kind is Happening.ADDED else "messagesDeleted"
    return {"id": str(line.id), "messages": [short], key: [{"message": full}]}


def _draft(box: Mailbox, draft_id: str) -> Message:
    if draft_id not in box.drafts:
        raise NotInMailboxError(draft_id)
    return box.draft(draft_id)


def _draft_in(call: Call) -> tuple[dict[str, Any], Letter]:
    if call.path.startswith("/upload/"):
        described, letter = uploaded(call)
        return described.get("message") or {}, letter
    message = resource(call).get("message")
    return _checked(message), letter_in(message)


def _message_in(call: Call) -> tuple[dict[str, Any], Letter]:
    if call.path.startswith("/upload/"):
        return uploaded(call)
    message = resource(call)
    return _checked(message), letter_in(message)


def _checked(message: Any) -> dict[str, Any]:
    if not isinstance(message, dict):
        raise refuse(400, "invalidArgument", "Missing message")
    return message


def _format(call: Call) -> Format:
    asked = call.one("format", Format.FULL)
    if asked not in list(Format):
        raise refuse(400, "invalidArgument", f"Invalid value at 'format': {asked}")
    return Format(asked)


def _number(call: Call, name: str, *, required: bool = False) -> int:
    value = call.one(name)
    if not value and not required:
        return 0
    if not value.isdecimal():
        raise refuse(400, "invalidArgument", f"Invalid value at '{name}'")
    return int(value)


def _page_size(call: Call) -> int:
    return min(_number(call, "maxResults") or 100, _MOST)


def _page(messages: list[Message], call: Call) -> tuple[list[Message], dict[str, Any]]:
    """Cut out a page. A token names the last message shown, so new mail shifts nothing."""
    last = call.one("pageToken")
    rest = [message for message in messages if not last or message.id < last]
    size = _page_size(call)
    page = rest[:size]
    return page, {"nextPageToken": page[-1].id} if len(rest) > size else {}


def _filled(key: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Leave an empty list out, as Google's JSON does."""
    return {key: lines} if lines else {}
