"""Gives the start to every stop: at a moment of the clock, or when the provider has a draft."""

import heapq
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import httpx

from tools.drill.race.course import Course, Lane, moment_of
from tools.drill.race.judge import Answer
from tools.drill.race.plan import Start
from tools.drill.race.ways import BY_NAME
from tools.drill.scene import Refused

ABREAST = 40  #: Stops that may wait for their answers at once.
LOOK_EVERY = 0.02  #: Seconds between two looks into the provider's chronicle.
SOON = 0.5  #: Seconds after a message until its follow-up has a slot.


class Starter:
    """Makes every stop once, and keeps what was answered. Lanes may be added while it runs."""

    def __init__(self, course: Course) -> None:
        self.lines: list[dict[str, Any]] = []  #: The provider's chronicle.
        self.answers: dict[int, Answer] = {}
        self.refused: set[int] = set()
        self.faults: list[str] = []  #: Stops that broke down by themselves.
        self.begun = 0
        self.done = 0
        self._course = course
        self._lanes: dict[str, Lane] = {}
        self._sent: Counter[str] = Counter()
        self._started: set[str] = set()
        self._unchecked: dict[str, Lane] = {}  #: By mailbox: who waits for the check.
        self._moments: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._hands = ThreadPoolExecutor(ABREAST, thread_name_prefix="stop")
        self._threads = [threading.Thread(target=one) for one in (self._watch, self._fire)]

    def __enter__(self) -> "Starter":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._hands.shutdown()

    def add(self, lane: Lane) -> None:
        """Let a lane be stopped when its time has come."""
        heat, racer = lane.heats[0], lane.racers[0]
        with self._lock:
            self.begun += 1
            self._lanes[racer.address] = lane
        if heat.start is Start.CLOCK and BY_NAME[heat.way].step == 0:
            self._at(lane.due + heat.after, lambda: self._stop(lane))

    def _at(self, moment: float, do: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._moments, (moment, next(self._order), do))

    def _fire(self) -> None:
        while not self._over.wait(0.005):
            with self._lock:
                due = bool(self._moments) and self._moments[0][0] <= time.time()
                do = heapq.heappop(self._moments)[2] if due else None
            if do is not None:
                self._hands.submit(do)

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            with suppress(httpx.TransportError):
                fresh = self._course.chronicle(len(self.lines))
                self.lines += fresh
                for line in fresh:
                    self._note(line)

    def _note(self, line: dict[str, Any]) -> None:
        """Start what a draft or a check starts; ask for the slot of a follow-up in time."""
        if line["kind"] == "read":
            self._begin(self._unchecked.pop(line["account"], None), line)
        if line["kind"] not in ("prepared", "accepted"):
            return
        address = line["people"][0]
        self._sent[address] += line["kind"] == "accepted"
        with self._lock:
            lane = self._lanes.get(address)
        if lane is None or self._sent[address] != BY_NAME[lane.heats[0].way].step:
            return
        start = lane.heats[0].start
        if line["kind"] == "accepted":
            if start is Start.CLOCK:
                self._at(line["at_us"] / 1e6 + SOON, lambda: self._ask(lane))
        elif start is not Start.CLOCK and address not in self._started:
            self._started.add(address)
            if start is Start.CHECK:
                self._unchecked[line["account"]] = lane
            else:
                self._begin(lane, line)

    def _begin(self, lane: Lane | None, line: dict[str, Any]) -> None:
        if lane is not None:
            self._at(line["at_us"] / 1e6 + lane.heats[0].after, lambda: self._stop(lane))

    def _ask(self, lane: Lane) -> None:
        """Learn for when the follow-up is booked."""
        shown = self._course.call("GET", f"/enrollments/{lane.racers[0].enrollment}")
        step = shown["current_step"]
        if step is None or not step["index"] or shown["next_send_at"] is None:
            self._at(time.time() + SOON, lambda: self._ask(lane))
            return
        due = moment_of(shown["next_send_at"])
        self._at(due + lane.heats[0].after, lambda: self._stop(lane))

    def _stop(self, lane: Lane) -> None:
        way = BY_NAME[lane.heats[0].way]
        numbers = [racer.number for racer in lane.racers]
        asked = _now_us()
        try:
            named = way.stop(self._course, lane.racers[0])
        except Refused:
            self.refused.update(numbers)
        except (RuntimeError, httpx.HTTPError) as error:
            self.faults.append(f"{way.name}: {error}")
        else:
            answer = Answer(asked_us=asked, answered_us=_now_us(), named=frozenset(named or ()))
            self.answers.update(dict.fromkeys(numbers, answer))
        finally:
            with self._lock:
                self.done += 1


def _now_us() -> int:
    return time.time_ns() // 1_000
