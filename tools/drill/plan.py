"""Which fault strikes whom, decided by a seed, so that the same seed strikes the same calls."""

import hashlib
import hmac
import json
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tools.drill.grid import ON_THE_WIRE, WIRE, Fault, Point, cells_of

STOPPED = 25  #: Every so many-th candidate is stopped by API while the others run.
EACH = 1  #: How often each process fault is planned at each point, in a run that is large enough.


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault for one candidate's message."""

    point: Point
    fault: Fault


def plan(
    seed: str,
    who: dict[str, list[int]],
    *,
    points: list[str] | None,
    ambiguous: bool,
    each: int = EACH,
) -> dict[int, list[Strike]]:
    """Plan the strikes of a run: `who` has the numbers of the candidates by kind of mailbox.

    The first candidates, in an order that the seed decides, meet every cell in turn; the others
    meet a fault of the answer, all of them where `ambiguous` says so, else every other one.
    """
    found: dict[int, list[Strike]] = {}
    for kind, numbers in who.items():
        shuffled = sorted(numbers, key=lambda number: _draw(seed, kind, number))
        cells = [
            Strike(point, fault)
            for point, fault in cells_of(kind)
            if points is None or point.name in points
        ]
        staying = [number for number in shuffled if number % STOPPED]  # Nobody stops them.
        planned = [] if ambiguous else staying[: len(cells) * each]
        for place, number in enumerate(planned):
            found[number] = [cells[place % len(cells)]]
        answers = [(p, f) for p, f in cells_of(kind) if p is Point.SEND_ANSWER and f in WIRE]
        rest = [number for number in shuffled if number not in found]
        if points is not None and Point.SEND_ANSWER.name not in points:
            rest = []
        for place, number in enumerate(rest if ambiguous else rest[::2]):
            point, fault = answers[place % len(answers)]
            found[number] = [Strike(point, fault)]
    return found


def _draw(seed: str, kind: str, number: int) -> bytes:
    return hmac.new(seed.encode(), f"{kind}:{number}".encode(), hashlib.sha256).digest()


class Struck:
    """The file of what happened: a line is written before the fault, so that none comes twice."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def has_happened(self, number: int, strike: Strike) -> bool:
        """Say whether a strike was taken already."""
        return self._mark(number, strike).exists()

    def claim(self, number: int, strike: Strike) -> bool:
        """Take a strike; False when it happened before."""
        try:
            handle = os.open(self._mark(number, strike), os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        os.write(handle, strike.fault.name.encode())
        os.fsync(handle)
        os.close(handle)
        return True

    def _mark(self, number: int, strike: Strike) -> Path:
        return self._path / f"{number}-{strike.point.name}"

    def counts(self) -> Counter[tuple[Point, Fault]]:
        """Count what happened."""
        found: Counter[tuple[Point, Fault]] = Counter()
        for mark in self._path.iterdir():
            fault = mark.read_text("utf-8")
            if fault:
                found[Point[mark.name.partition("-")[2]], Fault[fault]] += 1
        return found


def write(path: Path, strikes: dict[int, list[Strike]], numbers: dict[str, int]) -> None:
    """Write the plan for the workers; `numbers` has each enrollment's candidate."""
    told = {
        "numbers": numbers,
        "strikes": {
            number: [[one.point.name, one.fault.name] for one in many]
            for number, many in strikes.items()
        },
    }
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(told), "utf-8")
    fresh.rename(path)


def read(path: Path) -> tuple[dict[str, int], dict[int, list[Strike]]]:
    """Read a written plan."""
    told = json.loads(path.read_text("utf-8"))
    strikes = {
        int(number): [Strike(Point[point], Fault[fault]) for point, fault in many]
        for number, many in told["strikes"].items()
    }
    return told["numbers"], strikes


def is_on_the_wire(strike: Strike) -> bool:
    """Say whether the proxy does it."""
    return strike.point in ON_THE_WIRE
