"""One drill from end to end: stack, proxies, people, faults, verdict."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.drill import plan, proxy
from tools.drill.checker import Findings, Verdict, check, number_of
from tools.drill.grid import WIRE, cells_of
from tools.drill.report import show
from tools.drill.scene import Scene
from tools.stack import stack as stacks

_USUAL = 50
SLOW_MS = 1000  #: The provider's latency where few sends may be in flight.
SETTLED = frozenset({"no_response", "send_outcome_unknown", "unenrolled_by_user"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to drill."""

    seed: str
    sends: int
    kinds: list[str]
    points: list[str] | None
    ambiguous: bool
    each: int = plan.EACH  #: How often each fault is planned at each point.
    in_flight: int = 50  #: How many sends may be at once; few, and a slow provider shows it.
    patience: float = (
        240.0  #: Seconds without any progress after which what is open counts as lost.
    )

    @property
    def line(self) -> str:
        """The command that runs it again."""
        more = f" POINTS={','.join(self.points)}" if self.points else ""
        more += " AMBIGUOUS=1" if self.ambiguous else ""
        more += f" EACH={self.each}" if self.each != plan.EACH else ""
        more += f" IN_FLIGHT={self.in_flight}" if self.in_flight != _USUAL else ""
        kinds = ",".join(self.kinds)
        return f"make drill SEED={self.seed} SENDS={self.sends} PROVIDERS={kinds}{more}"


def drill(home: Path, order: Order, say: Callable[[str], None] = print) -> int:
    """Run it and print what was found; 0 passed, 1 failed, 2 inconclusive."""
    begun = time.monotonic()
    findings, counts = _run(home, order, say)
    say(show(order.kinds, counts, planned=_planned(order)))
    say(
        f"{findings.accepted} accepted of {order.sends}; twice {len(findings.twice)}, lost"
        f" {len(findings.lost)}, after an acknowledged stop {len(findings.after_stop)}, unknown"
        f" {len(findings.unknown)}, at once {findings.at_once} of {order.in_flight};"
        f" {time.monotonic() - begun:.0f} s"
    )
    if findings.empty_cells:
        say(f"Never happened: {', '.join(findings.empty_cells)}")
    say(f"{findings.verdict}: {findings.reasons}. Again: {order.line}")
    return {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.INCONCLUSIVE: 2}[findings.verdict]


def _planned(order: Order) -> set[tuple[str, str]]:
    return {
        (point.name, fault.name)
        for kind in order.kinds
        for point, fault in cells_of(kind)
        if order.points is None or point.name in order.points
        if not order.ambiguous or point.name == "SEND_ANSWER"
    }


def _run(
    home: Path, order: Order, say: Callable[[str], None]
) -> tuple[Findings, dict[tuple[str, str], int]]:
    (home / "struck").mkdir(parents=True)
    stacks.LONGEST_PAUSE = 0.2  # Whoever is killed on purpose is back at once.
    os.environ["REPRISE_PROVIDER_TIMEOUT_SECONDS"] = "3"
    os.environ["REPRISE_API_RATE"] = "100000"
    os.environ["REPRISE_SENDS_IN_FLIGHT"] = str(order.in_flight)
    with _Proxies(home), stacks.Stack(home, worker=("-m", "tools.drill.worker"), say=_quiet):
        scene = Scene(home)
        who = scene.prepare(order.kinds, order.sends)
        strikes = plan.plan(
            order.seed, who, points=order.points, ambiguous=order.ambiguous, each=order.each
        )
        plan.write(home / "drill.json", strikes, scene.numbers)
        say(f"{order.sends} enrolled on {', '.join(order.kinds)}; {len(strikes)} strikes planned")
        scene.slow_down(0 if order.in_flight == _USUAL else SLOW_MS)
        scene.activate()
        _watch(scene, say, order.patience)
        for line in scene.stuck(SETTLED):
            say(f"  came to no end: {line}")
        counts = {
            (p.name, f.name): n for (p, f), n in plan.Struck(home / "struck").counts().items()
        }
        ledger = scene.ledger()
        empty = [f"{p}/{f}" for p, f in sorted(_planned(order)) if not counts.get((p, f))]
        findings = check(
            ledger,
            numbers=scene.numbers.values(),
            acks=scene.acks,
            unknown=scene.unknown(),
            at_once=scene.at_once(),
            in_flight=order.in_flight,
            empty_cells=empty,
        )
        for number in (*findings.twice, *findings.lost, *findings.after_stop):
            met = ", ".join(f"{one.fault} {one.point}" for one in strikes.get(number, ()))
            taken = [row for row in ledger if number_of(row) == number]
            story = (f"Candidate {number} met: {met or 'nothing'}", *scene.story(number, taken))
            say("\n    ".join(story))
    return findings, counts


def _watch(scene: Scene, say: Callable[[str], None], patience: float) -> None:
    """Wait until everybody is settled, stopping some on the way."""
    over = threading.Event()
    stopping = threading.Thread(target=scene.stop_some, args=(over.is_set,), daemon=True)
    stopping.start()
    settled, moved = -1, time.monotonic()
    try:
        while time.monotonic() - moved < patience:
            asked = time.monotonic()
            counts = scene.counts()
            now = sum(count for code, count in counts.items() if code in SETTLED)
            if now != settled:
                settled, moved = now, time.monotonic()
            say(f"  {now} settled; {counts}")
            if set(counts) <= SETTLED and not stopping.is_alive():
                return
            scene.tend()
            time.sleep(max(2, 9 * (time.monotonic() - asked)))  # Looking costs a tenth at most.
    finally:
        over.set()
        stopping.join(60)


class _Proxies:
    """The faulty wires, in a thread of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        ports = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        (self._home / "proxies.json").write_text(json.dumps(ports), "utf-8")

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _listen(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        self._servers: list[asyncio.Server] = []
        for fault in WIRE:
            found[fault.name] = {}
            for name, make in (("http", proxy.http), ("smtp", proxy.smtp)):
                server, port = await proxy.listen(
                    lambda r, w, make=make, name=name, fault=fault: make(
                        *self._upstream(name), fault
                    )(r, w)
                )
                self._servers.append(server)
                found[fault.name][name] = port
        return found

    def _upstream(self, name: str) -> tuple[str, int]:
        state = json.loads((self._home / "stack.json").read_text("utf-8"))
        address = state["sandbox"].partition("://")[2] if name == "http" else state["sandbox_smtp"]
        host, _, port = address.partition(":")
        return host, int(port)


def _quiet(text: str) -> None:
    """Say nothing of the parts: they die on purpose."""
