"""The states of a delivery, which may follow which, and what each change needs and proves."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class DeliveryState(StrEnum):
    """How far one step's message has come. Each change is committed before the next effect."""

    CLAIMED = "claimed"  #: A try owns it; nothing was written.
    RENDERED = "rendered"  #: The letter is stored; from here on it never changes.
    DRAFTED = "drafted"  #: The provider keeps a draft; nobody received anything.
    SUBMITTING = "submitting"  #: The send may be on its way: reconcile before any repeat.
    SENT = "sent"
    FAILED = "failed"  #: Provably not accepted.
    UNKNOWN = "unknown"  #: Accepted or not: nothing can prove either.


class Resolution(StrEnum):
    """What a person, who saw the evidence, says of a message of unknown outcome."""

    SENT = "sent"  #: The candidate has it: go on with the next step.
    SEND_AGAIN = "send_again"  #: The candidate does not have it: send it, once.


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, and why it is safe."""

    before: DeliveryState
    after: DeliveryState
    when: str
    proof: str  #: What makes sure that nothing is sent twice, or lost, by it.


_S = DeliveryState

TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        _S.CLAIMED,
        _S.RENDERED,
        "the letter is written and checked by parse-back",
        "nothing has left yet; from here on every try sends these bytes",
    ),
    Transition(
        _S.RENDERED,
        _S.DRAFTED,
        "the provider stored the draft and its id is known",
        "a draft reaches nobody; one whose id was lost is removed by the sweep",
    ),
    Transition(
        _S.DRAFTED,
        _S.SUBMITTING,
        "the last gate: no stop, mailbox open, spacing over, lease held",
        "committed before the request leaves, under the locks that every stop takes",
    ),
    Transition(
        _S.SUBMITTING,
        _S.SENT,
        "the provider took it, or a look-up (of a try, or of the watcher) found the sent copy",
        "its answer, or its own copy with our delivery key",
    ),
    Transition(
        _S.SUBMITTING,
        _S.DRAFTED,
        "the provider refused it, or still has the draft unsent",
        "an answer that is a refusal, or positive evidence that nothing was accepted",
    ),
    Transition(
        _S.SUBMITTING,
        _S.UNKNOWN,
        "the draft is gone, no copy is found, and nothing more can tell",
        "a failed look-up is repeated, at last for an hour (SMTP: 5 minutes); a person decides",
    ),
    Transition(
        _S.DRAFTED,
        _S.RENDERED,
        "the draft will not be sent now and is removed",
        "the fence is raised first, so that no try can still send it",
    ),
    Transition(
        _S.CLAIMED, _S.FAILED, "the content or the provider refuses it for good", "nothing left"
    ),
    Transition(
        _S.RENDERED, _S.FAILED, "the provider refuses it for good", "no draft, or one unsent"
    ),
    Transition(
        _S.DRAFTED, _S.FAILED, "the provider refuses it for good", "the draft was never submitted"
    ),
    Transition(
        _S.FAILED, _S.CLAIMED, "a person retries the step", "it was provably not accepted before"
    ),
    Transition(
        _S.UNKNOWN, _S.SENT, "a person says that it was sent", "nothing is sent: the next step is"
    ),
    Transition(
        _S.UNKNOWN,
        _S.RENDERED,
        "a person says: send it",
        "once: the same letter, by a new draft, as a new try of the same delivery",
    ),
)

FOLLOWS: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        state: frozenset(one.after for one in TRANSITIONS if one.before is state)
        for state in DeliveryState
    }
)
