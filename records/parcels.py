"""The relay's side of the outbox: claims rows in order and notes what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import text

from domain.codes import ReasonCode
from domain.messages import (
    Booking,
    Fact,
    MailboxStart,
    NoticesStart,
    SequenceStart,
    SourceStart,
    WebhookStart,
)
from domain.outbox import Delivered, Parcel, Undelivered, WorkflowKind
from domain.state import EnrollmentStart
from records.database import Database
from records.plans import plan_of

MAX_FAILURES = 20  #: Tries after which a row is parked and shown.
CLAIM_SECONDS = 30  #: How long a claimed row is left alone; longer than any delivery.

# The lowest number is looked up row by row on purpose: written as NOT EXISTS it becomes a join that
# compares every open row with every other one (measured: 2.8 s for 3,000 rows, 6 ms like this).
_TAKE = text(
    """
    WITH taken AS (
      UPDATE outbox SET claimed_until = clock_timestamp() + :seconds * interval '1 second'
      WHERE id IN (
        SELECT o.id FROM outbox o
        WHERE o.delivered_at IS NULL AND o.parked_at IS NULL
          AND (o.claimed_until IS NULL OR o.claimed_until < clock_timestamp())
          AND o.number = (
            SELECT min(p.number) FROM outbox p
            WHERE p.workflow_id = o.workflow_id
              AND p.delivered_at IS NULL AND p.parked_at IS NULL)
        ORDER BY o.urgent DESC, o.id LIMIT :limit
        FOR UPDATE SKIP LOCKED)
      RETURNING *)
    SELECT t.id AS outbox_id, t.workspace_id, t.workflow_id, t.number, t.kind, t.signal,
      t.subject_id, t.payload,
      e.round, e.version, e.mailbox_id, e.step_id, e.not_before, e.slot_at, e.wait_code,
      e.sequence_id, e.ended_code, v.steps, clock_timestamp() AS now
    FROM taken t
    LEFT JOIN enrollments e ON e.id = t.subject_id
    LEFT JOIN versions v ON v.sequence_id = e.sequence_id AND v.number = e.version
    ORDER BY t.urgent DESC, t.id
    """
)

_DONE = text(
    "UPDATE outbox SET delivered_at = clock_timestamp(), outcome = d.outcome"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:outcomes AS text[])) AS d(id, outcome)"
    " WHERE outbox.id = d.id"
)

_RUNS = text(
    "UPDATE enrollments e SET run_id = d.run_id FROM outbox o,"
    " unnest(CAST(:ids AS bigint[]), CAST(:runs AS text[])) AS d(id, run_id)"
    " WHERE o.id = d.id AND e.id = o.subject_id AND e.run_id IS NULL"
)

_FAILED = text(
    "UPDATE outbox SET fault = d.fault,"
    " failures = failures + CASE WHEN d.away THEN 0 ELSE 1 END,"
    " claimed_until = clock_timestamp() + CASE WHEN d.away THEN interval '2 seconds'"
    " ELSE least(60, 2 ^ least(failures, 6)) * interval '1 second' END,"
    " parked_at = CASE WHEN NOT d.away AND failures + 1 >= :most THEN clock_timestamp() END"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:faults AS text[]), CAST(:away AS boolean[]))"
    " AS d(id, fault, away)"
    " WHERE outbox.id = d.id"
)

_SWEEP = text("DELETE FROM outbox WHERE delivered_at < clock_timestamp() - interval '1 day'")


class Outbox:
    """`OutboxPort` on Postgres; thread-safe, and safe beside other relays."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, limit: int) -> list[Parcel]:
        """Claim undelivered rows for a short while: per workflow only the lowest number."""
        with self._database.system() as connection:
            values = {"limit": limit, "seconds": CLAIM_SECONDS}
            rows = connection.execute(_TAKE, values).mappings().all()
        return [_parcel(dict(row)) for row in rows]

    def settle(self, done: Sequence[Delivered], failed: Sequence[Undelivered]) -> None:
        """Write down what became of claimed rows."""
        with self._database.system() as connection:
            if done:
                ids = [one.id for one in done]
                outcomes = [one.outcome.value for one in done]
                connection.execute(_DONE, {"ids": ids, "outcomes": outcomes})
            runs = [one for one in done if one.run_id is not None]
            if runs:
                values = {"ids": [one.id for one in runs], "runs": [one.run_id for one in runs]}
                connection.execute(_RUNS, values)
            if failed:
                ids = [one.id for one in failed]
                values = {
                    "ids": ids,
                    "faults": [one.fault for one in failed],
                    "away": [one.away for one in failed],
                    "most": MAX_FAILURES,
                }
                connection.execute(_FAILED, values)

    def sweep(self) -> int:
        """Forget what was delivered more than a day ago; returns how many rows."""
        with self._database.system() as connection:
            return connection.execute(_SWEEP).rowcount


