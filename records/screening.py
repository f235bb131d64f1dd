"""What the gates ask of the suppressions: does a live entry forbid this message?"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, func, update

from domain.codes import LogEvent, ReasonCode
from domain.messages import ResultKind, StepResult
from domain.ports.steps import Attempt
from domain.suppressions import (
    ENDS_AS,
    Entry,
    Origin,
    SuppressionKind,
    SuppressionReason,
    strongest,
)
from records import booking, log
from records.projection import projected
from records.tables import enrollments

ENTRY = (
    "jsonb_build_object('id', u.id, 'kind', u.kind, 'value', u.value, 'reason', u.reason,"
    " 'origin', u.origin)"
)


def covering(*, workspace: str, emails: str = "c.emails") -> str:
    """Write the SQL that lists the live entries which name the candidate `c`; NULL for none.

    A scalar sub-select, since only so row-level security lets the index be used: its keys are a
    parameter then, and no leaky function of a column.
    """
    keys = f"suppression_keys(c.id, {emails}, c.fields ->> 'company')"
    return (
        f"(SELECT jsonb_agg({ENTRY}) FROM suppressions u WHERE u.lifted_at IS NULL"
        f" AND u.workspace_id = {workspace} AND (u.key = ANY({keys}) OR u.twin = ANY({keys})))"
    )


def entries_in(listed: Iterable[Mapping[str, Any]] | None) -> list[Entry]:
    """Read what `covering` lists."""
    return [
        Entry(
            id=one["id"],
            kind=SuppressionKind(one["kind"]),
            value=one["value"],
            reason=SuppressionReason(one["reason"]),
            origin=Origin(one["origin"]),
        )
        for one in listed or ()
    ]


def deciding(row: Mapping[str, Any], writes_to: str | None) -> Entry | None:
    """Give the entry that forbids a message to `writes_to`, from a row with `suppressions`."""
    return strongest(entries_in(row["suppressions"]), writes_to)


def told(entry: Entry) -> dict[str, str]:
    """Say in the log which entry decided, and by which way it came."""
    return {
        "suppression": entry.id,
        "kind": entry.kind.value,
        "reason": entry.reason.value,
        "origin": entry.origin.value,
    }


def is_final(entry: Entry) -> bool:
    """Say whether the entry ends an enrollment; a bounced address only holds it."""
    return entry.reason is not SuppressionReason.BOUNCED


def bounced(entry: Entry, *, addresses: int) -> str:
    """Say what a hold for a bounced address waits for; names no address."""
    other = " Put another of the candidate's addresses first." if addresses > 1 else ""
    return (
        f"A message to this address came back for good ({entry.id})."
        f" Correct the address, or lift the entry if it is a mistake.{other}"
    )


def end(
    connection: Connection,
    row: Mapping[str, Any],
    entry: Entry,
    attempt: Attempt,
    ids: Mapping[str, str | None],
) -> StepResult:
    """End a locked enrollment at its gate; its workflow hears it from the step's own answer."""
    code: ReasonCode = ENDS_AS[entry.reason]
    booking.free(connection, [row["id"]])
    connection.execute(
        update(enrollments)
        .where(enrollments.c.id == row["id"])
        .values(
            **projected(ended_code=code.value),
            ended_at=attempt.at,
            slot_at=None,
            updated_at=func.clock_timestamp(),
        )
    )
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.SUPPRESSION_HIT,
        code=code,
        at=attempt.at,
        detail=told(entry),
        **ids,
    )
    return StepResult(kind=ResultKind.ENDED, code=code)
