"""What is read of a mailbox in an IMAP session: heads by UID, one message's beginning.

UIDVALIDITY and UIDNEXT tell all that is asked: what is new. MODSEQ (RFC 7162) would also tell whose
flags changed, which stops nobody, so it is not read.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from imaplib import IMAP4
from typing import Any

from imap_tools import AND, BaseMailBox, U
from imap_tools.errors import MailboxFolderSelectError

from domain.errors import NotFound
from domain.inbound.parsing import read_mail
from domain.mail import Arrival, Arrivals
from providers.imap import INBOX, Position, position

AT_ONCE = 100  #: Heads that one command asks for.
MOST_FOLDERS = 50
NO_CHARSET = None  #: What we search for is ASCII, and some servers refuse any CHARSET.
_OWN = frozenset({"\\sent", "\\drafts", "\\all", "\\flagged", "\\noselect", "\\nonexistent"})
_OWN_NAMES = ("sent", "sent items", "sent messages", "sent mail", "gesendet", "drafts", "entwürfe")
_HEAD = "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER])"
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_DATE = re.compile(rb'INTERNALDATE "\s?([^"]+)"')


def since(box: BaseMailBox, cursor: Position) -> Arrivals:
    """Read what came since a cursor; a quiet inbox costs one command."""
    now = position(box)
    if now.validity != cursor.validity:
        raise NotFound("The folder was made anew.")
    if now.next_uid <= cursor.next_uid:
        return Arrivals(cursor=str(now))
    box.folder.set(INBOX, readonly=True)
    last = f"{now.next_uid - 1}"  # What comes meanwhile is the next reading's.
    uids = box.uids(AND(uid=U(str(cursor.next_uid), last)), charset=NO_CHARSET)
    inside = [one for one in uids if int(one) >= cursor.next_uid]  # "n:*" may give one before.
    part = inside[:AT_ONCE]
    is_last = len(part) == len(inside)
    after = now if is_last else Position(now.validity, int(part[-1]) + 1)
    read = tuple(_read(box, part, f"{now.validity}:{{}}"))
    return Arrivals(cursor=str(after), messages=read, is_last=is_last)


def recent(box: BaseMailBox, since: datetime) -> Iterator[Arrivals]:
    """Read again what came since a time: the inbox, then every folder that is not our own's."""
    now = position(box)
    box.folder.set(INBOX, readonly=True)
    found = list(_read(box, _since(box, since), f"{now.validity}:{{}}"))
    yield Arrivals(cursor=None, messages=tuple(found), is_last=False)
    yield Arrivals(cursor=str(now), messages=tuple(aside(box, since)))


def aside(box: BaseMailBox, since: datetime) -> list[Arrival]:
    """Read what came since a time into junk and into the folders that rules fill."""
    found: list[Arrival] = []
    for name in _folders(box)[:MOST_FOLDERS]:
        try:
            validity = box.folder.status(name, ["UIDVALIDITY"]).get("UIDVALIDITY", 0)
            box.folder.set(name, readonly=True)
        except (MailboxFolderSelectError, IMAP4.error):
            continue  # It cannot be opened: not a folder of mail.
        found.extend(_read(box, _since(box, since), f"{validity}:{{}}:{name}"))
    return found


def beginning(box: BaseMailBox, provider_message_id: str, most: int) -> bytes:
    """Read the first bytes of a message without marking it. Raises NotFound when it is gone."""
    validity, uid, folder = (*provider_message_id.split(":", 2), INBOX)[:3]
    box.folder.set(folder, readonly=True)
    now = box.folder.status(folder, ["UIDVALIDITY"]).get("UIDVALIDITY", 0)
    if str(now) != validity or not uid.isdecimal():
        raise NotFound("The folder was made anew.")
    _, parts = box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{most}>)")
    for one in parts or ():
        if isinstance(one, tuple) and len(one) > 1:
            return bytes(one[1])
    raise NotFound("The message is gone.")


def _folders(box: BaseMailBox) -> list[str]:
    """Name the folders where others' mail may lie, besides the inbox."""
    found: list[str] = []
    for one in box.folder.list():
        bare = one.name.lower().rpartition(one.delim)[2] if one.delim else one.name.lower()
        is_own = _OWN & {flag.lower() for flag in one.flags} or bare in _OWN_NAMES
        if not is_own and one.name.upper() != INBOX:
            found.append(one.name)
    return found


def _since(box: BaseMailBox, since: datetime) -> list[str]:
    return box.uids(AND(date_gte=since.astimezone(UTC).date()), charset=NO_CHARSET)


def _read(box: BaseMailBox, uids: Sequence[str], naming: str) -> Iterator[Arrival]:
    for start in range(0, len(uids), AT_ONCE):
        part = ",".join(uids[start : start + AT_ONCE])
        _, items = box.client.uid("fetch", part, _HEAD)
        yield from _arrivals(items or (), naming)


def _arrivals(items: Sequence[Any], naming: str) -> Iterator[Arrival]:
    """Read a FETCH answer: a tuple per message, and what follows its literal."""
    for place, one in enumerate(items):
        if not isinstance(one, tuple) or len(one) < 2:
            continue
        following = items[place + 1] if place + 1 < len(items) else b""
        told = one[0] + b" " + (following if isinstance(following, bytes) else b"")
        uid = _UID.search(told)
        if uid is not None:
            yield _arrival(bytes(one[1]), told, naming.format(uid.group(1).decode()))


def _arrival(head: bytes, told: bytes, provider_message_id: str) -> Arrival:
    mail = read_mail(head)
    headers = {name: values[0] for name, values in mail.headers.items() if values}
    named = f"{headers.get('references', '')} {headers.get('in-reply-to', '')}".split()
    own = headers.get("message-id", "").strip()
    size = _SIZE.search(told)
    return Arrival(
        provider_message_id=provider_message_id,
        thread_id=(named or [own])[0],
        from_address=mail.from_address,
        message_id=own,
        in_reply_to=tuple(dict.fromkeys(named)),
        subject=mail.subject,
        received_at=_received_at(told),
        headers=headers,
        has_thread=False,
        size=int(size.group(1)) if size else None,
    )


def _received_at(told: bytes) -> datetime:
    """Read when the server took it (INTERNALDATE): the Date header is only the sender's word."""
    found = _DATE.search(told)
    if found is not None:
        with suppress(ValueError):
            written = found.group(1).decode("ascii", "replace").strip()
            return datetime.strptime(written, "%d-%b-%Y %H:%M:%S %z").astimezone(UTC)
    return datetime.fromtimestamp(0, UTC)
