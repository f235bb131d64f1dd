"""Gmail's methods over the mail world; names, paths and scopes as its discovery document has them.

Source: gmail v1, revision 20261005, as google-api-python-client ships it.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from sandbox.google import errors
from sandbox.google.grants import Grants
from sandbox.google.render import Format, handle, show
from sandbox.google.uploads import letter_in, resource
from sandbox.wire import Answer, Call, Handler, Operation
from sandbox.world.errors import BadLetterError, HistoryGoneError, NotInMailboxError
from sandbox.world.mailbox import Happening, Mailbox, Message
from sandbox.world.search import found
from sandbox.world.world import World

_SCOPE = "https://www.googleapis.com/auth/gmail.modify"
_ROOT = "/gmail/v1/users/{userId}"
Method = Callable[[Mailbox, Call], Answer]


class Gmail:
    """Gmail for every account of the world."""

    def __init__(self, world: World, grants: Grants) -> None:
        self._world = world
        self._grants = grants

    def operations(self) -> tuple[Operation, ...]:
        """Return the methods that mail programs need."""
        rows: tuple[tuple[str, str, str, Method], ...] = (
            ("getProfile", "GET", "/profile", self._profile),
            ("drafts.create", "POST", "/drafts", self._create_draft),
            ("drafts.list", "GET", "/drafts", self._list_drafts),
            ("drafts.send", "POST", "/drafts/send", self._send_draft),
            ("drafts.get", "GET", "/drafts/{id}", self._get_draft),
            ("drafts.delete", "DELETE", "/drafts/{id}", self._delete_draft),
            ("messages.list", "GET", "/messages", self._list_messages),
            ("messages.send", "POST", "/messages/send", self._send),
            ("messages.get", "GET", "/messages/{id}", self._get_message),
            ("threads.get", "GET", "/threads/{id}", self._get_thread),
            ("history.list", "GET", "/history", self._history),
            ("settings.sendAs.list", "GET", "/settings/sendAs", self._send_as),
        )
        return tuple(
            Operation(
                id=f"gmail.users.{name}",
                method=method,
                path=_ROOT + path,
                handle=self._guarded(do),
                account=self._account,
            )
            for name, method, path, do in rows
        )

    def _account(self, call: Call) -> str | None:
        grant = self._grants.holder(call.bearer)
        return grant.account if grant else self._grants.account_of(call.bearer)

    def _guarded(self, do: Method) -> Handler:
        def answer(call: Call) -> Answer:
            grant = self._grants.holder(call.bearer)
            if grant is None:
                return errors.unauthenticated()
            if _SCOPE not in grant.scope.split():
                return errors.error(403, "insufficientPermissions", "Insufficient Permission")
            if call.params["userId"] not in ("me", grant.account):
                return errors.error(403, "forbidden", "Delegation denied")
            try:
                return do(self._world.mailbox(grant.account), call)
            except (NotInMailboxError, HistoryGoneError):
                return errors.error(404, "notFound", errors.NOT_FOUND)
            except BadLetterError as error:
                return errors.error(400, "invalidArgument", str(error))

        return answer

    def _profile(self, box: Mailbox, call: Call) -> Answer:
        del call
        return Answer.of(
            {
                "emailAddress": box.address,
                "messagesTotal": len(box.messages),
                "threadsTotal": len(box.threads),
                "historyId": str(box.history_id),
            }
        )

    def _create_draft(self, box: Mailbox, call: Call) -> Answer:
        message = resource(call).get("message")
        letter = letter_in(message)
        thread_id = message.get("threadId") if isinstance(message, dict) else None
        draft_id = self._world.save_draft(box, letter, thread_id)
        return Answer.of({"id": draft_id, "message": handle(box.draft(draft_id))})

    def _list_drafts(self, box: Mailbox, call: Call) -> Answer:
        del call
        listed = [
            {"id": draft_id, "message": handle(box.draft(draft_id), labels=False)}
            for draft_id in box.drafts
        ]
        return Answer.of({"drafts": listed, "resultSizeEstimate": len(listed)})

    def _send_draft(self, box: Mailbox, call: Call) -> Answer:
        return Answer.of(handle(self._world.send_draft(box, str(resource(call).get("id", "")))))

    def _get_draft(self, box: Mailbox, call: Call) -> Answer:
        draft_id = call.params["id"]
        if draft_id not in box.drafts:
            raise NotInMailboxError(draft_id)
        return Answer.of({"id": draft_id, "message": show(box.draft(draft_id), _format(call))})

    def _delete_draft(self, box: Mailbox, call: Call) -> Answer:
        self._world.drop_draft(box, call.params["id"])
        return Answer(status=204)

    def _send(self, box: Mailbox, call: Call) -> Answer:
        body = resource(call)
        return Answer.of(handle(self._world.send(box, letter_in(body), body.get("threadId"))))

    def _get_message(self, box: Mailbox, call: Call) -> Answer:
        message = box.messages.get(call.params["id"])
        if message is None:
            raise NotInMailboxError(call.params["id"])
        return Answer.of(show(message, _format(call), call.query.get("metadataHeaders", ())))

    def _get_thread(self, box: Mailbox, call: Call) -> Answer:
        thread_id = call.params["id"]
        if thread_id not in box.threads:
            raise NotInMailboxError(thread_id)
        messages = [show(box.messages[one], _format(call)) for one in box.threads[thread_id]]
        return Answer.of(
            {"id": thread_id, "historyId": str(box.history_id), "messages": messages}
        )

    def _list_messages(self, box: Mailbox, call: Call) -> Answer:
        hits = found(box, call.one("q"), self._world.ids.now_ms())
        labels = set(call.query.get("labelIds", ()))
        fitting = (m for m in hits if labels <= set(m.labels) and "DRAFT" not in m.labels)
        return _page(call, "messages", fitting, lambda m: handle(m, labels=False))

    def _history(self, box: Mailbox, call: Call) -> Answer:
        start = call.one("startHistoryId")
        if not start.isdecimal() or not box.floor <= int(start) <= box.history_id:
            raise HistoryGoneError(start)
        size = min(int(call.one("maxResults", "100")), 500)
        after = int(call.one("pageToken", start))
        label = call.one("labelId")
        shown: list[dict[str, Any]] = []
        last = after
        for line in box.history_after(after):
            if len(shown) == size:
                more = {"nextPageToken": str(last)}
                return Answer.of({"history": shown, "historyId": str(box.history_id), **more})
            last = line.id
            if line.kind is not Happening.ADDED or (label and label not in line.labels):
                continue
            message = {
                "id": line.message_id,
                "threadId": line.thread_id,
                "labelIds": list(line.labels),
            }
            shown.append(
                {"id": str(line.id), "messages": [message], "messagesAdded": [{"message": message}]}
            )
        body: dict[str, Any] = {"historyId": str(box.history_id)}
        return Answer.of(body | ({"history": shown} if shown else {}))

    def _send_as(self, box: Mailbox, call: Call) -> Answer:
        del call
        own = {
            "sendAsEmail": box.address,
            "displayName": "",
            "isPrimary": True,
            "isDefault": True,
        }
        others = [
            {"sendAsEmail": address, "displayName": "", "verificationStatus": status}
            for address, status in box.aliases.items()
        ]
        return Answer.of({"sendAs": [own, *others]})


def _format(call: Call) -> Format:
    try:
        return Format(call.one("format", "full").lower())
    except ValueError:
        raise errors.refuse(400, "invalidArgument", "Invalid value for format") from None


def _page(
    call: Call,
    name: str,
    hits: Iterable[Message],
    render: Callable[[Message], dict[str, Any]],
) -> Answer:
    size = min(int(call.one("maxResults", "100")), 500)
    skip = int(call.one("pageToken", "0"))
    page = list(islice(hits, skip, skip + size + 1))
    body: dict[str, Any] = {"resultSizeEstimate": skip + len(page)}
    if page[:size]:
        body[name] = [render(message) for message in page[:size]]
    if len(page) > size:
        body["nextPageToken"] = str(skip + size)
    return Answer.of(body)
