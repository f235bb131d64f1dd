"""What is done in an IMAP session besides reading: positions, the Sent folder."""

import time
from dataclasses import dataclass

from imap_tools import AND, BaseMailBox, H

from domain.errors import NotFound, Unavailable

INBOX = "INBOX"
_SENT_NAMES = ("sent", "sent items", "sent messages", "sent mail", "gesendet")
_LOOK_EVERY = 0.25
_NO_CHARSET = None  #: What we search for is ASCII, and some servers refuse any CHARSET.


@dataclass(frozen=True, slots=True)
class Position:
    """How far the inbox was read: the folder's generation, and the next UID."""

    validity: int
    next_uid: int

    def __str__(self) -> str:
        return f"{self.validity}:{self.next_uid}"

    @classmethod
    def read(cls, text: str) -> "Position":
        """Read a stored cursor. Raises NotFound for one that is none."""
        validity, _, next_uid = text.partition(":")
        if not validity.isdecimal() or not next_uid.isdecimal():
            raise NotFound("The cursor is none of IMAP's.")
        return cls(int(validity), int(next_uid))


def position(box: BaseMailBox) -> Position:
    """Say where the inbox ends now."""
    status = box.folder.status(INBOX, ["UIDVALIDITY", "UIDNEXT"])
    return Position(status["UIDVALIDITY"], status["UIDNEXT"])


def is_filed(box: BaseMailBox, message_id: str, *, patience: float = 0.0) -> bool | None:
    """Look for a message in the Sent folder, for a while; None where there is no such folder."""
    sent = sent_folder(box)
    if sent is None:
        return None
    until = time.monotonic() + patience
    while True:
        box.folder.set(sent, readonly=True)
        if box.uids(AND(header=H("Message-ID", message_id)), charset=_NO_CHARSET):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(_LOOK_EVERY)


def file(box: BaseMailBox, mime: bytes) -> None:
    """Append a copy to the Sent folder, where there is one; seen, as one's own mail is."""
    sent = sent_folder(box)
    if sent is not None:
        box.append(mime, sent, dt=None, flag_set=["\\Seen"])


def sent_folder(box: BaseMailBox) -> str | None:
    """Find the folder with the special use (RFC 6154), else by its usual names.

    Raises Unavailable for an empty list: there is always an INBOX, so the server refused to list.
    """
    folders = box.folder.list()
    if not folders:
        raise Unavailable("The IMAP server did not list its folders.")
    for one in folders:
        if any(flag.lower() == "\\sent" for flag in one.flags):
            return one.name
    for one in folders:
        if one.name.lower().rpartition(one.delim)[2] in _SENT_NAMES:
            return one.name
    return None
