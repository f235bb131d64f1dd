"""Does what follows from a message, and notes it so that a person can undo it."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.following import (
    STOP_CODES,
    Consequence,
    Ended,
    Followed,
    OutOfOffice,
    back_at,
    consequence_of,
)
from domain.inbound.verdict import MailKind, Verdict
from domain.matching import MatchedBy
from domain.messages import FactKind
from domain.suppressions import Origin, SuppressionReason
from records import absences, blocks, facts, log, optouts
from records.crossing import mark_sent_before_stop
from records.schedule_rules import hours_of
from records.tables import enrollments, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A message, and the send that it is about."""

    message_id: str
    workspace_id: str
    mailbox_id: str
    enrollment_id: str
    candidate_id: str
    to_address: str
    matched_by: MatchedBy
    verdict: Verdict
    received_at: datetime  #: The provider's clock (UTC).
    answers: Sequence[str] = ()  #: Message-IDs that it names.
    origin: Origin = Origin.MESSAGE
    actor: str | None = None  #: The user who said so; None: it was read.


def follow(connection: Connection, case: Case) -> Followed:
    """Do what follows from a message; what is so already stays so."""
    policy = OutOfOffice(_setting(connection, case.enrollment_id)["out_of_office"])
    return _DO[consequence_of(case.verdict, policy)](connection, case)


def note(connection: Connection, message_id: str, followed: Followed) -> None:
    """Keep with a message what was done about it."""
    written = dataclasses.asdict(followed)
    connection.execute(update(messages).where(messages.c.id == message_id).values(followed=written))


def followed_in(stored: Mapping[str, Any]) -> Followed:
    """Read what was done about a message."""
    if not stored:
        return Followed()
    return Followed(
        consequence=Consequence(stored["consequence"]),
        reason=stored["reason"],
        ended=tuple(Ended(**one) for one in stored["ended"]),
        paused=tuple(stored["paused"]),
        suppression_id=stored["suppression_id"],
        crossed=tuple(stored["crossed"]),
    )


def _nothing(connection: Connection, case: Case) -> Followed:
    del connection
    return Followed(reason=_REASONS.get(case.verdict.kind, ""))


def _stop(connection: Connection, case: Case) -> Followed:
    """End the enrollment of the thread; matched by address only, all of the mailbox's."""
    code = STOP_CODES.get(case.verdict.kind, ReasonCode.REPLIED)
    kind = FactKind.REPLY_RECEIVED if code is ReasonCode.REPLIED else FactKind.STOP
    ended: list[Ended] = []
    crossed: list[str] = []
    for enrollment_id in _meant(connection, case):
        crossing = _crossing(connection, case, enrollment_id)
        detail = {"message": case.message_id, **({"crossed": True} if crossing else {})}
        outcome = facts.stop(
            connection,
            case.workspace_id,
            enrollment_id,
            code=code,
            kind=kind,
            detail=detail,
            undoable=True,
        )
        crossed += crossing  # Also of one that its last message has ended meanwhile.
        if outcome.applied:
            ended += _ended(connection, [enrollment_id])
    mark_sent_before_stop(connection, crossed)
    return Followed(
        consequence=Consequence.STOP,
        reason="" if ended else "It had ended before.",
        ended=tuple(ended),
        crossed=tuple(crossed),
    )


def _suppress_address(connection: Connection, case: Case) -> Followed:
    """Let nobody write to the address again; what writes to it ends as bounced."""
    done = optouts.bounced(
        connection,
        case.workspace_id,
        case.candidate_id,
        origin=_origin(case),
        address=case.to_address,
        message_id=case.message_id,
        actor=case.actor,
    )
    if not done.ended:  # Nothing was live any more: say what came back all the same.
        log.write(
            connection,
            workspace_id=case.workspace_id,
            event=LogEvent.MESSAGE_BOUNCED,
            code=ReasonCode.BOUNCED,
            at=None,
            enrollment_id=case.enrollment_id,
            candidate_id=case.candidate_id,
            mailbox_id=case.mailbox_id,
            detail={"message": case.message_id},
        )
    return _suppressed(connection, Consequence.SUPPRESS_ADDRESS, done)


def _suppress_person(connection: Connection, case: Case) -> Followed:
    """Let nobody write to them again: the person, and every address, should it be added anew."""
    complained = case.verdict.kind is MailKind.COMPLAINT
    done = optouts.opt_out(
        connection,
        case.workspace_id,
        case.candidate_id,
        origin=_origin(case),
        reason=SuppressionReason.COMPLAINED if complained else SuppressionReason.UNSUBSCRIBED,
        message_id=case.message_id,
        actor=case.actor,
        addresses=[case.to_address],
    )
    return _suppressed(connection, Consequence.SUPPRESS_PERSON, done)


def _suppressed(
    connection: Connection, consequence: Consequence, done: optouts.Accepted
) -> Followed:
    return Followed(
        consequence=consequence,
        ended=tuple(_ended(connection, done.ended)),
        suppression_id=next(iter(done.suppressions), None),
    )


