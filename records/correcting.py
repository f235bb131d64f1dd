"""A person's correction of what a message is: undoes what followed, and does what follows now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, text, update

from domain.codes import LogEvent, ReasonCode
from domain.delivery import DeliveryState
from domain.following import CONSEQUENCES, Consequence, Ended, Followed
from domain.inbound.verdict import AutoKind, MailKind, Verdict
from domain.matching import MatchedBy
from records import absences, facts, following, log, rounds, suppressions
from records.starting import start_waiting
from records.tables import deliveries, enrollments, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What a correction led to."""

    applied: bool  #: False when the message was that already.
    ended: list[str] = field(default_factory=list[str])  #: Enrollments that it ended.
    resumed: list[str] = field(default_factory=list[str])  #: Enrollments that go on.


def correct(
    connection: Connection, message_id: str, *, kind: MailKind, reason: str, actor: str
) -> Corrected:
    """Say what a message is. Again is fine.

    What followed is undone first: suppressions that it caused are lifted, enrollments that it
    ended go on at their first step that was not sent, unless something else stopped them as well.
    """
    row = connection.execute(_MESSAGE, {"id": message_id}).mappings().one()
    followed = following.followed_in(row["followed"])
    if row["kind"] == kind and not _is_pending(kind, followed):
        return Corrected(applied=False)
    connection.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(
            kind=kind.value,
            confidence=1.0,
            first_kind=row["first_kind"] or row["kind"],
            correction=reason,
            corrected_by=actor,
            corrected_at=func.clock_timestamp(),
        )
    )
    _lock_all(connection, row["candidate_id"])
    resumed = _undo(connection, row, followed)
    now = following.follow(connection, _case(row, kind, actor))
    following.note(connection, message_id, now)
    ended = [one.enrollment_id for one in now.ended]
    resumed = [one for one in resumed if one not in ended]
    _log(connection, row, kind, reason, actor, ended, resumed)
    return Corrected(applied=True, ended=ended, resumed=resumed)


def _lock_all(connection: Connection, candidate_id: str | None) -> None:
    """Lock a candidate's enrollments in the order in which every stop of all of them does."""
    query = select(enrollments.c.id).where(enrollments.c.candidate_id == candidate_id)
    connection.execute(query.order_by(enrollments.c.id).with_for_update()).all()


def _is_pending(kind: MailKind, followed: Followed) -> bool:
    """Say whether nothing followed only because its sender was not believed: a person may."""
    acts = CONSEQUENCES[kind] is not Consequence.NOTHING
    return acts and followed.consequence is Consequence.NOTHING


def _case(row: RowMapping, kind: MailKind, actor: str) -> following.Case:
    """Describe the message as the person sees it; of an absence its date stays known."""
    auto = AutoKind(row["auto"]) if row["auto"] and kind is MailKind.AUTO_REPLY else None
    return following.Case(
        message_id=row["id"],
        workspace_id=row["workspace_id"],
        mailbox_id=row["mailbox_id"],
        enrollment_id=row["enrollment_id"],
        candidate_id=row["candidate_id"],
        to_address=row["to_address"] or "",
        matched_by=MatchedBy(row["matched_by"]),
        verdict=Verdict(
            kind=kind,
            confidence=1.0,
            evidence="A person said so.",
            auto=auto,
            returns_on=row["returns_on"],
        ),
        received_at=row["received_at"],
        actor=actor,
    )


def _undo(connection: Connection, row: RowMapping, followed: Followed) -> list[str]:
    """Take back what followed from a message; gives the enrollments that go on."""
    workspace_id = row["workspace_id"]
    suppressions.lift_of_message(connection, workspace_id, row["id"])
    resumed = [one.enrollment_id for one in followed.ended if _undo_end(connection, row["id"], one)]
    resumed += [one for one in followed.paused if absences.no_return(connection, workspace_id, one)]
    return resumed


