"""Takes a delivery for an attempt: one more fence, and everything the letter is built from."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from domain.access import MailboxKind
from domain.delivery import DeliveryState
from domain.fate import LOOK_FOR
from domain.ids import Prefix, delivery_key
from domain.mail import Attachment, Draft, Letter, Recipient, StepContent, Thread, ThreadTail
from domain.messages import PerformStep
from domain.optouts import make_token
from domain.ports.steps import Attempt, Claim
from records import attachments
from records.gate import GateRow, address_of, is_first, step_of
from records.holding import generations_of
from records.ids import fresh
from records.plans import content_of

_TAKE = text(
    "INSERT INTO deliveries (id, workspace_id, enrollment_id, step_id, round, key, mailbox_id,"
    " state) VALUES (:id, :workspace_id, :enrollment_id, :step_id, :round, :key, :mailbox_id,"
    " 'claimed') ON CONFLICT (key) DO UPDATE SET fence = deliveries.fence + 1,"
    " mailbox_id = excluded.mailbox_id, updated_at = clock_timestamp(),"
    " state = CASE WHEN :anew THEN 'claimed' ELSE deliveries.state END,"
    " mime = CASE WHEN :anew THEN NULL ELSE deliveries.mime END,"
    " draft_id = CASE WHEN :anew THEN NULL ELSE deliveries.draft_id END,"
    " baseline = CASE WHEN :anew THEN NULL ELSE deliveries.baseline END"
    " RETURNING id, fence, state, failures, created_at,"
    " :may_be_ahead AND :at > clock_timestamp() + interval '1 second' AS is_ahead"
)


def take(
    connection: Connection,
    row: GateRow,
    request: PerformStep,
    attempt: Attempt,
    *,
    may_be_ahead: bool = False,
) -> Claim:
    """Make this attempt the delivery's owner; a letter that was written before stays as it is."""
    key = delivery_key_of(row, request)
    anew = _written_anew(row)
    taken = connection.execute(
        _TAKE,
        {
            "id": fresh(Prefix.DELIVERY),
            "workspace_id": request.workspace_id,
            "enrollment_id": request.enrollment_id,
            "step_id": request.step_id,
            "round": row["first_round"],
            "key": key,
            "mailbox_id": row["sender_id"],
            "anew": anew,
            "at": attempt.at,
            "may_be_ahead": may_be_ahead,
        },
    ).one()
    letter = None if anew else _letter(row)
    step = step_of(row, request.step_id)
    listed = step.get("attachments", ()) if letter is None and step is not None else ()
    files = attachments.of_step(connection, listed)
    return Claim(
        delivery_id=taken.id,
        workspace_id=request.workspace_id,
        key=key,
        fence=taken.fence,
        state=DeliveryState(taken.state),
        mailbox_id=row["sender_id"],
        draft=_draft(row, request, key, taken.created_at, files),
        letter=letter,
        draft_id=None if anew else row["draft_id"],
        failures=taken.failures,
        baseline=None if anew else row["baseline"],
        cursor=row["inbox_cursor"],
        quiet_for=row["quiet_for"] or timedelta(),
        look_for=LOOK_FOR[MailboxKind(row["mailbox_kind"])],
        is_ahead=taken.is_ahead,
        is_probe=row["blocked_code"] is not None,
        may_recover=row["mailbox_kind"] == MailboxKind.GMAIL and is_first(row, request.step_id),
        generations=generations_of(row),
    )


def delivery_key_of(row: GateRow, request: PerformStep) -> str:
    """Name the delivery of a step in the present pass."""
    return delivery_key(request.enrollment_id, request.step_id, row["first_round"])


def _written_anew(row: GateRow) -> bool:
    """Say whether an earlier letter must not be used: it failed, or went from or to elsewhere."""
    if row["delivery_state"] == DeliveryState.FAILED:
        return True
    elsewhere = row["delivery_mailbox_id"] not in (None, row["sender_id"])
    corrected = row["written_to"] not in (None, address_of(row))
    return (elsewhere or corrected) and row["delivery_state"] != DeliveryState.SUBMITTING


def _draft(
    row: GateRow,
    request: PerformStep,
    key: str,
    written_at: Any,
    files: tuple[Attachment, ...],
) -> Draft:
    step = step_of(row, request.step_id)
    content = content_of(step) if step is not None else StepContent()
    to_address = address_of(row) or ""
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return Draft(
        key=key,
        from_address=row["address"],
        from_name=row["display_name"],
        to_address=to_address,
        to_name=name,
        recipient=Recipient(
            first_name=row["first_name"],
            last_name=row["last_name"],
            email=to_address,
            linkedin_url=row["linkedin_url"] or "",
            fields=row["fields"],
        ),
        content=content,
        attachments=files,
        tail=_tail(row) if content.thread is Thread.REPLY else None,
        optout_token=make_token(row["seal"], row["workspace_id"], row["id"]),
        written_at=written_at,
    )


def _tail(row: GateRow) -> ThreadTail | None:
    if row["tail_message_id"] is None:
        return None
    return ThreadTail(
        thread_id=row["tail_thread_id"],
        message_id=row["tail_message_id"],
        references=tuple(row["tail_references"]),
        subject=bare_subject(row["tail_subject"] or ""),
    )


def bare_subject(subject: str) -> str:
    """Take our own "Re: " off a subject."""
    return subject[4:] if subject[:4].lower() == "re: " else subject


def _letter(row: GateRow) -> Letter | None:
    if row["mime"] is None:
        return None
    return Letter(
        subject=row["subject"],
        html=row["html"],
        text=row["text"],
        mime=bytes(row["mime"]),
        message_id=row["own_message_id"],
        thread_id=row["own_thread_id"],
    )
