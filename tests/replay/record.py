"""`python -m tests.replay.record`: records histories of whole stories for the replay test.

Files are added, never edited: one that exists is left alone.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import WorkflowHandle

from domain.codes import ReasonCode
from domain.messages import Fact, PerformStep, PollReport, ResultKind, SourceReport, StepResult
from tests import temporal_server
from tests.factories import DAY, HOUR, MINUTE, enrollment_start
from tests.temporal.house import House, house
from tests.temporal.tellers import Tellers, tellers
from tests.temporal.watchers import Watchers, until, watchers

FOLDER = Path(__file__).parent / "histories"
Story = Callable[[House], Awaitable[WorkflowHandle]]
Telling = Callable[[Tellers], Awaitable[WorkflowHandle]]
Watching = Callable[[Watchers], Awaitable[WorkflowHandle]]


async def runs_to_its_end(home: House) -> WorkflowHandle:
    return await home.run(enrollment_start(due_at=datetime.now(UTC)))


async def paused_and_resumed(home: House) -> WorkflowHandle:
    handle = await home.start(enrollment_start(due_at=datetime.now(UTC) + HOUR))
    await handle.signal("pause", Fact(number=1))
    await home.forward(handle, DAY)
    await handle.signal("resume", Fact(number=2))
    await home.forward(handle, 8 * DAY)
    return handle


async def away_and_back(home: House) -> WorkflowHandle:
    handle = await home.start(enrollment_start(due_at=datetime.now(UTC)))
    await home.forward(handle, HOUR)
    back = datetime.now(UTC) + 9 * DAY
    await handle.signal("pause", Fact(number=1, code=ReasonCode.OUT_OF_OFFICE, until=back))
    await home.forward(handle, 20 * DAY)
    return handle


async def replied(home: House) -> WorkflowHandle:
    handle = await home.start(enrollment_start(due_at=datetime.now(UTC)))
    await home.forward(handle, HOUR)
    await handle.signal("reply_received", Fact(number=1, code=ReasonCode.REPLIED))
    await handle.result()
    return handle


async def deactivated_and_activated(home: House) -> WorkflowHandle:
    handle = await home.start(enrollment_start(due_at=datetime.now(UTC)))
    await home.forward(handle, DAY)
    await handle.signal("deactivate", Fact(number=1))
    await home.forward(handle, 10 * DAY)
    await handle.signal("activate", Fact(number=2))
    await home.forward(handle, 8 * DAY)
    return handle


async def held_and_released(home: House) -> WorkflowHandle:
    home.step.script.append(_held)
    handle = await home.start(enrollment_start(due_at=datetime.now(UTC)))
    await home.forward(handle, DAY)
    await handle.signal("resource_fixed", Fact(number=1, hold_id="hld_1"))
    await home.forward(handle, 8 * DAY)
    return handle


def _held(request: PerformStep, at: datetime) -> StepResult:
    return StepResult(
        kind=ResultKind.HELD,
        code=ReasonCode.MAILBOX_DISCONNECTED,
        hold_id="hld_1",
        resource="mbx_1",
    )


STORIES: tuple[Story, ...] = (
    runs_to_its_end,
    paused_and_resumed,
    away_and_back,
    replied,
    deactivated_and_activated,
    held_and_released,
)


async def webhook_taken_at_the_third_try(home: Tellers) -> WorkflowHandle:
    home.endpoint.failures = 2
    handle = await home.webhook()
    await home.forward(handle, 3 * HOUR)
    await handle.result()
    return handle


async def told_at_once_and_in_a_digest(home: Tellers) -> WorkflowHandle:
    home.owner.script.append(DAY)
    handle = await home.notices()
    await until(lambda: len(home.owner.looks) == 1, "the first look")
    await handle.signal("told")
    await home.forward(handle, 2 * DAY)
    await handle.result()
    return handle


async def digest_chosen_otherwise(home: Tellers) -> WorkflowHandle:
    home.owner.script.append(DAY)
    handle = await home.notices()
    await until(lambda: len(home.owner.looks) == 1, "the first look")
    await handle.signal("changed")
    await handle.result()
    return handle


TELLINGS: tuple[Telling, ...] = (
    webhook_taken_at_the_third_try,
    told_at_once_and_in_a_digest,
    digest_chosen_otherwise,
)


async def mailbox_with_news_and_a_knock(home: Watchers) -> WorkflowHandle:
    handle = await home.watch_mailbox()
    await until(lambda: home.inbox.polls == 1, "the first poll")
    home.inbox.news.append(PollReport(found=2, stopped=1))
    await home.forward(handle, 6 * MINUTE)
    await handle.signal("poll_now")
    await until(lambda: home.inbox.attempts[-1] == 1, "the poll after the knock")
    home.inbox.news.append(PollReport(closed=True))
    await handle.signal("removed")
    await until(lambda: not home.inbox.news, "the look that finds it gone")
    return handle


async def sequence_switched_and_archived(home: Watchers) -> WorkflowHandle:
    home.board.following = {"": "enr_5"}
    handle = await home.watch_sequence()
    await until(lambda: home.board.checks == 1, "the first check")
    await handle.signal("switched")
    await until(lambda: home.board.checks == 2, "the check after the switch")
    home.board.archived = True
    await handle.signal("archived")
    await handle.result()
    return handle


async def source_that_told_and_was_polled(home: Watchers) -> WorkflowHandle:
    home.source.news.append(SourceReport(found=1, stopped=1))
    handle = await home.watch_source("heard")
    await until(lambda: not home.source.news, "the news")
    await handle.signal("changed")
    await home.forward(handle, 6 * MINUTE)
    home.source.news.append(SourceReport(idle=True))
    await handle.signal("deleted")
    await handle.result()
    return handle


WATCHINGS: tuple[Watching, ...] = (
    mailbox_with_news_and_a_knock,
    sequence_switched_and_archived,
    source_that_told_and_was_polled,
)


async def main() -> None:
    """Record what is not recorded yet."""
    async with await temporal_server.start(temporal_server.command()) as environment:
        for story in STORIES:
            async with house(environment) as home:
                await _record(story.__name__, lambda story=story, home=home: story(home))
        for telling in TELLINGS:
            async with tellers(environment) as desk:
                await _record(telling.__name__, lambda told=telling, desk=desk: told(desk))
        for watching in WATCHINGS:
            async with watchers(environment) as post:
                await _record(watching.__name__, lambda seen=watching, post=post: seen(post))


async def _record(name: str, tell: Callable[[], Awaitable[WorkflowHandle]]) -> None:
    file = FOLDER / f"{name}.json"
    if file.exists():
        return
    handle = await asyncio.wait_for(tell(), timedelta(seconds=60).seconds)
    history = await handle.fetch_history()
    file.write_text(_anonymous(history.to_json()) + "\n", "utf-8")


def _anonymous(text: str) -> str:
    """Leave out which machine recorded it."""
    return re.sub(r'"[^"]*@[\w.-]+"', '"recorder"', text)


if __name__ == "__main__":
    asyncio.run(main())
