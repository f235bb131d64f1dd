"""The verdict on each race: from the provider's books and the API's answers, and nothing else.

What the engine says of itself (`sent_before_stop`) is only held against them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tools.drill.looks import Arrival, Send
from tools.drill.race.ways import Way


class Outcome(StrEnum):
    """How a race ended."""

    STOPPED = "stopped"  #: The message never left.
    SENT = "sent first"  #: It was accepted before the stop was there, or while it was answered.
    CROSSED = "crossed"  #: Named in the answer; or the reply came after the check had read.
    UNCLEAR = "unclear"  #: Somebody else read the inbox in between: it cannot be told.
    WRONG = "WRONG"
    MISSED = "missed"  #: The stop was never made.


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client saw of a stop, by its own clock (microseconds)."""

    asked_us: int
    answered_us: int
    named: frozenset[str] = frozenset()  #: Deliveries in `in_flight`.


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Everything known of one."""

    number: int
    kind: str
    way: Way
    sends: Sequence[Send]  #: What the provider accepted for this person, in its order.
    answer: Answer | None  #: None when the stop was refused, or never made.
    refused: bool = False
    is_named: bool = False  #: The answer names a delivery of this person.
    is_marked: bool | None = None  #: The engine marked it `sent_before_stop`; None: not asked.
    reply: Arrival | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of a race, and why."""

    race: Race
    outcome: Outcome
    why: str = ""
    crossing_us: int | None = None  #: From the stop to the acceptance that crossed it.


def judge(race: Race) -> Finding:
    """Say how a race ended."""
    step = race.way.step
    if len(race.sends) > step + 1:
        return Finding(race=race, outcome=Outcome.WRONG, why="sent twice")
    if race.answer is None and not race.refused:
        return Finding(race=race, outcome=Outcome.MISSED)
    if len(race.sends) <= step:
        if race.refused:
            why = "the stop was refused, and nothing was sent"
            return Finding(race=race, outcome=Outcome.WRONG, why=why)
        return Finding(race=race, outcome=Outcome.STOPPED)
    send = race.sends[step]
    if not send.looks:
        return Finding(race=race, outcome=Outcome.WRONG, why="accepted without a check")
    if race.refused or race.answer is None:
        return Finding(race=race, outcome=Outcome.SENT)
    return _of_answer(race, send, race.answer) if race.way.answers else _of_reply(race, send)


def _of_answer(race: Race, send: Send, answer: Answer) -> Finding:
    """A stop that was acknowledged: nothing is accepted after that, but what it named."""
    late = send.at_us - answer.answered_us
    if late <= 0:
        return Finding(race=race, outcome=Outcome.SENT)
    if not race.is_named:
        why = f"accepted {late / 1000:.0f} ms after an answer that did not name it"
        return Finding(race=race, outcome=Outcome.WRONG, why=why, crossing_us=late)
    return _crossed(race, late)


def _of_reply(race: Race, send: Send) -> Finding:
    """A reply in the mailbox: whoever checked after it came must not send."""
    reply = race.reply
    if reply is None:
        return Finding(race=race, outcome=Outcome.WRONG, why="the reply never came in")
    if reply.number > send.number:
        return Finding(race=race, outcome=Outcome.SENT)
    if reply.position <= send.looks[0].position:
        why = "the reply was in the mailbox when the check read it"
        return Finding(race=race, outcome=Outcome.WRONG, why=why)
    if reply.position <= send.looks[-1].position:
        return Finding(race=race, outcome=Outcome.UNCLEAR)
    return _crossed(race, send.at_us - reply.at_us)


def _crossed(race: Race, crossing_us: int) -> Finding:
    if race.is_marked is False:
        why = "it crossed, and is not marked sent_before_stop"
        return Finding(race=race, outcome=Outcome.WRONG, why=why, crossing_us=crossing_us)
    return Finding(race=race, outcome=Outcome.CROSSED, crossing_us=crossing_us)


class Verdict(StrEnum):
    """What a run shows."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"  #: Something that was to happen did not.


NEEDED = (Outcome.STOPPED, Outcome.SENT, Outcome.CROSSED)  #: Of each way, once at least.
DOUBTFUL = 0.02  #: The share of races, missed or unclear, from which on a run shows nothing.


def verdict(findings: Sequence[Finding], ways: Iterable[Way]) -> tuple[Verdict, str]:
    """Say what all of them together mean, and why."""
    wrong = [one for one in findings if one.outcome is Outcome.WRONG]
    if wrong:
        reasons = Counter(f"{one.race.way.name}: {one.why}" for one in wrong)
        shown = "; ".join(f"{why} ({count})" for why, count in reasons.most_common(3))
        return Verdict.FAILED, f"{len(wrong)} wrong: {shown}"
    seen = Counter((one.race.way.name, one.outcome) for one in findings)
    empty = [f"{w.name}/{o}" for w in ways for o in NEEDED if not seen[w.name, o]]
    if empty:
        return Verdict.INCONCLUSIVE, f"never happened: {', '.join(empty)}"
    doubtful = sum(one.outcome in (Outcome.MISSED, Outcome.UNCLEAR) for one in findings)
    if doubtful > DOUBTFUL * len(findings):
        return Verdict.INCONCLUSIVE, f"{doubtful} races were missed or cannot be told"
    return Verdict.PASSED, "nothing wrong"