def _rest_mailbox(connection: Connection, case: Case) -> Followed:
    until = blocks.rest(connection, case.workspace_id, case.mailbox_id, message_id=case.message_id)
    reason = "The mailbox was blocked already." if until is None else f"Until {until.isoformat()}."
    return Followed(consequence=Consequence.REST_MAILBOX, reason=reason)


def _await_return(connection: Connection, case: Case) -> Followed:
    """Pause until the return; who is away for longer than one waits ends."""
    paused: list[str] = []
    reason = "It had ended before, or a person paused it for longer."
    for enrollment_id in _meant(connection, case):
        row = facts.lock(connection, enrollment_id)
        zone = _zone(connection, enrollment_id)
        until = back_at(case.verdict.returns_on, now=row["now"], zone=zone)
        if until is None:
            return _stop(connection, case)
        if absences.await_return(connection, row, until=until, message_id=case.message_id):
            paused.append(enrollment_id)
            reason = f"Until {until.isoformat()}."
    return Followed(consequence=Consequence.AWAIT_RETURN, reason=reason, paused=tuple(paused))


def _meant(connection: Connection, case: Case) -> list[str]:
    """Name the enrollments that a message speaks of, in the order in which they are locked."""
    if case.matched_by is not MatchedBy.ADDRESS:
        return [case.enrollment_id]
    values = {"candidate_id": case.candidate_id, "mailbox_id": case.mailbox_id}
    return list(connection.execute(_OF_MAILBOX, values).scalars()) or [case.enrollment_id]


def _crossing(connection: Connection, case: Case, enrollment_id: str) -> list[str]:
    """Name what the provider accepted after this message was there, and before it was read."""
    values = {
        "enrollment_id": enrollment_id,
        "received_at": case.received_at,
        "answers": list(case.answers),
    }
    return list(connection.execute(_CROSSED, values).scalars())


def _ended(connection: Connection, ids: Sequence[str]) -> list[Ended]:
    query = select(enrollments.c.id, enrollments.c.round, enrollments.c.ended_code).where(
        enrollments.c.id == func.any(list(ids)), enrollments.c.ended_code.is_not(None)
    )
    rows = connection.execute(query.order_by(enrollments.c.id))
    return [Ended(enrollment_id=row.id, round=row.round, code=row.ended_code) for row in rows]


def _origin(case: Case) -> Origin:
    return case.origin if case.actor is None else Origin.API


def _setting(connection: Connection, enrollment_id: str) -> Any:
    return connection.execute(_SETTING, {"id": enrollment_id}).mappings().one()


def _zone(connection: Connection, enrollment_id: str) -> str:
    """Give the zone whose morning counts: the schedule's, the candidate's, the mailbox's."""
    row = _setting(connection, enrollment_id)
    candidate, identity = row["candidate_zone"], row["identity_zone"]
    if row["schedule"] is None:
        return candidate or identity or "UTC"
    return hours_of(row["schedule"], candidate_zone=candidate, identity_zone=identity).zone


_SETTING = text(
    "SELECT s.out_of_office, to_jsonb(h.*) AS schedule, c.zone AS candidate_zone,"
    " m.zone AS identity_zone FROM enrollments e JOIN sequences s ON s.id = e.sequence_id"
    " JOIN candidates c ON c.id = e.candidate_id"
    " LEFT JOIN schedules h ON h.id = coalesce(s.follow_up_schedule_id, s.schedule_id)"
    " LEFT JOIN mailboxes m ON m.id = coalesce(e.mailbox_id, s.mailbox_id) WHERE e.id = :id"
)
_OF_MAILBOX = text(
    "SELECT e.id FROM enrollments e JOIN sequences s ON s.id = e.sequence_id"
    " WHERE e.candidate_id = :candidate_id AND e.ended_code IS NULL"
    " AND coalesce(e.mailbox_id, s.mailbox_id) = :mailbox_id ORDER BY e.id"
)
_CROSSED = text(
    "SELECT id FROM deliveries WHERE enrollment_id = :enrollment_id AND state = 'sent'"
    " AND coalesce(accepted_at, updated_at) >= :received_at"
    " AND NOT coalesce(message_id = ANY(:answers), false)"
    " AND NOT coalesce(own_message_id = ANY(:answers), false)"
)
"""Provider times may be whole seconds, so equal ones count. Where a provider tells none, our own
time of its answer bounds the acceptance from above."""

_REASONS = {
    MailKind.SOFT_BOUNCE: "It may be delivered yet, or next time: nothing stops.",
    MailKind.RECEIPT: "Nobody answered: nothing stops.",
    MailKind.CALENDAR: "A calendar's mail is no answer: nothing stops.",
    MailKind.AUTO_REPLY: "A machine confirms something: nothing stops.",
    MailKind.UNRELATED: "It is no answer to what we sent: nothing stops.",
}

_DO: Mapping[Consequence, Callable[[Connection, Case], Followed]] = MappingProxyType(
    {
        Consequence.NOTHING: _nothing,
        Consequence.STOP: _stop,
        Consequence.SUPPRESS_ADDRESS: _suppress_address,
        Consequence.SUPPRESS_PERSON: _suppress_person,
        Consequence.REST_MAILBOX: _rest_mailbox,
        Consequence.AWAIT_RETURN: _await_return,
    }
)
