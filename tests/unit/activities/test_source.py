"""How a source is asked: in batches, within its time, at the pace that it allows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import source as module
from activities.source import BATCH, SourceActivities
from domain.errors import NotFound, ProviderError, Throttled, Unavailable
from domain.messages import SourceReport, SourceStart
from domain.sources.asking import (
    Found,
    Listed,
    Listing,
    SourceRefused,
    SourceStanding,
    StoredEvent,
    Whose,
)
from domain.sources.happening import Question
from domain.sources.kinds import SourceFault

NOW = datetime(2026, 11, 26, tzinfo=UTC)
EVERY = timedelta(minutes=5)
POLLED = SourceStanding(is_open=True, is_polled=True, cursor="1", now=NOW)
TOLD = SourceStanding(is_open=True, now=NOW)


@dataclass
class System:
    """The client, and what opens it."""

    keys: Sequence[str] = ()
    faults: list[ProviderError] = field(default_factory=list[ProviderError])
    gone: Sequence[str] = ()
    opened: int = 0

    def open(self, source_id: str, workspace_id: str) -> "System":
        self.opened += 1
        return self

    def interviews(self, cursor: str | None, now: datetime) -> Listing:
        self._trip()
        listed = [Listed(key=key, question=Question(interview_id=key)) for key in self.keys]
        return Listing(interviews=tuple(listed), cursor="2")

    def whose(self, question: Question) -> Whose:
        self._trip()
        if question.interview_id in self.gone:
            raise NotFound("gone")
        return Whose(addresses=(question.interview_id,))

    def _trip(self) -> None:
        if self.faults:
            raise self.faults.pop(0)


@dataclass
class Desk:
    """What is remembered."""

    now: SourceStanding
    events: list[StoredEvent] = field(default_factory=list[StoredEvent])
    accepted: list[tuple[list[str], str | None]] = field(
        default_factory=list[tuple[list[str], str | None]]
    )
    settled: dict[str, bool] = field(default_factory=dict[str, bool])
    postponed: list[str] = field(default_factory=list[str])
    seen: set[str] = field(default_factory=set[str])
    failures: int = 0
    answers: int = 0

    def standing(self, source_id: str, workspace_id: str) -> SourceStanding:
        waits = timedelta() if self.events else None
        late = timedelta(seconds=30) if self.postponed else None
        return replace(self.now, next_event_in=waits if waits is not None else late)

    def stored(self, source_id: str, workspace_id: str, limit: int) -> Sequence[StoredEvent]:
        given, self.events = self.events[:limit], self.events[limit:]
        return given

    def settle(self, event: StoredEvent, workspace_id: str, whose: Whose | None) -> int:
        self.settled[event.id] = whose is not None
        return int(whose is not None)

    def postpone(self, event: StoredEvent, workspace_id: str, error: ProviderError) -> None:
        self.postponed.append(event.id)

    def unseen(self, source_id: str, workspace_id: str, keys: Sequence[str]) -> set[str]:
        return set(keys) - self.seen

    def accept(
        self, source_id: str, workspace_id: str, found: Sequence[Found], cursor: str | None
    ) -> int:
        self.accepted.append(([one.key for one in found], cursor))
        self.seen |= {one.key for one in found}
        return len(found)

    def failed(self, source_id: str, workspace_id: str, error: ProviderError) -> int:
        self.failures += 1
        return self.failures

    def answered(self, source_id: str, workspace_id: str, *, polled: bool) -> None:
        self.answers += 1


def ask(system: System, desk: Desk) -> SourceReport | timedelta | None:
    """Give what one try returns, or after how long it asks to be tried again."""
    activities = SourceActivities(clients=system, desk=desk, every=EVERY)
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, start_to_close_timeout=timedelta(seconds=120))
    try:
        return environment.run(
            activities.watch_source, SourceStart(source_id="src_1", workspace_id="wsp_1")
        )
    except ApplicationError as error:
        return error.next_retry_delay


def event(id_: str) -> StoredEvent:
    return StoredEvent(id=id_, question=Question(interview_id=id_))


def test_a_quiet_poll_waits_for_the_next_one() -> None:
    system, desk = System(), Desk(POLLED)

    assert ask(system, desk) == EVERY
    assert desk.accepted == [([], "2")]
    assert desk.answers == 1


def test_the_cursor_moves_with_the_last_batch() -> None:
    keys = [f"i{n:03}" for n in range(2 * BATCH + 5)]
    desk = Desk(POLLED)

    report = ask(System(keys=keys), desk)

    assert report == SourceReport(found=len(keys), stopped=len(keys))
    assert [cursor for _, cursor in desk.accepted] == [None, None, "2"]
    assert [key for batch, _ in desk.accepted for key in batch] == keys


def test_what_was_brought_before_is_not_asked_about_again() -> None:
    desk = Desk(POLLED, seen={"i1"})

    ask(System(keys=["i1", "i2"]), desk)

    assert desk.accepted == [(["i2"], "2")]


def test_a_fault_in_the_middle_keeps_what_was_done_and_goes_on_there() -> None:
    keys = [f"i{n:03}" for n in range(BATCH + 5)]
    system, desk = System(keys=keys), Desk(POLLED)
    fine = [None] * (BATCH + 2)
    calls = iter([*fine, Unavailable("503")])

    def trip() -> None:
        fault = next(calls, None)
        if fault is not None:
            raise fault

    system._trip = trip  # type: ignore[method-assign]

    assert ask(system, desk) == timedelta(seconds=2)
    assert desk.accepted == [(keys[:BATCH], None)]
    ask(system, desk)
    assert desk.accepted[1:] == [(keys[BATCH:], "2")]


def test_past_its_time_it_goes_on_in_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESERVE", timedelta(seconds=121))
    desk = Desk(POLLED)

    assert ask(System(keys=["i1"]), desk) == timedelta(seconds=1)
    assert desk.accepted == []


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Throttled("slow", retry_after=timedelta(seconds=30)), timedelta(seconds=30)),
        (Throttled("slow", retry_after=timedelta(minutes=20)), timedelta(minutes=20)),
        (Throttled("slow"), timedelta(seconds=2)),
        (Unavailable("503"), timedelta(seconds=2)),
        (NotFound("another account"), EVERY),
        (SourceRefused("key", fault=SourceFault.KEY_REFUSED), EVERY),
    ],
)
def test_a_fault_sets_the_pace(fault: ProviderError, wait: timedelta) -> None:
    desk = Desk(POLLED)

    assert ask(System(faults=[fault]), desk) == wait
    assert (desk.failures, desk.answers) == (1, 0)


class TestASourceThatTells:
    def test_with_nothing_stored_is_not_even_opened(self) -> None:
        system, desk = System(), Desk(TOLD)

        assert ask(system, desk) == SourceReport(idle=True)
        assert (system.opened, desk.answers) == (0, 0)

    def test_that_was_removed_is_left_alone(self) -> None:
        system = System()

        assert ask(system, Desk(replace(TOLD, is_open=False))) == SourceReport(idle=True)
        assert system.opened == 0

    def test_is_asked_about_what_it_told(self) -> None:
        desk = Desk(TOLD, events=[event("a"), event("b")])

        assert ask(System(gone=["b"]), desk) == SourceReport(found=2, stopped=1)
        assert desk.settled == {"a": True, "b": False}

    def test_without_an_answer_for_one_goes_on_with_the_others(self) -> None:
        desk = Desk(TOLD, events=[event("a"), event("b")])

        report = ask(System(faults=[Unavailable("503")]), desk)

        assert report == SourceReport(found=1, stopped=1)
        assert (desk.postponed, desk.settled) == (["a"], {"b": True})

    def test_waits_for_the_one_that_was_postponed(self) -> None:
        desk = Desk(TOLD, events=[event("a")])

        assert ask(System(faults=[Unavailable("503")]), desk) == timedelta(seconds=30)

    def test_that_refuses_the_key_keeps_everything(self) -> None:
        refused = SourceRefused("key", fault=SourceFault.KEY_REFUSED)
        desk = Desk(TOLD, events=[event("a"), event("b")])

        assert ask(System(faults=[refused]), desk) == EVERY
        assert (desk.settled, desk.postponed) == ({}, [])
