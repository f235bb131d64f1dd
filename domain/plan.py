"""The plan: an enrollment's frozen steps, as its workflow knows them. Never any content."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from domain.timing import Timing


class Channel(StrEnum):
    """What carries a step."""

    EMAIL = "email"
    LINKEDIN = "linkedin"


class StepKind(StrEnum):
    """What a step does."""

    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSpec:
    """What is fixed about a kind of step."""

    label: str  #: What the history and the pages print, e.g. "e-mail".
    channel: Channel  #: Which account of the plan carries it.


STEPS: Mapping[StepKind, StepSpec] = MappingProxyType(
    {StepKind.EMAIL: StepSpec(label="e-mail", channel=Channel.EMAIL)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    """One step of a plan: its timing and its successors, by step id."""

    id: str
    kind: StepKind = StepKind.EMAIL
    timing: Timing
    next: str | None = None  #: The step after a success; None ends the sequence.
    on_skip: str | None = None  #: The step after a skip; None means as `next`.
    on_failure: str | None = None  #: The step after a failure; None means hold for a person.
    on_timeout: str | None = None  #: The step when what is awaited never came; None means `next`.


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An enrollment's frozen steps and the account that carries each channel."""

    version: int
    accounts: dict[Channel, str] = field(default_factory=dict[Channel, str])
    steps: tuple[PlanStep, ...] = ()

    def step(self, step_id: str) -> PlanStep:
        """Find a step; raises KeyError for one that this version does not have."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def has(self, step_id: str | None) -> bool:
        """Say whether this version has the step."""
        return any(step.id == step_id for step in self.steps)

    def index(self, step_id: str) -> int:
        """Give a step's place for display, from 0."""
        return [step.id for step in self.steps].index(step_id)

    def after_skip(self, step_id: str) -> str | None:
        """Name the step that follows a skipped one."""
        step = self.step(step_id)
        return step.on_skip or step.next
