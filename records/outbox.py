"""The outbox: what must reach Temporal, committed together with the facts behind it."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Connection

from domain.ids import (
    mailbox_workflow_id,
    notices_workflow_id,
    sequence_workflow_id,
    source_workflow_id,
)
from domain.messages import FactKind
from records.bulk import insert_rows
from records.tables import outbox

Row = dict[str, Any]

MailboxSignal = Literal["connected", "paused", "resumed", "removed", "poll_now"]
SequenceSignal = Literal["switched", "archived", "check_now"]
SourceSignal = Literal["connected", "changed", "heard", "deleted"]
NoticesSignal = Literal["told", "changed"]

URGENT: frozenset[FactKind] = frozenset(
    {
        FactKind.PAUSE,
        FactKind.STOP,
        FactKind.REPLY_RECEIVED,
        FactKind.INTERVIEW_BOOKED,
    }
)
"""What must not wait behind a bulk of starts."""


def start_row(workspace_id: str, enrollment_id: str, workflow_id: str, payload: Row) -> Row:
    """Ask for an enrollment's workflow; the relay builds the input from the rows."""
    return _row(workspace_id, workflow_id, enrollment_id, kind="start", payload=payload)


def fact_row(
    workspace_id: str,
    enrollment_id: str,
    workflow_id: str,
    *,
    kind: FactKind,
    number: int,
    payload: Mapping[str, Any],
) -> Row:
    """Tell an enrollment's workflow one numbered fact."""
    return _row(
        workspace_id,
        workflow_id,
        enrollment_id,
        kind="signal",
        signal=kind.value,
        number=number,
        payload=dict(payload),
        urgent=kind in URGENT,
    )


def put(connection: Connection, rows: Sequence[Row]) -> None:
    """Write rows into the outbox, in order."""
    insert_rows(connection, outbox, rows)


def signal_mailbox(
    connection: Connection, workspace_id: str, mailbox_id: str, signal: MailboxSignal
) -> None:
    """Wake the mailbox's workflow: it looks the state up itself, so the order does not matter."""
    workflow_id = mailbox_workflow_id(mailbox_id)
    row = _row(workspace_id, workflow_id, mailbox_id, kind="signal", signal=signal, payload={})
    put(connection, [row])


def signal_sequence(
    connection: Connection, workspace_id: str, sequence_id: str, signal: SequenceSignal
) -> None:
    """Wake the sequence's workflow: it looks the state up itself."""
    workflow_id = sequence_workflow_id(sequence_id)
    row = _row(workspace_id, workflow_id, sequence_id, kind="signal", signal=signal, payload={})
    put(connection, [row])


def signal_source(
    connection: Connection, workspace_id: str, source_id: str, signal: SourceSignal
) -> None:
    """Wake the source's workflow: it looks up itself what there is to do."""
    workflow_id = source_workflow_id(source_id)
    row = _row(
        workspace_id, workflow_id, source_id, kind="signal", signal=signal, payload={}, urgent=True
    )
    put(connection, [row])


def signal_notices(
    connection: Connection, workspace_id: str, user_id: str, channel: str, signal: NoticesSignal
) -> None:
    """Wake the workflow that tells an owner: it looks up itself what waits, and until when."""
    workflow_id = notices_workflow_id(user_id, channel)
    row = _row(workspace_id, workflow_id, user_id, kind="signal", signal=signal, payload={})
    put(connection, [row])


def _row(
    workspace_id: str,
    workflow_id: str,
    subject_id: str,
    *,
    kind: str,
    payload: Row,
    signal: str | None = None,
    number: int = 0,
    urgent: bool = False,
) -> Row:
    return {
        "workspace_id": workspace_id,
        "workflow_id": workflow_id,
        "number": number,
        "kind": kind,
        "signal": signal,
        "subject_id": subject_id,
        "payload": payload,
        "urgent": urgent,
    }
