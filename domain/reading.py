"""Reads a message whole: its class, and the little of its text that is kept."""

from domain.inbound.classify import classify
from domain.inbound.parsing import read_mail
from domain.inbound.quoting import own_text
from domain.mail import Arrival, Received

MOST_BYTES = 1_000_000  #: Of a message that are read; attachments lie behind them.
MOST_EXCERPT = 1_000  #: Characters of its writer's own words that are kept, for support.
MOST_QUOTED = 20_000  #: Characters in which our own text is looked for.


def read(arrival: Arrival, raw: bytes | None) -> Received:
    """Classify a message; one that is gone or unreadable (None) by its head alone. Never raises."""
    whole = head_of(arrival) if raw is None or not raw.strip() else raw
    verdict = classify(whole)
    try:
        text = read_mail(whole).text
        excerpt = own_text(text)[:MOST_EXCERPT]
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        text, excerpt = "", ""
    return Received(
        arrival=arrival,
        verdict=verdict,
        excerpt=excerpt.replace("\0", ""),
        quoted=text[:MOST_QUOTED],
    )


def head_of(arrival: Arrival) -> bytes:
    """Write a message's head again from what the provider listed, its first words as the text."""
    lines = [f"{name}: {' '.join(value.split())}" for name, value in arrival.headers.items()]
    kept = [line for line in lines if not _tells_of_a_body(line.lower())]
    return "\r\n".join([*kept, "", arrival.snippet, ""]).encode("utf-8", "surrogateescape")


def _tells_of_a_body(line: str) -> bool:
    """Say whether a header describes parts that are not there; a report's kind still counts."""
    return line.startswith("content-") and "report" not in line
