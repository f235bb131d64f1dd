"""What plain mail accounts have besides their mail: a password, and a server's habit of filing."""

from dataclasses import dataclass

from sandbox.world.chronicle import Kind
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Label, Mailbox, Message
from sandbox.world.timeline import Timeline
from sandbox.world.world import World

PASSWORD = "sandbox"  #: Of every account until another is set.
EPOCH = 1_700_000_000  #: UIDVALIDITY of every folder, until it is made anew.


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet:
    """An account's password from now on; an empty one refuses everybody."""

    account: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingSet:
    """Whether the server files what an account sends in its Sent folder."""

    account: str
    files_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfiled:
    """A message was accepted and is in no Sent folder."""

    account: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldersRenewed:
    """An account's folders got another UIDVALIDITY."""

    account: str


class PostOffice:
    """The accounts of the mail servers."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self._world = world
        self._timeline = timeline
        self.lives = 0  #: How often everything was forgotten.
        self._passwords: dict[str, str] = {}
        self._unfiling: set[str] = set()
        self._unfiled: set[str] = set()
        self._renewals: dict[str, int] = {}
        timeline.on(PasswordSet, lambda it: self._passwords.update({it.account: it.password}))
        timeline.on(FilingSet, self._habit)
        timeline.on(Unfiled, lambda it: self._unfiled.add(it.message_id))
        timeline.on(FoldersRenewed, self._renew)

    def admits(self, account: str, password: str) -> bool:
        """Say whether a password opens an account."""
        wanted = self._passwords.get(account.lower(), PASSWORD)
        return "@" in account and bool(wanted) and wanted == password

    def set_password(self, account: str, password: str) -> None:
        """Change a password; an empty one refuses everybody."""
        self._timeline.commit(PasswordSet(account=account.lower(), password=password))

    def set_filing(self, account: str, *, files_sent: bool) -> None:
        """Change whether the server files what the account sends."""
        self._timeline.commit(FilingSet(account=account.lower(), files_sent=files_sent))

    def renew_folders(self, account: str) -> None:
        """Make every stored position in the account's folders worthless."""
        self._timeline.commit(FoldersRenewed(account=account.lower()))

    def validity(self, account: str) -> int:
        """Give the UIDVALIDITY of an account's folders."""
        return EPOCH + self._renewals.get(account, 0)

    def accept(self, account: str, letter: Letter, recipients: list[str]) -> Message:
        """Take a message for sending: a line of the ledger, and everybody's copy."""
        box = self._world.mailbox(account)
        hidden = [one for one in recipients if one.lower() not in letter.addressees]
        if hidden:
            letter = letter.replacing("Bcc", ", ".join(hidden))
        sent = self._world.send(box, letter, box.thread_of(letter), stamp=_as_written)
        if box.address in self._unfiling:
            self._timeline.commit(Unfiled(account=box.address, message_id=sent.id))
        return sent

    def file(self, account: str, letter: Letter) -> Message:
        """Keep a copy that a client puts into the Sent folder."""
        return self._world.keep_sent(self._world.mailbox(account), letter)

    def note_recipient(self, account: str, address: str) -> None:
        """Note in the chronicle that a message to somebody is about to be handed in."""
        box = self._world.mailbox(account)
        self._world.chronicle.note(Kind.PREPARED, box.address, box.history_id, (address.lower(),))

    def standing(self, account: str) -> tuple[int, int]:
        """Give how far the mailbox has come, and the time (microseconds)."""
        return self._world.mailbox(account).history_id, self._world.chronicle.now_us()

    def note_reading(self, account: str, standing: tuple[int, int]) -> None:
        """Note that somebody read the inbox as it stood then."""
        position, at_us = standing
        box = self._world.mailbox(account)
        self._world.note_reading(box, position=position, at_us=at_us)

    def folder(self, account: str, name: str) -> list[Message]:
        """List the messages of a folder, in the order in which they came."""
        box = self._world.mailbox(account)
        return [
            one
            for one in box.messages.values()
            if _folder_of(one, name) and (name != "Sent" or one.id not in self._unfiled)
        ]

    def clear(self) -> None:
        """Forget everything."""
        self.lives += 1
        self._passwords.clear()
        self._unfiling.clear()
        self._unfiled.clear()

    def _habit(self, change: FilingSet) -> None:
        (self._unfiling.discard if change.files_sent else self._unfiling.add)(change.account)

    def _renew(self, change: FoldersRenewed) -> None:
        self._renewals[change.account] = self._renewals.get(change.account, 0) + 1


def _folder_of(message: Message, name: str) -> bool:
    """Say whether a message lies in a folder; what has none of these labels was archived."""
    wanted = _LABELS.get(name)
    if wanted is not None:
        return wanted in message.labels
    return not {*_LABELS.values(), Label.DRAFT} & set(message.labels)


_LABELS = {"INBOX": Label.INBOX, "Sent": Label.SENT, "Junk": Label.SPAM}


def _as_written(letter: Letter, box: Mailbox, at_ms: int) -> Letter:
    del box, at_ms
    return letter
