"""The ways in which a candidate is stopped. One more way is one more row of `WAYS`."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from tools.drill.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Racer:
    """A candidate whose next message is due, and everything by which a stop may name him."""

    number: int
    kind: str  #: Of the mailbox.
    account: str  #: The mailbox's address.
    sequence: str
    enrollment: str
    candidate: str

    @property
    def address(self) -> str:
        """The candidate's address."""
        return address_of(self.number)


Stop = Callable[[Scene, Racer], list[str] | None]
"""Stops a candidate; gives the deliveries that the answer names, None where nobody answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to stop somebody."""

    name: str
    share: int  #: Its part of the races, beside the others' parts.
    stop: Stop
    step: int = 0  #: Which message is raced: a reply needs one to answer.
    many: bool = False  #: It stops a whole sequence: several candidates, due together.
    answers: bool = True  #: It is acknowledged; what is not is judged by the check of the inbox.


def _reply(scene: Scene, racer: Racer) -> None:
    scene.lever(f"accounts/{racer.address}/reply")


def _event(kind: str) -> Stop:
    def stop(scene: Scene, racer: Racer) -> list[str]:
        body = {"type": kind, "external_id": f"{kind}-{racer.number}"}
        return _named(scene.call("POST", f"/candidates/{racer.candidate}/events", body))

    return stop


def _webhook(scene: Scene, racer: Racer) -> list[str]:
    """Tell as a system of the workspace's own does: signed, and answered once it is stored."""
    content = {"type": "ats_interview", "data": {"enrollment_id": racer.enrollment}}
    return _named(scene.tell(content))


def _action(action: str) -> Stop:
    def stop(scene: Scene, racer: Racer) -> list[str]:
        path = f"/enrollments/{racer.enrollment}/{action}"
        return _named(scene.call("POST", path, {"reason": "race"}))

    return stop


def _remove(scene: Scene, racer: Racer) -> list[str]:
    return _named(scene.call("DELETE", f"/enrollments/{racer.enrollment}"))


def _deactivate(scene: Scene, racer: Racer) -> list[str]:
    return _named(scene.call("POST", f"/sequences/{racer.sequence}/deactivate"))


def _named(answer: dict[str, Any]) -> list[str]:
    return [str(one) for one in answer["in_flight"]]


WAYS = (
    Way(name="reply", share=14, stop=_reply, step=1, answers=False),
    Way(name="stop", share=3, stop=_action("stop")),
    Way(name="remove", share=3, stop=_remove),
    Way(name="interview", share=3, stop=_event("interview_session")),
    Way(name="webhook", share=3, stop=_webhook),
    Way(name="unsubscribe", share=3, stop=_event("unsubscribe")),
    Way(name="pause", share=3, stop=_action("pause")),
    Way(name="deactivation", share=3, stop=_deactivate, many=True),
)
BY_NAME = MappingProxyType({way.name: way for way in WAYS})


def address_of(number: int) -> str:
    """Name a candidate's address by his number."""
    return f"c{number}@people.example"
