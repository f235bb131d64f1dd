"""How each pretend system names its things, and writes its times."""

from datetime import UTC, datetime

from sandbox.sources.diary import Interview


def stamp(at_ms: int) -> str:
    """Write a time: ISO 8601, UTC, milliseconds."""
    text = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def read_stamp(text: str) -> int:
    """Read a time in milliseconds. Raises ValueError."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def uuid(sort: int, number: int) -> str:
    """Name a thing of Lever's or Ashby's."""
    return f"00000000-0000-4000-8{sort:03x}-{number:012x}"


def short(number: int) -> str:
    """Name a thing of Workable's."""
    return f"{0x3ED9000 + number:x}"


def number_of(name: str) -> int:
    """Read back a UUID's number. Raises ValueError."""
    return int(name.rpartition("-")[2], 16)


CANDIDATE, INTERVIEW, OPPORTUNITY = 1, 2, 3  #: The sorts of UUID.


def application(interview: Interview) -> int:
    """Name a Greenhouse application: one per interview here."""
    return 40_000_000 + interview.number


def candidate(interview: Interview) -> int:
    """Name a Greenhouse candidate."""
    return 50_000_000 + interview.person
