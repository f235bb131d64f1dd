"""Says on a mailbox that it cannot send, once per fault, and in the log."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Connection, func, update

from domain.codes import LogEvent, ReasonCode
from domain.mailbox import MailboxState
from records import log
from records.tables import mailboxes

FAULT_STATES: Mapping[ReasonCode, MailboxState] = MappingProxyType(
    {
        ReasonCode.MAILBOX_DISCONNECTED: MailboxState.DISCONNECTED,
        ReasonCode.MAILBOX_ERROR: MailboxState.ERROR,
    }
)

_EVENTS = {
    ReasonCode.MAILBOX_DISCONNECTED: LogEvent.MAILBOX_DISCONNECTED,
    ReasonCode.MAILBOX_ERROR: LogEvent.MAILBOX_ERROR,
}


def fault(
    connection: Connection,
    workspace_id: str,
    mailbox_id: str,
    code: ReasonCode,
    detail: str,
    *,
    generation: int | None = None,
) -> bool:
    """Mark a connected mailbox as faulty; returns whether this call did it.

    With a `generation`, only if that is still the one in force: a reconnect since then wins.
    """
    query = update(mailboxes).where(
        mailboxes.c.id == mailbox_id, mailboxes.c.state == MailboxState.CONNECTED.value
    )
    if generation is not None:
        query = query.where(mailboxes.c.generation == generation)
    marked = connection.execute(
        query.values(
            state=FAULT_STATES[code].value,
            code=code.value,
            detail=detail,
            updated_at=func.clock_timestamp(),
        ).returning(mailboxes.c.id)
    ).first()
    if marked is None:
        return False
    log.write(
        connection,
        workspace_id=workspace_id,
        event=_EVENTS[code],
        code=code,
        at=None,
        mailbox_id=mailbox_id,
        detail={"why": detail},
    )
    return True
