"""Sends webhooks: late, twice or wrongly signed on demand, and again while nobody answers."""

import asyncio
from dataclasses import dataclass, field, replace

import httpx

from sandbox.sources.diary import Account, Diary, Interview
from sandbox.sources.webhooks import fresh_mark, sign, write

TRIES = 12  #: Of one delivery, while the receiver is away or answers 5xx.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  #: Seconds between two tries, doubled each time.
_REPORTS = 1000  #: How many are remembered.


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an event is sent."""

    copies: int = 1
    delay_ms: int = 0
    wrong_signature: bool = False
    signed_seconds_ago: int = 0


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of one delivery."""

    account: str
    interview: int
    event: str
    answers: list[int] = field(default_factory=list[int])  #: Statuses; 0: no answer.
    done: bool = False


class Messenger:
    """Everything that is on its way; nothing of it outlives the process."""

    def __init__(self, diary: Diary) -> None:
        self.reports: list[Report] = []
        self._diary = diary
        self._under_way: set[asyncio.Task[None]] = set()

    def tell(self, account: Account, interview: Interview, manner: Manner) -> int:
        """Send the event of an interview; returns how many deliveries that is."""
        mark = fresh_mark()
        content = write(account, interview, mark)
        if not account.webhook_url or content is None:
            return 0
        event = str(content.get("event") or content.get("triggerEvent") or content.get("type"))
        for _ in range(manner.copies):
            report = Report(account=account.name, interview=interview.number, event=event)
            self.reports = [*self.reports[-_REPORTS:], report]
            sending = self._send(account, content, mark, manner, report)
            task = asyncio.get_running_loop().create_task(sending)
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return manner.copies

    def clear(self) -> None:
        """Forget what was sent, and send no more of it."""
        for task in self._under_way:
            task.cancel()
        self.reports = []

    async def _send(
        self, account: Account, content: dict[str, object], mark: str, manner: Manner, told: Report
    ) -> None:
        await asyncio.sleep(manner.delay_ms / 1000)
        signer = _forger(account) if manner.wrong_signature else account
        pause = _FIRST_PAUSE
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            for _ in range(TRIES):
                at_ms = self._diary.now_ms() - manner.signed_seconds_ago * 1000
                headers, body = sign(signer, content, mark, at_ms)
                try:
                    answer = await client.post(account.webhook_url, content=body, headers=headers)
                    told.answers.append(answer.status_code)
                except httpx.TransportError:
                    told.answers.append(0)
                if 0 < told.answers[-1] < 500:
                    break
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        told.done = True


def _forger(account: Account) -> Account:
    """Give the account of somebody who does not know the secret."""
    return replace(account, secret="whsec_" + "A" * 43 + "=", api_key="")
