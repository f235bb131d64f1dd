"""One race from end to end, and the same beside a build that reads inboxes by the poll only."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tools.drill.broken import apply, copy_tree
from tools.drill.looks import Arrival, Send, arrivals_in, sends_in
from tools.drill.race.builds import POLL_ONLY
from tools.drill.race.course import Course
from tools.drill.race.judge import Finding, Outcome, Race, Verdict, judge, verdict
from tools.drill.race.plan import Plan, plan
from tools.drill.race.report import SUMMARY, show, show_gaps, summary
from tools.drill.race.starter import Starter
from tools.drill.race.ways import BY_NAME, WAYS, Racer, Way, address_of
from tools.stack.stack import Stack

LATENCY_MS = 100  #: What every call of the provider takes.
SETTLE = 30.0  #: Seconds within which what is on its way is accepted.
CALM = 4.0  #: Seconds without a draft or a send after which there comes no more.
HEARD = 30.0  #: Seconds within which replies are heard of, once the inboxes are read.
POLL_ONLY_SHARE = 10  #: One of so many races runs against the build that only polls.
POLL_ONLY_LEAST = 40

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceOrder:
    """What to race."""

    seed: str
    races: int
    kinds: list[str]
    ways: tuple[Way, ...] = WAYS
    poll_only: bool = False  #: This build reads inboxes by the poll only: count, do not judge.
    compare: bool = True  #: Race such a build, too.
    patience: float = 240.0  #: Seconds without any progress after which what is open was missed.

    @property
    def line(self) -> str:
        """The command that runs it again."""
        kinds = ",".join(self.kinds)
        ways = "" if self.ways == WAYS else f" WAYS={','.join(way.name for way in self.ways)}"
        return f"make drill RACE={self.races} SEED={self.seed} PROVIDERS={kinds}{ways}"


def race(home: Path, order: RaceOrder, say: Say = print) -> int:
    """Run it and print what was found; 0 passed, 1 failed, 2 inconclusive."""
    begun = time.monotonic()
    findings, sends = run(home, order, say)
    blind = [one.blind_us / 1000 for one in sends if one.blind_us is not None]
    ours = summary(findings, blind)
    if order.poll_only:
        say(ours)
        return 0
    say(show(findings, order.ways))
    slow = {address_of(heat.number) for heat in _plan(order).heats if heat.slow}
    say(show_gaps([send for send in sends if send.to not in slow]))
    if order.compare and any(not way.answers for way in order.ways):
        say(_compared(ours, _poll_only(order, say)))
    found, why = verdict(findings, order.ways)
    for one in [it for it in findings if it.outcome is Outcome.WRONG][:5]:
        say(f"  candidate {one.race.number} ({one.race.kind}, {one.race.way.name}): {one.why}")
    say(f"{found}: {why}; {time.monotonic() - begun:.0f} s. Again: {order.line}")
    return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INCONCLUSIVE: 2}[found]


def run(home: Path, order: RaceOrder, say: Say) -> tuple[list[Finding], list[Send]]:
    """Race on a stack of its own; gives the findings, and every send that the provider took."""
    os.environ["REPRISE_API_RATE"] = "100000"
    dealt = _plan(order)
    with Stack(home, say=lambda text: None):
        course = Course(home)
        course.open_boxes(dealt, order.kinds)
        course.slow_down(LATENCY_MS)
        say(f"{len(dealt.heats)} races on {len(course.boxes)} mailboxes: {', '.join(order.kinds)}")
        racers: dict[int, Racer] = {}
        with Starter(course) as starter:
            for lane in course.line_up(dealt):
                racers |= {racer.number: racer for racer in lane.racers}
                starter.add(lane)
            _await(starter, say, order.patience)
            _until(lambda: _is_over(starter, course), SETTLE)
        for fault in starter.faults[:5]:
            say(f"  {fault[:300]}")
        starter.lines += course.chronicle(len(starter.lines))
        sends = sends_in(starter.lines)
        races = _races(dealt, racers, starter, sends, course)
        if order.poll_only:
            return [judge(one) for one in races], sends
        course.hear()
        return _marked([judge(one) for one in races], racers, course), sends


def _plan(order: RaceOrder) -> Plan:
    return plan(order.seed, order.races, order.kinds, order.ways)


def _await(starter: Starter, say: Say, patience: float) -> None:
    """Wait until every stop was made, or nothing happens any more."""
    done, moved, told = -1, time.monotonic(), time.monotonic()
    while starter.done < starter.begun and time.monotonic() - moved < patience:
        if (starter.done, len(starter.lines)) != done:
            done, moved = (starter.done, len(starter.lines)), time.monotonic()
        if time.monotonic() - told > 10:
            told = time.monotonic()
            say(f"  {starter.done} of {starter.begun} stopped")
        time.sleep(0.2)


def _is_over(starter: Starter, course: Course) -> bool:
    """Say whether nothing was written and nothing is on its way for a while."""
    writes = ("prepared", "accepted")
    last = max((it["at_us"] for it in starter.lines if it["kind"] in writes), default=0)
    return time.time() - last / 1e6 > CALM and course.is_quiet()


def _until(true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def _races(
    dealt: Plan,
    racers: dict[int, Racer],
    starter: Starter,
    sends: Iterable[Send],
    course: Course,
) -> list[Race]:
    by_person: dict[str, list[Send]] = defaultdict(list)
    for send in sends:
        by_person[send.to].append(send)
    replies: dict[tuple[str, str], Arrival] = {}
    for came in arrivals_in(starter.lines):
        replies.setdefault((came.account, came.sender), came)
    found: list[Race] = []
    named: dict[frozenset[str], set[str]] = {frozenset(): set()}
    for heat in dealt.heats:
        racer, answer = racers[heat.number], starter.answers.get(heat.number)
        if answer is not None and answer.named not in named:
            named[answer.named] = course.whose(answer.named)
        one = Race(
            number=heat.number,
            kind=heat.kind,
            way=BY_NAME[heat.way],
            sends=by_person[racer.address],
            answer=answer,
            refused=heat.number in starter.refused,
            is_named=answer is not None and racer.enrollment in named[answer.named],
            reply=replies.get((racer.account, racer.address)),
        )
        found.append(one)
    return found


def _marked(findings: Sequence[Finding], racers: dict[int, Racer], course: Course) -> list[Finding]:
    """Ask the engine for its mark where something crossed; a reply must have been heard first."""
    deadline = time.monotonic() + HEARD
    found: list[Finding] = []
    for finding in findings:
        if finding.outcome is Outcome.CROSSED:
            racer, step = racers[finding.race.number], finding.race.way.step
            left = max(0, deadline - time.monotonic())
            is_marked = _until(lambda r=racer, s=step: course.is_marked(r, s), left)
            finding = judge(replace(finding.race, is_marked=is_marked))
        found.append(finding)
    return found


def _poll_only(order: RaceOrder, say: Say) -> dict[str, Any]:
    """Race replies against a copy that does not look into the inbox before a send."""
    races = max(POLL_ONLY_LEAST, order.races // POLL_ONLY_SHARE)
    replies = [way.name for way in order.ways if not way.answers]
    say(f"The same against a build that reads inboxes every five minutes only: {races} replies")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "tree"
        copy_tree(copy)
        apply(POLL_ONLY, copy)
        command = [sys.executable, "-W", "ignore", "-m", "tools.drill", "--seed", order.seed]
        command += ["--race", str(races), "--providers", ",".join(order.kinds), "--poll-only"]
        command += ["--ways", ",".join(replies)]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    return _summary(done.stdout.splitlines()) or {"failed": done.stderr[-500:]}


def _summary(lines: Sequence[str]) -> dict[str, Any] | None:
    told = [line for line in lines if line.startswith(SUMMARY)]
    return json.loads(told[-1].removeprefix(SUMMARY)) if told else None


def _compared(ours: str, theirs: dict[str, Any]) -> str:
    """Say both builds' share of crossings, and for how long a send of each is blind."""
    mine = _summary([ours])
    if mine is None or "failed" in theirs or not theirs["replies"]:
        return f"The build that only polls could not be raced: {theirs.get('failed', '')}"
    shares = [f"{it['after_reply']} of {it['replies']}" for it in (mine, theirs)]
    text = f"Left though a reply lay in the mailbox: {shares[0]}; by polls only {shares[1]}."
    if mine["blind_ms"] and theirs["blind_ms"]:
        times = theirs["blind_ms"] / mine["blind_ms"]
        text += (
            f" An inbox was not read for {mine['blind_ms']:,.0f} ms before a send, on average;"
            f" by polls only {theirs['blind_ms']:,.0f} ms: {times:,.0f} times longer."
        )
    return text
