"""What follows of an event that a source told: whose it is, and what it ends. All or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.codes import LogEvent, ReasonCode
from domain.messages import FactKind
from domain.sources.happening import HappeningKind, People
from records import candidates, facts, log, people
from records.tables import enrollments, webhook_events


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What an event led to; ids only."""

    state: str  #: done | ignored
    why: str
    candidates: Sequence[str] = ()
    ended: Sequence[str] = field(default=())  #: Enrollments.

    @property
    def outcome(self) -> dict[str, Any]:
        """As the row keeps it."""
        return {
            "why": self.why,
            "candidates": list(self.candidates),
            "ended": list(self.ended),
        }


def act(
    connection: Connection,
    workspace_id: str,
    *,
    kind: HappeningKind,
    about: People,
    code: ReasonCode,
    fact: FactKind = FactKind.STOP,
    told: Mapping[str, str],
) -> Consequence:
    """End the outreach to the people of a booking, or log that one was canceled.

    All live enrollments of a person in the workspace end, whichever of its addresses was named; the
    first committed stop wins. `told` is what the log keeps: the ids of source and event.
    """
    if kind not in _ACTED_ON:
        return Consequence(state="ignored", why="It concerns no interview.")
    known = _candidates(connection, about)
    if not known:
        return Consequence(state="ignored", why="Nobody here is known by what it names.")
    if kind is HappeningKind.CANCELED:
        _log_canceled(connection, workspace_id, known, code, told)
        return Consequence(
            state="done", why="Logged for the owner; nothing is resumed.", candidates=known
        )
    ended = [
        enrollment_id
        for one in known
        for enrollment_id in facts.stop_candidate(
            connection, workspace_id, one, code=code, kind=fact, detail=told
        )
    ]
    why = "The outreach ended." if ended else "No outreach was running."
    return Consequence(state="done", why=why, candidates=known, ended=ended)


def close(connection: Connection, event_id: str, consequence: Consequence) -> None:
    """Write on a stored event what it led to."""
    connection.execute(
        update(webhook_events)
        .where(webhook_events.c.id == event_id)
        .values(
            state=consequence.state,
            outcome=consequence.outcome,
            next_at=None,
            done_at=func.clock_timestamp(),
        )
    )


def _candidates(connection: Connection, about: People) -> list[str]:
    """Find everybody whom any of the names means, in the order in which rows are locked."""
    found = {id_ for ids in people.by_address(connection, about.addresses).values() for id_ in ids}
    found |= {one for one in about.candidate_ids if candidates.one(connection, one) is not None}
    if about.external_ids:
        found |= set(candidates.ids_by_external_id(connection, about.external_ids).values())
    if about.enrollment_ids:
        query = select(enrollments.c.candidate_id).where(enrollments.c.id.in_(about.enrollment_ids))
        found |= set(connection.execute(query).scalars())
    return sorted(found)


def _log_canceled(
    connection: Connection,
    workspace_id: str,
    candidate_ids: Sequence[str],
    code: ReasonCode,
    told: Mapping[str, str],
) -> None:
    """Log it on the enrollments that such a booking ended, so that their owners hear of it."""
    query = select(enrollments).where(
        enrollments.c.candidate_id.in_(candidate_ids), enrollments.c.ended_code == code.value
    )
    rows = connection.execute(query.order_by(enrollments.c.id)).mappings().all()
    concerned = {row["candidate_id"] for row in rows}
    common = {  # No code: the enrollment's own stays what ended it.
        "workspace_id": workspace_id,
        "event": LogEvent.BOOKING_CANCELED,
        "code": None,
        "detail": {**told, "ended_as": code.value},
    }
    others = [{"candidate_id": one} for one in candidate_ids if one not in concerned]
    log.write_many(connection, [{**common, **facts.log_ids(row)} for row in rows])
    log.write_many(connection, [{**common, **ids} for ids in others])


_ACTED_ON = frozenset({HappeningKind.BOOKED, HappeningKind.CANCELED})
