"""What telling needs of the outside, as Protocols; `providers` and `records` satisfy them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.messages import NoticesStart, WebhookStart
from domain.notice_text import Item
from domain.notices import NoticeChannel
from domain.outside import UrlFault
from domain.webhooks import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back from somebody's server."""

    status: int
    text: str = ""  #: The beginning of the body.
    retry_after: timedelta | None = None


class NotReached(Exception):
    """No whole answer came; the text says why, without the address or what was sent."""


class NotAllowed(Exception):
    """The address is not one that may be called (any more)."""

    def __init__(self, fault: UrlFault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class Outside(Protocol):
    """Calls addresses that people gave us. Thread-safe."""

    def check(self, url: str) -> UrlFault | None:
        """Look the address up and say why it would not be called; calls nothing."""
        ...

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Post once, follow nothing. Raises NotAllowed or NotReached."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTry:
    """What one try sends; its number and moment are booked already."""

    endpoint_id: str
    url: str = field(repr=False)
    secrets: Sequence[bytes] = field(repr=False)  #: The newest first.
    told: Told
    sent_at: int  #: Machine time, Unix seconds.
    failures: int  #: Tries of this round that failed before.
    is_failing: bool = False  #: Its endpoint's last try failed.


class WebhookFate(StrEnum):
    """What a failed try leads to."""

    AGAIN = "again"
    FAILED = "failed"  #: That was the last.
    STOPPED = "stopped"  #: The endpoint is switched off.


class WebhookLedger(Protocol):
    """The rows of webhooks on their way; each call is one transaction."""

    def begin(self, start: WebhookStart) -> WebhookTry | None:
        """Give what to send; None when nothing is to be sent any more."""
        ...

    def delivered(self, start: WebhookStart, answer: Answered, took: timedelta) -> None:
        """Note a success."""
        ...

    def failed(
        self,
        start: WebhookStart,
        answer: Answered | None,
        why: str,
        took: timedelta,
        *,
        wait: timedelta | None,
    ) -> WebhookFate:
        """Note a failure; `wait` is None when it was the last try. 410 switches the endpoint off,
        and so does a failure after days without any success.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one message to an owner says, and where it goes. Fixed until it is settled."""

    id: str
    channel: NoticeChannel
    to: str = field(repr=False)  #: An e-mail address, a telephone number, or a hook's URL.
    mailbox_id: str | None  #: Which mailbox it leaves from (email).
    mailbox_address: str = field(default="", repr=False)
    items: Sequence[Item] = field(repr=False)
    written_at: datetime  #: Machine time (UTC), of the batch's first try.
    failures: int = 0  #: Tries of this batch that failed.


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Nothing is told before a moment (business time)."""

    until: datetime


class OwnerLedger(Protocol):
    """The rows of what an owner is to be told; each call is one transaction."""

    def begin(self, start: NoticesStart, at: datetime) -> Batch | Later | None:
        """Give what to tell now, or when; None when nothing waits.

        What cannot be told for want of a number, an address or a mailbox is set aside and logged.
        """
        ...

    def told(self, start: NoticesStart, batch: Batch) -> None:
        """Note that a batch was taken."""
        ...

    def failed(
        self, start: NoticesStart, batch: Batch, why: str, *, wait: timedelta | None, gone: bool
    ) -> None:
        """Note a failed try; without `wait` the batch is given up. `gone` switches the channel
        off: what was to be told over it is told by nobody, and its owner learns that by e-mail.
        """
        ...


class Refusal(StrEnum):
    """How a try to tell somebody failed."""

    RETRY = "retry"  #: It may work later.
    GIVE_UP = "give_up"  #: This message never works.
    GONE = "gone"  #: This receiver never works.


class Untold(Exception):
    """Somebody could not be told; the text holds no address and no content."""

    def __init__(self, why: str, refusal: Refusal, *, retry_after: timedelta | None = None) -> None:
        super().__init__(why)
        self.refusal = refusal
        self.retry_after = retry_after


class Teller(Protocol):
    """Tells somebody over one channel. Thread-safe."""

    def tell(self, batch: Batch, workspace_id: str) -> None:
        """Tell. Raises Untold."""
        ...
