"""The pre-flight check of a sequence: read its facts, judge them, log what changed."""

from typing import Any

from sqlalchemy import Connection, text, update

from domain.codes import LogEvent, ReasonCode
from domain.preflight import CheckResult, SequenceFacts, check
from records import log
from records.schedule_rules import schedule_of
from records.tables import sequences

_READ = text(
    "SELECT s.*, v.steps, m.state AS mailbox_state, m.removed_at AS mailbox_removed_at,"
    " to_jsonb(a.*) AS schedule, to_jsonb(b.*) AS follow_up,"
    " EXISTS (SELECT 1 FROM enrollments e WHERE e.sequence_id = s.id AND e.ended_code IS NULL)"
    " AS has_prospects FROM sequences s"
    " JOIN versions v ON v.sequence_id = s.id AND v.number = s.version"
    " LEFT JOIN mailboxes m ON m.id = s.mailbox_id"
    " LEFT JOIN schedules a ON a.id = s.schedule_id"
    " LEFT JOIN schedules b ON b.id = s.follow_up_schedule_id WHERE s.id = :id"
)


def run_check(connection: Connection, sequence_id: str) -> tuple[CheckResult, ...]:
    """Run the six checks."""
    row = connection.execute(_READ, {"id": sequence_id}).mappings().one()
    facts = SequenceFacts(
        name=row["name"],
        steps=tuple(row["steps"]),
        has_sender=row["mailbox_id"] is not None,
        sender_removed=row["mailbox_removed_at"] is not None,
        sender_state=row["mailbox_state"],
        has_prospects=row["has_prospects"],
        schedule=None if row["schedule"] is None else schedule_of(row["schedule"]),
        has_follow_up=row["follow_up"] is not None,
        follow_up=None if row["follow_up"] is None else schedule_of(row["follow_up"]),
    )
    return check(facts)


def check_and_log(
    connection: Connection, workspace_id: str, sequence_id: str
) -> tuple[CheckResult, ...]:
    """Run the checks and log failures that are new since the last time."""
    results = run_check(connection, sequence_id)
    codes = sorted({result.code.value for result in results if result.code})
    before = connection.execute(
        text("SELECT last_check FROM sequences WHERE id = :id FOR NO KEY UPDATE"),
        {"id": sequence_id},
    ).scalar_one()
    if codes == before:
        return results
    connection.execute(
        update(sequences).where(sequences.c.id == sequence_id).values(last_check=codes)
    )
    _log(connection, workspace_id, sequence_id, [c for c in codes if c not in before])
    return results


def _log(connection: Connection, workspace_id: str, sequence_id: str, codes: list[str]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "workspace_id": workspace_id,
            "event": LogEvent.CHECK_FAILED,
            "code": ReasonCode(code),
            "sequence_id": sequence_id,
        }
        for code in codes
    ]
    log.write_many(connection, rows)
