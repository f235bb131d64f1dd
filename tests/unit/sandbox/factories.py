"""Small worlds and letters for the unit tests."""

from collections.abc import Iterable
from pathlib import Path

from sandbox.google.grants import Grants
from sandbox.world.letter import Letter
from sandbox.world.timeline import Timeline
from sandbox.world.world import World

RECRUITER = "rita@acme.example"
CANDIDATE = "carl@mail.example"


#: The timelines with an open journal; closed after each test (conftest.py).
opened: list[Timeline] = []


def remember(timeline: Timeline, state: Path | None) -> None:
    if state is not None:
        opened.append(timeline)
        timeline.open(state)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, seconds: float = 1_800_000_000.0) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


def letter(
    subject: str = "A role for you",
    *,
    to: str = CANDIDATE,
    sender: str = RECRUITER,
    body: str = "Hello",
    more: Iterable[str] = (),
) -> Letter:
    head = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", *more]
    return Letter("\r\n".join([*head, "", body]).encode())


def world(state: Path | None = None, clock: Clock | None = None) -> World:
    timeline = Timeline()
    made = World(timeline, clock or Clock())
    remember(timeline, state)
    return made


def grants(state: Path | None = None, clock: Clock | None = None) -> Grants:
    timeline, clock = Timeline(), clock or Clock()
    made = Grants(timeline, lambda: int(clock() * 1000))
    remember(timeline, state)
    return made


def answer_to(original: Letter, subject: str) -> Letter:
    thread = [f"In-Reply-To: {original.message_id}", f"References: {original.message_id}"]
    own = ["Message-ID: <answer@mail.example>"]
    return letter(subject, to=RECRUITER, sender=CANDIDATE, more=[*own, *thread])
