"""Outlook's own view of a mailbox: immutable ids, and sends that are only queued at first."""

import json
from dataclasses import dataclass, field

from sandbox.world.letter import Letter
from sandbox.world.mailbox import Mailbox, Message
from sandbox.world.timeline import Timeline
from sandbox.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookDraft:
    """A message was made as a draft, with its extended properties (JSON)."""

    account: str
    immutable_id: str
    draft_id: str
    message_id: str
    properties: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookSent:
    """A draft was accepted for sending; until `moves_ms` it is still shown as a draft."""

    account: str
    immutable_id: str
    message_id: str
    moves_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookGone:
    """A message was thrown away."""

    account: str
    immutable_id: str


@dataclass(slots=True, kw_only=True)
class Item:
    """A message under its immutable id."""

    immutable_id: str
    draft_id: str | None
    message_id: str
    properties: dict[str, str] = field(default_factory=dict[str, str])
    moves_ms: int = 0  #: When a sent one leaves the drafts folder.


class Outlook:
    """All mailboxes as Graph shows them."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.move_lag_ms = 0
        self._world = world
        self._timeline = timeline
        self._items: dict[str, dict[str, Item]] = {}
        self._by_message: dict[str, str] = {}
        timeline.on(OutlookDraft, self._keep)
        timeline.on(OutlookSent, self._move)
        timeline.on(OutlookGone, lambda gone: self._items[gone.account].pop(gone.immutable_id))

    def add_draft(self, box: Mailbox, letter: Letter, properties: dict[str, str]) -> Item:
        """Keep a draft; it joins the conversation that its head names."""
        draft_id = self._world.save_draft(box, letter, box.thread_of(letter))
        message_id = box.drafts[draft_id]
        kept = OutlookDraft(
            account=box.address,
            immutable_id=f"AAkALg{message_id}",
            draft_id=draft_id,
            message_id=message_id,
            properties=json.dumps(properties),
        )
        self._timeline.commit(kept)
        return self._items[box.address][kept.immutable_id]

    def send(self, box: Mailbox, item: Item) -> None:
        """Accept a draft. One that is queued already is accepted once more: nobody forbids it."""
        if item.draft_id is not None and item.draft_id in box.drafts:
            sent = self._world.send_draft(box, item.draft_id, stamp=as_written)
        else:
            letter = box.messages[item.message_id].letter
            sent = self._world.send(box, letter, None, stamp=as_written)
        moves = self._world.ids.now_ms() + self.move_lag_ms
        self._timeline.commit(
            OutlookSent(
                account=box.address,
                immutable_id=item.immutable_id,
                message_id=sent.id,
                moves_ms=moves,
            )
        )

    def discard(self, box: Mailbox, item: Item) -> None:
        """Throw a draft away; one that is queued goes all the same."""
        if item.draft_id is not None and item.draft_id in box.drafts:
            self._world.drop_draft(box, item.draft_id)
        self._timeline.commit(OutlookGone(account=box.address, immutable_id=item.immutable_id))

    def item(self, box: Mailbox, immutable_id: str) -> Item | None:
        """Find a message by its id; what came in has one, too."""
        known = self._items.get(box.address, {}).get(immutable_id)
        if known is not None:
            return known
        message_id = immutable_id.removeprefix("AAkALg")
        if message_id not in box.messages or message_id in self._by_message:
            return None
        return Item(immutable_id=immutable_id, draft_id=None, message_id=message_id)

    def ours(self, box: Mailbox) -> list[Item]:
        """List what was made here as a draft, sent or not."""
        return list(self._items.get(box.address, {}).values())

    def is_draft(self, box: Mailbox, item: Item) -> bool:
        """Say whether it is still shown as a draft."""
        waiting = item.draft_id is not None and item.draft_id in box.drafts
        return waiting or item.moves_ms > self._world.ids.now_ms()

    def id_of(self, message: Message) -> str:
        """Give the immutable id of a message of the world."""
        return self._by_message.get(message.id, f"AAkALg{message.id}")

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._by_message.clear()
        self.move_lag_ms = 0

    def _keep(self, change: OutlookDraft) -> None:
        self._items.setdefault(change.account, {})[change.immutable_id] = Item(
            immutable_id=change.immutable_id,
            draft_id=change.draft_id,
            message_id=change.message_id,
            properties=json.loads(change.properties),
        )

    def _move(self, change: OutlookSent) -> None:
        item = self._items[change.account][change.immutable_id]
        item.message_id, item.draft_id = change.message_id, None
        item.moves_ms = change.moves_ms
        self._by_message[change.message_id] = change.immutable_id


def as_written(letter: Letter, box: Mailbox, at_ms: int) -> Letter:
    """Leave the head alone: Exchange gave it its Message-ID when the draft was made."""
    del box, at_ms
    return letter
