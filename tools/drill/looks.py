"""Which reading of the inbox was the check of a send: found in the provider's chronicle alone.

A check lies between what prepares a send (its draft, or its recipient in an SMTP session) and its
acceptance. Where the mailbox was read once in between, that was it. A poll may fall between the
two as well: then the first and the last reading bound it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Line = Mapping[str, Any]  #: As `GET /control/chronicle` of the sandbox shows it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A reading of an inbox."""

    at_us: int
    position: int  #: Everything up to it was seen.


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """An accepted message and the readings that may have been its check, the oldest first."""

    number: int
    account: str
    to: str
    at_us: int
    looks: tuple[Look, ...]
    last_look: Look | None = None  #: Of anybody, a poll's or another send's, before the acceptance.

    @property
    def blind_us(self) -> int | None:
        """Give for how long nobody had read the inbox; None when nobody ever did."""
        return None if self.last_look is None else self.at_us - self.last_look.at_us

    @property
    def gap_us(self) -> int | None:
        """Give the time from the last look to the acceptance; None when nobody looked."""
        return self.at_us - self.looks[-1].at_us if self.looks else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A letter that came into a mailbox."""

    number: int
    account: str
    sender: str
    at_us: int
    position: int


def sends_in(lines: Iterable[Line]) -> list[Send]:
    """Find every acceptance with the looks that came between its preparing and itself."""
    looks: dict[str, list[tuple[int, Look]]] = defaultdict(list)
    prepared: dict[tuple[str, str], int] = {}
    found: list[Send] = []
    for line in lines:
        account, number = str(line["account"]), int(line["number"])
        if line["kind"] == "read":
            look = Look(at_us=line["at_us"], position=line["position"])
            looks[account].append((number, look))
        elif line["kind"] == "prepared":
            prepared.update({(account, str(to)): number for to in line["people"]})
        elif line["kind"] == "accepted":
            to = str(line["people"][0])
            since = prepared.get((account, to), number)
            seen = looks[account]
            found.append(
                Send(
                    number=number,
                    account=account,
                    to=to,
                    at_us=int(line["at_us"]),
                    looks=tuple(look for at, look in seen if at > since),
                    last_look=seen[-1][1] if seen else None,
                )
            )
    return found


def arrivals_in(lines: Iterable[Line]) -> list[Arrival]:
    """Find every letter that came in."""
    return [
        Arrival(
            number=line["number"],
            account=line["account"],
            sender=line["people"][0] if line["people"] else "",
            at_us=line["at_us"],
            position=line["position"],
        )
        for line in lines
        if line["kind"] == "arrived"
    ]
