"""What a row of the catalog says, and who calls it what."""

from dataclasses import dataclass
from enum import StrEnum

from domain.codes import LogEvent, ReasonCode


class Resumes(StrEnum):
    """How what waits with a code goes on."""

    AUTOMATIC = "automatic"
    ON_FIX = "on_fix"
    PERSON = "person"
    TERMINAL = "terminal"


class Source(StrEnum):
    """The documents whose names for reasons people know and search by."""

    REPLY = "Reply.io: Logs in sequence"
    HUBSPOT = "HubSpot Sales: What do the errors mean in my Sequences Dashboard?"
    ENGINY = "Enginy: Campaign Statuses and Substatuses Reference"
    METAVIEW = "Metaview: Sequences FAQs"
    OVERLOOP = "Overloop: Contacts in error in a campaign or workflow"


@dataclass(frozen=True, slots=True)
class Alias:
    """What a source document calls it."""

    source: Source
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSpec:
    """One row of the catalog; texts are whole sentences for people."""

    number: int
    code: ReasonCode
    status: str
    label: str
    aliases: tuple[Alias, ...]
    log_event: LogEvent
    cause: str
    remedy: str
    who: str
    resumes: str
    resumes_kind: Resumes


def spec(
    number: int,
    code: ReasonCode,
    label: str,
    *names: tuple[Source, str],
    event: LogEvent,
    cause: str,
    remedy: str,
    who: str,
    resumes: str,
    kind: Resumes,
    status: str,
) -> ReasonSpec:
    """Write one row."""
    return ReasonSpec(
        number=number,
        code=code,
        status=status,
        label=label,
        aliases=tuple(Alias(source, name) for source, name in names),
        log_event=event,
        cause=cause,
        remedy=remedy,
        who=who,
        resumes=resumes,
        resumes_kind=kind,
    )
