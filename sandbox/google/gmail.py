"""Gmail's routes: who may call which method, and what the world's refusals look like there.

Source: discovery document gmail v1, revision 20261005, as google-api-python-client ships it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sandbox.google import errors
from sandbox.google.grants import Grants
from sandbox.google.methods import Methods
from sandbox.wire import Answer, Call, Operation, RefusedError
from sandbox.world.errors import BadLetterError, HistoryGoneError, NotInMailboxError
from sandbox.world.mailbox import Mailbox
from sandbox.world.world import World

Method = Callable[[Methods, Mailbox, Call], Answer]

_PREFIX = "https://www.googleapis.com/auth/"
_MAIL = frozenset({"https://mail.google.com/", f"{_PREFIX}gmail.modify"})
_READ = _MAIL | {f"{_PREFIX}gmail.readonly"}
_HEADS = _READ | {f"{_PREFIX}gmail.metadata"}
_COMPOSE = frozenset({f"{_PREFIX}gmail.compose"})
_WRITE = _MAIL | _COMPOSE | {f"{_PREFIX}gmail.addons.current.action.compose"}
_ADD_ONS = frozenset(
    f"{_PREFIX}gmail.addons.current.message.{end}" for end in ("action", "metadata", "readonly")
)
_ROOT = "/gmail/v1/users/{userId}"

#: Verb, path, method and the scopes of which one is needed, by Gmail's own method id.
METHODS: Mapping[str, tuple[str, str, Method, frozenset[str]]] = MappingProxyType(
    {
        "getProfile": ("GET", "profile", Methods.get_profile, _HEADS | _COMPOSE),
        "drafts.create": ("POST", "drafts", Methods.create_draft, _WRITE),
        "drafts.get": ("GET", "drafts/{id}", Methods.get_draft, _READ | _COMPOSE),
        "drafts.list": ("GET", "drafts", Methods.list_drafts, _READ | _COMPOSE),
        "drafts.delete": ("DELETE", "drafts/{id}", Methods.delete_draft, _WRITE),
        "drafts.send": ("POST", "drafts/send", Methods.send_draft, _WRITE),
        "messages.get": ("GET", "messages/{id}", Methods.get_message, _HEADS | _ADD_ONS),
        "messages.list": ("GET", "messages", Methods.list_messages, _HEADS),
        "messages.send": (
            "POST",
            "messages/send",
            Methods.send_message,
            _WRITE | {f"{_PREFIX}gmail.send"},
        ),
        "threads.get": ("GET", "threads/{id}", Methods.get_thread, _HEADS | _ADD_ONS),
        "history.list": ("GET", "history", Methods.list_history, _HEADS),
        "settings.sendAs.list": (
            "GET",
            "settings/sendAs",
            Methods.list_send_as,
            _READ | {f"{_PREFIX}gmail.settings.basic"},
        ),
    }
)
#: The methods that also take a letter as an upload.
UPLOADS = ("drafts.create", "messages.send")


class Gmail:
    """The desk in front of the methods: checks the token, translates refusals."""

    def __init__(self, world: World, grants: Grants) -> None:
        self._world = world
        self._grants = grants
        self._methods = Methods(world)

    def operations(self) -> tuple[Operation, ...]:
        """Return every route, the upload forms under the id of their method."""
        plain = [self._operation(name, _ROOT) for name in METHODS]
        return (*plain, *[self._operation(name, f"/upload{_ROOT}") for name in UPLOADS])

    def account_of(self, call: Call) -> str | None:
        """Return whose access token a call carries, dead or alive."""
        return self._grants.account_of(call.bearer)

    def _operation(self, name: str, root: str) -> Operation:
        verb, path, method, scopes = METHODS[name]
        return Operation(
            id=f"gmail.users.{name}",
            method=verb,
            path=f"{root}/{path}",
            handle=lambda call: self._perform(method, scopes, call),
            account=self.account_of,
            scopes=scopes,
        )

    def _perform(self, method: Method, scopes: frozenset[str], call: Call) -> Answer:
        box = self._admit(scopes, call)
        try:
            return method(self._methods, box, call)
        except (NotInMailboxError, HistoryGoneError):
            return errors.error(404, "notFound", errors.NOT_FOUND)
        except (BadLetterError, ValueError) as error:
            return errors.error(400, "invalidArgument", str(error))

    def _admit(self, scopes: frozenset[str], call: Call) -> Mailbox:
        grant = self._grants.holder(call.bearer)
        if grant is None:
            raise RefusedError(errors.unauthenticated())
        if not scopes & set(grant.scope.split()):
            problem = "Request had insufficient authentication scopes."
            raise errors.refuse(403, "insufficientPermissions", problem)
        wanted = call.params["userId"].lower()
        if wanted not in ("me", grant.account):
            raise errors.refuse(403, "forbidden", f"Delegation denied for {grant.account}")
        return self._world.mailbox(grant.account)