def _undo_end(connection: Connection, message_id: str, ended: Ended) -> bool:
    """Let an enrollment go on that a message ended; says whether it does."""
    row = rounds.lock(connection, ended.enrollment_id, ended.round)
    if row is None or row["ended_code"] != ended.code:
        return False  # It was restarted, or undone, since.
    if _ended_by_another(connection, row["id"], message_id):
        return False
    if row["ended_too"] is not None:
        _end_as(connection, row, ReasonCode(row["ended_too"]), message_id)
        return False
    step_id = _first_unsent(connection, row)
    if step_id is None:
        code = ReasonCode.NO_RESPONSE  # All its steps were sent: it ends as it would have.
        facts.write_fact(connection, row, {"ended_code": code.value})
        return False
    _go_on(connection, row, step_id)
    return True


def _end_as(connection: Connection, row: RowMapping, code: ReasonCode, message_id: str) -> None:
    """Leave it ended by the stop that came after the one that is undone."""
    facts.write_fact(connection, row, {"ended_code": code.value, "ended_too": None})
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=facts.end_event(code),
        code=code,
        at=None,
        **facts.log_ids(row),
        detail={"message": message_id, "why": "It was stopped by that, too."},
    )


def _go_on(connection: Connection, row: RowMapping, step_id: str) -> None:
    """Begin the next round at a step; one that never had a workflow waits as it did before."""
    changes: dict[str, Any] = {"ended_code": None, "ended_at": None, "step_id": step_id}
    if step_id != row["step_id"]:
        changes["not_before"] = None
    if not row["started"]:
        facts.write_fact(connection, row, changes)
        start_waiting(connection, row["workspace_id"], [row["id"]])
        return
    is_off = not row["sequence_active"] or row["archived_at"] is not None
    changes |= {"deactivated": is_off, "switched": row["sequence_switched"]}
    if not row["paused"] or _is_over(row):
        changes |= {"paused": False, "paused_until": None, "pause_code": None}
        changes["frozen_at"] = row["now"] if is_off else None
    rounds.begin(connection, row, why="its stop was a mistake", **changes)


def _is_over(row: RowMapping) -> bool:
    return row["paused_until"] is not None and row["paused_until"] <= row["now"]


def _first_unsent(connection: Connection, row: RowMapping) -> str | None:
    """Find where it goes on: from its step on, the first that was not sent and may not have been.

    A send that crossed the stop is one that was.
    """
    out = (DeliveryState.SENT.value, DeliveryState.SUBMITTING.value, DeliveryState.UNKNOWN.value)
    query = select(deliveries.c.step_id).where(
        deliveries.c.enrollment_id == row["id"],
        deliveries.c.round == row["first_round"],
        deliveries.c.state.in_(out),
    )
    sent = set(connection.execute(query).scalars())
    following_step: Mapping[str, str | None] = {s["id"]: s.get("next") for s in row["steps"]}
    step_id = row["step_id"]
    while step_id is not None and step_id in sent:
        step_id = following_step.get(step_id)
    return step_id


def _ended_by_another(connection: Connection, enrollment_id: str, message_id: str) -> bool:
    """Say whether another answer came that would have ended it, had this one not been first."""
    values = {"enrollment_id": enrollment_id, "message_id": message_id}
    return connection.execute(_OTHER, values).first() is not None


_MESSAGE = text(
    "SELECT m.*, (SELECT d.to_address FROM deliveries d WHERE d.id = m.delivery_id) AS to_address"
    " FROM messages m WHERE m.id = :id FOR UPDATE OF m"
)
_OTHER = text(
    "SELECT 1 FROM messages WHERE enrollment_id = :enrollment_id AND id <> :message_id"
    " AND followed ->> 'consequence' IN ('stop', 'suppress_address', 'suppress_person') LIMIT 1"
)


def _log(
    connection: Connection,
    row: RowMapping,
    kind: MailKind,
    reason: str,
    actor: str,
    ended: list[str],
    resumed: list[str],
) -> None:
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.MESSAGE_CLASSIFIED,
        code=None,
        at=None,
        enrollment_id=row["enrollment_id"],
        candidate_id=row["candidate_id"],
        mailbox_id=row["mailbox_id"],
        detail={
            "message": row["id"],
            "was": row["kind"],
            "is": kind.value,
            "reason": reason,
            "by": actor,
            "ended": ended,
            "resumed": resumed,
        },
    )
