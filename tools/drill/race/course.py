"""The people of a race: streams of one send after the other, and batches that are due together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tools.drill.race.plan import Heat, Plan
from tools.drill.race.ways import BY_NAME, Racer, address_of
from tools.drill.scene import Scene

SPACING = 3.0  #: Seconds between two messages of a stream, as people have it.
LEAD = 8  #: Seconds from enrolling to the first slot.
NEXT = 5  #: Seconds from the first message to the second, where that one is raced.
SLOW_MS = 13_000  #: Longer than an answer waits (10 s), shorter than a provider's call may take.
_SENDING = r"drafts\.send$|graph\.messages\.send$|^smtp\.data$"
_BOXES = 8  #: Of each kind, at most; few races make do with fewer.
_EACH = 4  #: Races for which another mailbox is worth while.


@dataclass(frozen=True, slots=True)
class Lane:
    """Who races together by one stop: one candidate, or those of a batch. The first is aimed at."""

    heats: tuple[Heat, ...]
    racers: tuple[Racer, ...]
    due: float  #: Seconds since 1970: the first one's first slot.


@dataclass(slots=True)
class Course(Scene):
    """A running stack with everybody on it."""

    _always: str = ""
    _streams: dict[str, list[Heat]] = field(default_factory=dict[str, list[Heat]])
    _batch_boxes: dict[str, str] = field(default_factory=dict[str, str])
    accounts: dict[str, str] = field(default_factory=dict[str, str])  #: Address by mailbox.

    def open_boxes(self, plan: Plan, kinds: Sequence[str]) -> None:
        """Connect a source and mailboxes. No streams beat together: their spacings differ."""
        self.source = self.call("POST", "/sources", {"kind": "custom", "name": "race"})
        for kind in kinds:
            self._batch_boxes[kind] = self._box(kind, "batch", 0)
            heats = [heat for heat in plan.streams if heat.kind == kind]
            number = max(1, min(_BOXES, len(heats) // _EACH))
            for box in range(number):
                mailbox = self._box(kind, str(box), SPACING + 0.037 * len(self.boxes))
                self._streams[mailbox] = heats[box::number]

    def line_up(self, plan: Plan) -> Iterator[Lane]:
        """Enroll everybody; each lane is given as soon as its slot is known."""
        for mailbox, heats in self._streams.items():
            yield from self._stream(mailbox, heats)
        span = SPACING * max((_sends(heats) for heats in self._streams.values()), default=0)
        for place, batch in enumerate(plan.batches):
            later = LEAD + span * place / len(plan.batches)
            yield from self._batch(self._batch_boxes[batch[0].kind], batch, later)

    def _stream(self, mailbox: str, heats: Sequence[Heat]) -> Iterator[Lane]:
        for step in sorted({BY_NAME[heat.way].step for heat in heats}):
            group = [heat for heat in heats if BY_NAME[heat.way].step == step]
            sequence = self._sequence(mailbox, [LEAD, *[NEXT] * step])
            for heat, racer, due in self._enroll_all(sequence, mailbox, group):
                yield Lane((heat,), (racer,), due)

    def _batch(self, mailbox: str, heats: Sequence[Heat], later: float) -> Iterator[Lane]:
        sequence = self._sequence(mailbox, [round(later)])
        for heat in heats:
            if heat.slow:
                self.lever("faults", self._slowness(heat))
        found = list(self._enroll_all(sequence, mailbox, heats))
        yield Lane(tuple(it[0] for it in found), tuple(it[1] for it in found), found[0][2])

    def _slowness(self, heat: Heat) -> dict[str, Any]:
        return {
            "kind": "delay",
            "when": "before",
            "operation": _SENDING,
            "recipient": address_of(heat.number),
            "delay_ms": SLOW_MS,
        }

    def _box(self, kind: str, name: str, spacing: float) -> str:
        address = f"{kind}-{name}@race.example"
        mailbox = self.connect(kind, address, spacing_seconds=spacing)
        self.accounts[mailbox] = address
        return mailbox

    def _sequence(self, mailbox: str, waits: Sequence[int]) -> str:
        self._always = self._always or self.schedule()
        steps = [
            {
                "thread": "reply" if place else "new",
                "subject": "" if place else "A role",
                "body": "<p>Hello {{ candidate.first_name }}</p>",
                "timing": {"kind": "later", "seconds": seconds},
            }
            for place, seconds in enumerate(waits)
        ]
        body = {"name": mailbox, "sender": {"mailbox_id": mailbox}, "schedule_id": self._always}
        sequence = str(self.call("POST", "/sequences", {**body, "steps": steps})["id"])
        self.call("POST", f"/sequences/{sequence}/activate")
        self.sequences.append(sequence)
        return sequence

    def _enroll_all(
        self, sequence: str, mailbox: str, heats: Sequence[Heat]
    ) -> Iterator[tuple[Heat, Racer, float]]:
        self.enroll(sequence, [heat.number for heat in heats])
        by_number = {heat.number: heat for heat in heats}
        for row in self.enrolled(sequence):
            heat = by_number[self.numbers[row["id"]]]
            racer = Racer(
                number=heat.number,
                kind=heat.kind,
                account=self.accounts[mailbox],
                sequence=sequence,
                enrollment=row["id"],
                candidate=row["candidate_id"],
            )
            yield heat, racer, moment_of(row["next_send_at"])

    def enrolled(self, sequence: str) -> Iterator[dict[str, Any]]:
        """Read a sequence's enrollments in the order of their slots."""
        cursor, found = "", list[dict[str, Any]]()
        while cursor is not None:
            path = f"/enrollments?sequence_id={sequence}&limit=100"
            page = self.call("GET", path + (f"&cursor={cursor}" if cursor else ""))
            found += page["data"]
            cursor = page["next_cursor"]
        yield from sorted(found, key=lambda row: moment_of(row["next_send_at"]))

    def hear(self) -> None:
        """Let every inbox be read now, as each is every five minutes."""
        for mailbox in self.accounts:
            self.call("POST", f"/mailboxes/{mailbox}/pause", {"reason": "race"})
            self.call("POST", f"/mailboxes/{mailbox}/resume")

    def is_quiet(self) -> bool:
        """Say whether nothing is on its way."""
        boxes = self.call("GET", "/mailboxes?limit=100")["data"]
        return not any(box["in_flight"] for box in boxes)

    def is_marked(self, racer: Racer, step: int) -> bool:
        """Ask the engine whether it says of a message that it crossed a stop."""
        shown = self.call("GET", f"/enrollments/{racer.enrollment}")["steps"][step]
        return bool(shown["delivery"] and shown["delivery"]["sent_before_stop"])

    def whose(self, deliveries: Iterable[str]) -> set[str]:
        """Name the enrollments of deliveries."""
        return {self.call("GET", f"/deliveries/{one}")["enrollment_id"] for one in deliveries}


def moment_of(shown: str) -> float:
    """Read a time of the API (RFC 3339) as seconds since 1970."""
    return datetime.fromisoformat(shown).timestamp()


def _sends(heats: Iterable[Heat]) -> int:
    return sum(1 + BY_NAME[heat.way].step for heat in heats)