def _parcel(row: Mapping[str, Any]) -> Parcel:
    return _PARCELS[row["workflow_id"].partition("/")[0]](row)


def _enrollment(row: Mapping[str, Any]) -> Parcel:
    steps = row["steps"] or []
    start = EnrollmentStart(
        enrollment_id=row["subject_id"],
        workspace_id=row["workspace_id"],
        plan=plan_of(row["version"], steps, row["mailbox_id"]),
        step_id=row["step_id"],
        round=row["round"],
        first=_booking(row),
    )
    return Parcel(
        id=row["outbox_id"],
        workflow_id=row["workflow_id"],
        kind=WorkflowKind.ENROLLMENT,
        start=start,
        signal=row["signal"],
        fact=_fact(row, steps),
        delay=_delay(row["slot_at"], row["now"]) if row["signal"] is None else timedelta(),
        summary=f"Enrollment in {row['sequence_id']}, {len(steps)} steps",
        attributes={
            "RepriseWorkspace": row["workspace_id"],
            "RepriseSequence": row["sequence_id"],
            "RepriseMailbox": row["mailbox_id"] or "",
        },
        pointless=row["kind"] == "start" and row["ended_code"] is not None,
    )


def _mailbox(row: Mapping[str, Any]) -> Parcel:
    start = MailboxStart(mailbox_id=row["subject_id"], workspace_id=row["workspace_id"])
    return _watcher(row, WorkflowKind.MAILBOX, start, "RepriseMailbox", "Watches a mailbox")


def _sequence(row: Mapping[str, Any]) -> Parcel:
    start = SequenceStart(sequence_id=row["subject_id"], workspace_id=row["workspace_id"])
    return _watcher(row, WorkflowKind.SEQUENCE, start, "RepriseSequence", "Looks after a sequence")


def _source(row: Mapping[str, Any]) -> Parcel:
    start = SourceStart(source_id=row["subject_id"], workspace_id=row["workspace_id"])
    return _watcher(row, WorkflowKind.SOURCE, start, None, "Asks a source for interviews")


def _webhook(row: Mapping[str, Any]) -> Parcel:
    number = int(row["workflow_id"].rpartition("/")[2])
    start = WebhookStart(
        notice_id=row["subject_id"], workspace_id=row["workspace_id"], round=number
    )
    return _messenger(row, WorkflowKind.WEBHOOK, start, "Tells a webhook endpoint")


def _notices(row: Mapping[str, Any]) -> Parcel:
    channel = row["workflow_id"].rpartition("/")[2]
    start = NoticesStart(
        user_id=row["subject_id"], workspace_id=row["workspace_id"], channel=channel
    )
    return _messenger(row, WorkflowKind.NOTICES, start, f"Tells an owner by {channel}")


def _messenger(
    row: Mapping[str, Any], kind: WorkflowKind, start: WebhookStart | NoticesStart, summary: str
) -> Parcel:
    return Parcel(
        id=row["outbox_id"],
        workflow_id=row["workflow_id"],
        kind=kind,
        start=start,
        signal=row["signal"],
        summary=summary,
        attributes={"RepriseWorkspace": row["workspace_id"]},
    )


def _watcher(
    row: Mapping[str, Any],
    kind: WorkflowKind,
    start: MailboxStart | SequenceStart | SourceStart,
    attribute: str | None,
    summary: str,
) -> Parcel:
    return Parcel(
        id=row["outbox_id"],
        workflow_id=row["workflow_id"],
        kind=kind,
        start=start,
        signal=row["signal"],
        summary=summary,
        attributes={
            "RepriseWorkspace": row["workspace_id"],
            **({} if attribute is None else {attribute: row["subject_id"]}),
        },
    )


def _booking(row: Mapping[str, Any]) -> Booking | None:
    if row["not_before"] is None:
        return None
    return Booking(
        not_before=row["not_before"],
        slot_at=row["slot_at"],
        code=ReasonCode(row["wait_code"]),
    )


def _fact(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Fact | None:
    if row["signal"] is None:
        return None
    payload = row["payload"]
    code, until = payload.get("code"), payload.get("until")
    fact = Fact(
        number=row["number"],
        code=None if code is None else ReasonCode(code),
        until=None if until is None else datetime.fromisoformat(until),
        hold_id=payload.get("hold_id"),
        step_id=payload.get("step_id"),
        name=payload.get("name"),
    )
    if "version" not in payload:
        return fact
    return replace(fact, plan=plan_of(payload["version"], steps, row["mailbox_id"]))


def _delay(slot_at: datetime | None, now: datetime) -> timedelta:
    return max(slot_at - now, timedelta()) if slot_at is not None else timedelta()


_PARCELS: Mapping[str, Callable[[Mapping[str, Any]], Parcel]] = MappingProxyType(
    {
        "enrollment": _enrollment,
        "mailbox": _mailbox,
        "sequence": _sequence,
        "source": _source,
        "webhook": _webhook,
        "notices": _notices,
    }
)
