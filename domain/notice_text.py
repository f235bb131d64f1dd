"""What an owner reads: events grouped by what they mean, in words, over each channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any

from domain.codes import LogEvent, ReasonCode
from domain.notices import words_of

MAX_NAMED = 10  #: Candidates that are named per group; the rest are counted.
MAX_GROUPS = 20
MAX_SMS = 300  #: Characters: two parts.
_MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One event, with the names that its owner knows. Data, never markup."""

    event: LogEvent
    code: ReasonCode | None
    at: datetime  #: Business time (UTC).
    about: str  #: Whose event it is: an id, so that nothing is told twice.
    who: str = ""  #: The candidate, the mailbox or the endpoint.
    sequence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Everything that means the same."""

    label: str
    cause: str
    remedy: str
    items: tuple[Item, ...]

    @property
    def title(self) -> str:
        """Say how many."""
        return f"{self.label} ({len(self.items)})"

    @property
    def lines(self) -> list[str]:
        """Name them, up to a bound."""
        named = [_line(item) for item in self.items[:MAX_NAMED]]
        more = len(self.items) - len(named)
        return [*named, f"and {more} more"] if more > 0 else named


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A text over any channel."""

    groups: tuple[Group, ...]

    @property
    def headline(self) -> str:
        """Say it in a line: "Replied (3), Mailbox disconnected (1)"."""
        named = ", ".join(group.title for group in self.groups[:3])
        more = len(self.groups) - 3
        return f"{named} and {more} more" if more > 0 else named


def compose(items: Sequence[Item]) -> Notice:
    """Group events by meaning, the largest group first; a fact that two events tell counts once."""
    groups: dict[str, dict[str, Item]] = {}
    for item in items:
        key = item.code.value if item.code is not None else item.event.value
        groups.setdefault(key, {}).setdefault(item.about, item)
    made = [_group(tuple(found.values())) for found in groups.values()]
    made.sort(key=lambda group: -len(group.items))
    return Notice(groups=tuple(made[:MAX_GROUPS]))


def plain(notice: Notice) -> str:
    """Write it as text."""
    parts: list[str] = []
    for group in notice.groups:
        lines = "\n".join(f"- {line}" for line in group.lines)
        parts.append(f"{group.title}\n{lines}\n{group.cause} What to do: {group.remedy}")
    return "\n\n".join(parts)


def html(notice: Notice) -> str:
    """Write it as HTML; names are data, so they are escaped."""
    parts: list[str] = []
    for group in notice.groups:
        lines = "".join(f"<li>{escape(line)}</li>" for line in group.lines)
        parts.append(
            f"<h3>{escape(group.title)}</h3><ul>{lines}</ul>"
            f"<p>{escape(group.cause)} What to do: {escape(group.remedy)}</p>"
        )
    return "".join(parts)


def slack(notice: Notice) -> Mapping[str, Any]:
    """Write a Slack message: `text` for notifications, `blocks` of plain text.

    Only &, < and > mean something in `text`; unescaped, a candidate called "<!channel>" would
    call everybody.
    """
    blocks: list[Mapping[str, Any]] = []
    for group in notice.groups:
        lines = "\n".join(f"- {line}" for line in group.lines)
        text = f"{group.title}\n{lines}\n{group.cause} What to do: {group.remedy}"
        body = {"type": "plain_text", "text": text[:3000], "emoji": False}
        blocks.append({"type": "section", "text": body})
    return {"text": escape(f"Reprise: {notice.headline}", quote=False), "blocks": blocks}


def sms(notice: Notice) -> str:
    """Write a short message: how many of what, and the first name."""
    first = notice.groups[0].items[0]
    text = f"Reprise: {notice.headline}. {_line(first)}"
    return text if len(text) <= MAX_SMS else text[: MAX_SMS - 1] + "…"


def _group(items: tuple[Item, ...]) -> Group:
    words = words_of(items[0].event, items[0].code)
    return Group(label=words.label, cause=words.cause, remedy=words.remedy, items=items)


def _line(item: Item) -> str:
    who = _one_line(item.who) or "Somebody without a name"
    where = f" in “{_one_line(item.sequence)}”" if item.sequence else ""
    return f"{who}{where}, {item.at.astimezone(UTC):%d %b %H:%M} UTC"


def _one_line(text: str) -> str:
    """Take a name as data: no line breaks, no control characters, not endless."""
    flat = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(flat.split())[:_MAX_NAME]
