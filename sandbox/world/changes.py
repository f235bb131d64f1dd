"""Everything that can happen to the mail world: the journal's lines are lists of these."""

from dataclasses import dataclass

from sandbox.world.letter import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxOpened:
    """Somebody has an address from now on."""

    account: str
    history_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAdded:
    """A message lies in a mailbox: sent, received or as a draft."""

    account: str
    message_id: str
    thread_id: str
    labels: tuple[str, ...]
    letter: Letter
    at_ms: int
    history_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRemoved:
    """A message is gone for good."""

    account: str
    message_id: str
    history_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSaved:
    """A message (already added) is a draft with an id of its own."""

    account: str
    draft_id: str
    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRemoved:
    """A draft was sent or thrown away; its message is removed by a change of its own."""

    account: str
    draft_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryExpired:
    """History ids below this one are no longer known."""

    account: str
    history_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasAdded:
    """An account may send as another address (`accepted`), or soon (`pending`)."""

    account: str
    address: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took a message for sending: one line of the ledger."""

    number: int
    at_ms: int
    account: str
    message_id: str
    thread_id: str
    draft_id: str | None
    letter: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSet:
    """The owner of an account says yes or no on the consent page from now on."""

    account: str
    allowed: bool
