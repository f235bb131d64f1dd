"""The table of a race: a row for each way of stopping."""

import json
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from tools.drill.looks import Send
from tools.drill.race.judge import Finding, Outcome
from tools.drill.race.ways import Way

_COLUMNS = tuple(Outcome)
SUMMARY = "RACE "  #: Begins the line that another program reads.


def show(findings: Sequence[Finding], ways: Iterable[Way]) -> str:
    """Write the table: how the races ended, and how long after the stop what crossed was taken."""
    head = f"{'way':14}{'raced':>8}" + "".join(f"{one:>12}" for one in _COLUMNS)
    lines = [head + f"{'crossed by':>22}"]
    for way in ways:
        mine = [one for one in findings if one.race.way is way]
        counts = Counter(one.outcome for one in mine)
        row = f"{way.name:14}{len(mine):>8}" + "".join(f"{counts[one]:>12}" for one in _COLUMNS)
        lines.append(row + f"{_times(mine):>22}")
    return "\n".join(lines)


def _times(findings: Iterable[Finding]) -> str:
    crossings = [
        one.crossing_us / 1000
        for one in findings
        if one.outcome is Outcome.CROSSED and one.crossing_us is not None
    ]
    if not crossings:
        return "."
    return f"{statistics.median(crossings):,.0f} ms, max {max(crossings):,.0f}"


def gaps(sends: Iterable[Send]) -> list[float]:
    """Give for each checked send how long its sender had not read the inbox (ms), in order."""
    return sorted(send.gap_us / 1000 for send in sends if send.gap_us is not None)


def show_gaps(sends: Sequence[Send]) -> str:
    """Say how long a send is blind: from the last reading of its inbox to its acceptance."""
    found = gaps(sends)
    if not found:
        return "No send was checked."
    return (
        f"{len(found)} of {len(sends)} sends checked; check to accept: median"
        f" {statistics.median(found):,.0f} ms, p99 {at_rank(found, 99):,.0f} ms,"
        f" max {found[-1]:,.0f} ms"
    )


def at_rank(ordered: Sequence[float], rank: int) -> float:
    """Give a percentile by nearest rank."""
    return ordered[max(0, -(-len(ordered) * rank // 100) - 1)]


def summary(findings: Sequence[Finding], blind_ms: Sequence[float]) -> str:
    """Write one line for a program: the replies, how many crossed, how blind the sends were."""
    replies = [one for one in findings if not one.race.way.answers]
    met = [one for one in replies if one.race.sends[one.race.way.step :]]
    told = {
        "replies": len(replies),
        "after_reply": sum(_came_before(one) for one in met),
        "blind_ms": statistics.fmean(blind_ms) if blind_ms else None,
    }
    return SUMMARY + json.dumps(told)


def _came_before(finding: Finding) -> bool:
    """Say whether a message was accepted though the reply lay in the mailbox, for any reason."""
    reply = finding.race.reply
    send = finding.race.sends[finding.race.way.step]
    return reply is not None and reply.number < send.number
