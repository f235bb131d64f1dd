"""The last gate before a send leaves: the stop facts, the mailbox's state and its spacing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, text

from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.errors import StaleAttempt, Withheld
from domain.messages import StepResult
from domain.ports.steps import Attempt, Claim
from records import booking, leases, moving, screening
from records.tables import deliveries, mailboxes
from records.transitions import Besides, transition

SPARE = timedelta(milliseconds=50)  #: Added to the spacing: two clocks never agree quite.
ANSWER_WITHIN = timedelta(seconds=25)
"""As long as a send of the same mailbox may still be taken, the next one waits for its answer."""
_LOOK_AGAIN = timedelta(milliseconds=200)

_SPACED = (
    "(:free OR m.spacing_ms = 0 OR m.submitted_at IS NULL"
    " OR m.submitted_at + m.spacing_ms * interval '1 ms' + :spare <= clock_timestamp())"
)
_ALONE = (
    "(:free OR m.spacing_ms = 0 OR NOT EXISTS (SELECT 1 FROM deliveries d"
    " WHERE d.state = 'submitting' AND d.mailbox_id = m.id AND d.key <> :key"
    " AND d.submitting_at > clock_timestamp() - :answer_within))"
)
_OPEN = (
    "m.state = 'connected' AND NOT m.paused AND m.removed_at IS NULL"
    " AND (m.blocked_code IS NULL OR m.blocked_until <= :at OR m.probe_key = :key)"
)
_PASS = text(
    "UPDATE mailboxes m SET submitted_at = clock_timestamp()"
    f" WHERE m.id = :mailbox_id AND {_OPEN} AND {_SPACED} AND {_ALONE} RETURNING 1"
)
_WHY_NOT = text(
    f"SELECT {_OPEN} AS is_open, {_ALONE} AS is_alone,"
    " m.submitted_at + m.spacing_ms * interval '1 ms' + :spare - clock_timestamp() AS wait"
    " FROM mailboxes m WHERE m.id = :mailbox_id"
)
_SHARE_SEQUENCE = text(
    "SELECT active AS sequence_active, archived_at FROM sequences"
    " WHERE id = (SELECT sequence_id FROM enrollments WHERE id = :id) FOR SHARE"
)
_WRITTEN_TO = "c.emails || jsonb_build_array(jsonb_build_object('address', d.to_address))"
_LOCK_ENROLLMENT = text(
    "SELECT e.*, d.to_address AS written_to, jsonb_array_length(c.emails) AS addresses,"
    f" {screening.covering(workspace='e.workspace_id', emails=_WRITTEN_TO)} AS suppressions"
    " FROM enrollments e JOIN candidates c ON c.id = e.candidate_id"
    " JOIN deliveries d ON d.key = :key WHERE e.id = :id FOR UPDATE OF e"
)

_ANNOUNCED = Besides(
    computed={
        "baseline": func.coalesce(deliveries.c.baseline, bindparam("read_to", type_=Text)),
        "submitting_at": func.clock_timestamp(),
    },
    given=(leases.KEPT,),
)
WAIT = func.greatest(
    mailboxes.c.submitted_at
    + mailboxes.c.spacing_ms * text("interval '1 ms'")
    + SPARE
    - func.clock_timestamp(),
    timedelta(),
)  #: How long a mailbox's spacing still keeps the next send back; NULL when nothing was sent yet.


def submit(connection: Connection, claim: Claim, attempt: Attempt) -> StepResult | timedelta | None:
    """Announce the send, or say what keeps it from leaving: a stop, or the mailbox's spacing.

    Locks the sequence (shared), the mailbox and the enrollment, in this order, so that a stop
    waits for the announcement and a second send of the mailbox for the first. The cursor of the
    first announcement stays: what left by it is looked for from there. Raises StaleAttempt
    when the mailbox was paused, blocked or disconnected meanwhile: the next try's gate says why;
    and Withheld when the address it is written to bounced meanwhile.
    """
    enrollment_id, step_id, _ = claim.key.split(":")
    sequence = connection.execute(_SHARE_SEQUENCE, {"id": enrollment_id}).mappings().one()
    wait = _pass_mailbox(connection, claim, attempt)
    known = {"id": enrollment_id, "key": claim.key}
    enrollment = connection.execute(_LOCK_ENROLLMENT, known).mappings().one()
    stopped = moving.stopped({**enrollment, **sequence}, step_id, attempt)
    if stopped is not None:
        booking.free(connection, [enrollment_id])  # Also of a send that turned out not to leave.
        return stopped
    ended = _screen(connection, dict(enrollment), step_id, claim, attempt)
    if ended is not None:
        return ended
    if wait is not None:
        return wait
    transition(
        connection,
        claim,
        DeliveryState.DRAFTED,
        DeliveryState.SUBMITTING,
        sent_before_stop=False,  # Whatever an earlier announcement met: nothing left by it.
        besides=_ANNOUNCED,
        binds={"read_to": claim.baseline},
    )
    return None


def _screen(
    connection: Connection, row: Mapping[str, Any], step_id: str, claim: Claim, attempt: Attempt
) -> StepResult | None:
    """Let an entry win that was added since the claim. Raises Withheld for a bounced address."""
    entry = screening.deciding(row, row["written_to"])
    if entry is None:
        return None
    if not screening.is_final(entry):
        detail = screening.bounced(entry, addresses=row["addresses"])
        raise Withheld(ReasonCode.PREVIOUSLY_BOUNCED, detail)
    ids = {
        "enrollment_id": row["id"],
        "sequence_id": row["sequence_id"],
        "candidate_id": row["candidate_id"],
        "mailbox_id": claim.mailbox_id,
        "step_id": step_id,
        "workflow_id": attempt.workflow_id,
        "run_id": attempt.run_id,
        "activity_id": attempt.activity_id,
    }
    return screening.end(connection, row, entry, attempt, ids)


def _pass_mailbox(connection: Connection, claim: Claim, attempt: Attempt) -> timedelta | None:
    values: dict[str, Any] = {
        "mailbox_id": claim.mailbox_id,
        "key": claim.key,
        "at": attempt.at,
        "free": claim.is_ahead,
        "spare": SPARE,
        "answer_within": ANSWER_WITHIN,
    }
    if connection.execute(_PASS, values).first() is not None:
        return None
    why = connection.execute(_WHY_NOT, values).one()
    if not why.is_open:
        raise StaleAttempt(claim.key)
    return max(why.wait or timedelta(), timedelta() if why.is_alone else _LOOK_AGAIN, _SHORTEST)


_SHORTEST = timedelta(milliseconds=10)
