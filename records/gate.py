"""The gate before a step: everything that decides whether it may be performed now, in one read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from domain.addresses import chosen_address
from domain.codes import ReasonCode
from domain.delivery import DeliveryState
from domain.mailbox import MailboxState, hold_code
from domain.messages import PerformStep
from records import screening
from records.limits import AS_JSON

_READ = text(
    f"""
    SELECT e.*, coalesce(e.mailbox_id, s.mailbox_id) AS sender_id,
      s.active AS sequence_active, s.archived_at, s.schedule_id, s.follow_up_schedule_id,
      s.generation AS sequence_generation,
      v.steps AS steps,
      c.first_name, c.last_name, c.emails, c.linkedin_url, c.fields, c.zone AS candidate_zone,
      c.generation AS candidate_generation,
      m.address, m.display_name, m.zone AS identity_zone, m.spacing_ms,
      m.kind AS mailbox_kind, m.blocked_until, m.blocked_code, m.probe_key,
      m.cursor AS inbox_cursor, m.deaf_since, clock_timestamp() - m.deaf_since AS deaf_for,
      (SELECT most FROM limits l WHERE l.account_id = e.workspace_id AND l.action = 'contact')
        AS monthly_contacts,
      m.state AS mailbox_state, m.removed_at AS mailbox_removed_at, m.paused AS mailbox_paused,
      m.generation AS mailbox_generation, {AS_JSON} AS limits,
      to_jsonb(sch.*) AS schedule, sl.slot_at AS booked_at,
      d.id AS delivery_id, d.state AS delivery_state, d.fence, d.draft_id,
      d.mailbox_id AS delivery_mailbox_id, d.sent_at AS delivery_sent_at,
      clock_timestamp() - d.submitting_at AS quiet_for, d.baseline, d.mime,
      d.subject, d.html, d.text, d.own_message_id, d.thread_id AS own_thread_id,
      d.provider_message_id, d.created_at AS written_at, d.to_address AS written_to,
      (SELECT w.seal FROM workspaces w WHERE w.id = e.workspace_id) AS seal,
      {screening.covering(workspace="e.workspace_id")} AS suppressions,
      tail.thread_id AS tail_thread_id, tail.message_id AS tail_message_id,
      tail.reference_ids AS tail_references, tail.subject AS tail_subject
    FROM enrollments e
    JOIN sequences s ON s.id = e.sequence_id
    JOIN versions v ON v.sequence_id = e.sequence_id AND v.number = e.version
    JOIN candidates c ON c.id = e.candidate_id
    LEFT JOIN mailboxes m ON m.id = coalesce(e.mailbox_id, s.mailbox_id)
    LEFT JOIN schedules sch ON sch.id = CASE
      WHEN s.follow_up_schedule_id IS NOT NULL AND v.steps -> 0 ->> 'id' <> :hours_step_id
      THEN s.follow_up_schedule_id ELSE s.schedule_id END
    LEFT JOIN slots sl
      ON sl.enrollment_id = e.id AND sl.step_id = :step_id AND sl.round = e.first_round
      AND NOT sl.used
    LEFT JOIN deliveries d
      ON d.enrollment_id = e.id AND d.step_id = :step_id AND d.round = e.first_round
    LEFT JOIN LATERAL (
      SELECT t.thread_id, t.message_id, t.reference_ids, t.subject FROM deliveries t
      WHERE t.enrollment_id = e.id AND t.round = e.first_round AND t.state = 'sent'
        AND t.mailbox_id = m.id
      ORDER BY t.sent_at DESC LIMIT 1) tail ON true
    WHERE e.id = :enrollment_id
    FOR UPDATE OF e
    """
)

GateRow = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a step cannot be performed until something is mended."""

    code: ReasonCode
    detail: str
    resource: str | None


def read_gate(
    connection: Connection, request: PerformStep, *, hours_of_step: str | None = None
) -> GateRow | None:
    """Lock the enrollment and read everything the gate needs.

    The schedule is that of `hours_of_step`, or of the requested step.
    """
    values = {
        "enrollment_id": request.enrollment_id,
        "step_id": request.step_id,
        "hours_step_id": hours_of_step or request.step_id,
    }
    row = connection.execute(_READ, values).mappings().first()
    return None if row is None else dict(row)


def refusal(row: GateRow) -> Refusal | None:
    """Say which cause must be mended first, if one must."""
    if row["delivery_state"] == DeliveryState.UNKNOWN:
        return Refusal(
            code=ReasonCode.SEND_OUTCOME_UNKNOWN,
            detail="An earlier send may have been accepted: a person must look.",
            resource=None,
        )
    if row["sender_id"] is None:
        return Refusal(
            code=ReasonCode.NO_SENDER,
            detail="The sequence has no sender.",
            resource=row["sequence_id"],
        )
    if row["mailbox_removed_at"] is not None:
        return Refusal(
            code=ReasonCode.SENDER_REMOVED,
            detail="The mailbox of this conversation was removed.",
            resource=row["sender_id"],
        )
    if row["mailbox_paused"]:
        return Refusal(
            code=ReasonCode.MANUAL,
            detail="Its mailbox is paused; resume the mailbox.",
            resource=row["sender_id"],
        )
    code = hold_code(MailboxState(row["mailbox_state"]))
    if code is not None:
        detail = f"The mailbox is {row['mailbox_state']}."
        return Refusal(code=code, detail=detail, resource=row["sender_id"])
    return _no_address(row)


def address_of(row: GateRow) -> str | None:
    """Give the address that a step would write to now."""
    return chosen_address(row["emails"], row["email_address_id"])


def step_of(row: GateRow, step_id: str) -> Mapping[str, Any] | None:
    """Find a stored step of the enrollment's version."""
    return next((step for step in row["steps"] if step["id"] == step_id), None)


def is_first(row: GateRow, step_id: str) -> bool:
    """Say whether a step opens the sequence; the others follow up."""
    return bool(row["steps"]) and row["steps"][0]["id"] == step_id


def _no_address(row: GateRow) -> Refusal | None:
    address = address_of(row)
    if address is None:
        return Refusal(
            code=ReasonCode.MISSING_CONTACT_EMAIL,
            detail="The candidate has no e-mail address.",
            resource=row["candidate_id"],
        )
    entry = screening.deciding(row, address)
    if entry is None or row["delivery_state"] == DeliveryState.SUBMITTING:
        return None  # Of what may have left already only the outcome matters.
    return Refusal(
        code=ReasonCode.PREVIOUSLY_BOUNCED,
        detail=screening.bounced(entry, addresses=len(row["emails"])),
        resource=row["candidate_id"],
    )
