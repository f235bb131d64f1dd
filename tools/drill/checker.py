"""The verdict: from the provider's ledger and the API's acknowledgements, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tools.drill.scene import Ack


class Verdict(StrEnum):
    """What a run shows."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"  #: Something that was to happen did not.


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found, by the candidates' numbers."""

    accepted: int
    twice: tuple[int, ...]
    lost: tuple[int, ...]
    after_stop: tuple[int, ...]
    unknown: tuple[int, ...]
    empty_cells: tuple[str, ...]
    at_once: int  #: Sends that the provider had open at once.
    in_flight: int  #: How many there may be.

    @property
    def verdict(self) -> Verdict:
        """Say what it means; an unknown outcome is no fault, but it is counted."""
        if self.twice or self.lost or self.after_stop or self.at_once > self.in_flight:
            return Verdict.FAILED
        return Verdict.INCONCLUSIVE if self.empty_cells else Verdict.PASSED

    @property
    def reasons(self) -> str:
        """Say what is wrong."""
        found = {"twice": self.twice, "lost": self.lost, "after a stop": self.after_stop}
        wrong = [f"{name} {len(many)}" for name, many in found.items() if many]
        if self.at_once > self.in_flight:
            wrong.append(f"{self.at_once} at once, {self.in_flight} allowed")
        return ", ".join(wrong) or "nothing"


def check(
    ledger: Sequence[Mapping[str, Any]],
    *,
    numbers: Iterable[int],
    acks: Mapping[int, Ack],
    unknown: Iterable[int],
    empty_cells: Iterable[str],
    at_once: int = 0,
    in_flight: int = 1,
) -> Findings:
    """Hold what was accepted against what should have been."""
    accepted = Counter(number_of(row) for row in ledger)
    first = {number_of(row): int(row["at_ms"]) for row in reversed(ledger)}
    unsure = set(unknown)
    lost = [n for n in numbers if not accepted[n] and n not in acks and n not in unsure]
    after = [n for n, ack in acks.items() if not ack.may_cross and first.get(n, 0) > ack.at_ms]
    return Findings(
        accepted=len(ledger),
        twice=tuple(sorted(n for n, count in accepted.items() if count > 1)),
        lost=tuple(sorted(lost)),
        after_stop=tuple(sorted(after)),
        unknown=tuple(sorted(unsure)),
        empty_cells=tuple(empty_cells),
        at_once=at_once,
        in_flight=in_flight,
    )


def number_of(row: Mapping[str, Any]) -> int:
    """Read a candidate's number off the address."""
    address = str(row["to"][0])
    return int(address.partition("@")[0].removeprefix("c"))
