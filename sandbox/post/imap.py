"""The IMAP server: pymap over the mail world's inbox and Sent folder."""

from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pymap.backend.dict import Config, Identity, Login, Session
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet, Message
from pymap.exceptions import InvalidAuth, ResponseError
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import ResponseCode, ResponseNo
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials

from sandbox.faults import Fault, Kind
from sandbox.post.office import PostOffice
from sandbox.post.strikes import Strikes, nobody
from sandbox.world.letter import Letter

FOLDERS = ("INBOX", "Sent", "Junk", "Archive")
_ARGS = Namespace(
    host=None,
    port=0,
    debug=False,
    tls=False,
    cert=None,
    key=None,
    proxy_protocol=None,
    inherited_sockets=None,
    passlib_cfg=None,
    demo_data=False,
    demo_user="",
    demo_password="",
)


class Shelf:
    """One account's folders as pymap keeps them, brought up to date at each log-in."""

    def __init__(self, office: PostOffice, account: str) -> None:
        self.mailboxes = MailboxSet()
        self.validity = office.validity(account)
        self._office = office
        self._account = account
        self._placed: dict[str, set[str]] = {name: set() for name in FOLDERS}
        self.standing = (0, 0)  #: How far the folders have come with the world, and when.

    async def refresh(self) -> None:
        """Put what is new in the world into the folders; UIDs follow the order of arrival."""
        for name in {*FOLDERS} - {*await self._names()}:
            await self.mailboxes.add_mailbox(name)
        self.standing = self._office.standing(self._account)
        for name in FOLDERS:
            folder: Any = await self.mailboxes.get_mailbox(name)
            folder._uid_validity = self.validity
            if name == "Sent" and "append" not in vars(folder):
                folder.append = self._appending(folder)
            await self._fill(name, folder)

    async def _fill(self, name: str, folder: Any) -> None:
        for message in self._office.folder(self._account, name):
            if message.id in self._placed[name]:
                continue
            self._placed[name].add(message.id)
            when = datetime.fromtimestamp(message.at_ms / 1000, UTC)
            try:
                await _put(folder, message.letter.raw, when)
            except RecursionError:  # pymap reads all parts; of one nested without end, the head.
                await _put(folder, message.letter.raw.partition(b"\r\n\r\n")[0][:2000], when)

    def _appending(self, folder: Any) -> Any:
        async def append(append_msg: AppendMessage, *, recent: bool = False) -> Message:
            kept = self._office.file(self._account, Letter(bytes(append_msg.literal)))
            self._placed["Sent"].add(kept.id)
            return await type(folder).append(folder, append_msg, recent=recent)

        return append

    async def _names(self) -> list[str]:
        listed = await self.mailboxes.list_mailboxes()
        return [entry.name for entry in listed.list()]


async def _put(folder: Any, raw: bytes, when: datetime) -> None:
    await type(folder).append(folder, AppendMessage(raw, when, frozenset[Flag]()))


class Doors(Login):
    """Lets accounts in by the post office's passwords."""

    def __init__(self, config: Config, office: PostOffice, strikes: Strikes) -> None:
        super().__init__(config)
        self.office = office
        self.strikes = strikes
        self.shelves: dict[str, Shelf] = {}
        self.lives = office.lives

    async def authenticate(self, credentials: ServerCredentials) -> "Person":
        """Check a password; fail on purpose where a fault says so."""
        account = credentials.authcid.lower()
        fault = await self.strikes.before("imap.login", account, nobody)
        if fault is not None:
            raise Refused(fault)
        password = str(getattr(credentials, "secret", getattr(credentials, "_secret", "")))
        if not self.office.admits(account, password):
            raise InvalidAuth()
        return Person(account, self)

    async def authorize(self, authenticated: Any, authzid: str) -> "Person":
        """Everybody is himself."""
        return Person(authzid.lower(), self)

    def shelf(self, account: str) -> Shelf:
        """Find an account's folders; renewed ones begin anew."""
        if self.lives != self.office.lives:
            self.shelves.clear()
            self.lives = self.office.lives
        known = self.shelves.get(account)
        if known is None or known.validity != self.office.validity(account):
            known = self.shelves[account] = Shelf(self.office, account)
        return known


class Person(Identity):
    """Somebody who is logged in."""

    def __init__(self, name: str, doors: Doors) -> None:
        super().__init__(name, doors, None, frozenset())
        self._doors = doors

    async def get(self) -> UserMetadata:
        """Everybody with an address is known."""
        return UserMetadata(self.config, self.name)

    @asynccontextmanager
    async def new_session(self) -> AsyncGenerator[Session]:
        """Open the folders as the world has them now."""
        shelf = self._doors.shelf(self.name)
        await shelf.refresh()
        yield Sitting(self.name, self.config, shelf, self._doors.office)


class Sitting(Session):
    """A session; who asks for the state of the inbox has read it, and the chronicle says so."""

    def __init__(self, name: str, config: Config, shelf: Shelf, office: PostOffice) -> None:
        super().__init__(name, config, shelf.mailboxes, FilterSet())
        self._shelf = shelf
        self._office = office

    async def get_mailbox(self, name: str, selected: Any = None) -> Any:
        """Answer STATUS."""
        self._note(name)
        return await super().get_mailbox(name, selected)

    async def select_mailbox(self, name: str, readonly: bool = False) -> Any:
        """Answer SELECT and EXAMINE."""
        self._note(name)
        return await super().select_mailbox(name, readonly)

    def _note(self, name: str) -> None:
        if name.upper() == "INBOX":
            self._office.note_reading(self.owner, self._shelf.standing)


class Refused(ResponseError):
    """A log-in that fails on purpose; the fault's message is the response, code and all."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self._fault = fault

    def get_response(self, tag: bytes) -> ResponseNo:
        """Say NO with the fault's words, e.g. "[UNAVAILABLE] Come back later"."""
        if self._fault.kind is not Kind.STATUS:
            raise ConnectionResetError
        code, _, text = self._fault.message.partition("] ")
        if not text:
            return ResponseNo(tag, code.encode())
        return ResponseNo(tag, text.encode(), ResponseCode.of(code.lstrip("[").encode()))


def imap_server(office: PostOffice, strikes: Strikes, *, tls: Any = None) -> IMAPServer:
    """Build the server; `IMAPServer` answers one connection a call."""
    config = Config(
        _ARGS,
        host=None,
        port=0,
        demo_data=False,
        demo_user="",
        demo_password="",
        tls_enabled=tls is not None,
        ssl_context=tls,
        secure_auth=False,
        reject_dnsbl=False,
        invalid_user_sleep=0.0,
    )
    return IMAPServer(Doors(config, office, strikes), config)
