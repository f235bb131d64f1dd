"""Drafts that nobody will send: taken back where they are known, else looked for."""

from sqlalchemy import Connection, text

from domain.messages import PerformStep
from domain.ports.steps import Claim, Leftover

# The fence is raised: a try that was stopped before its last gate cannot pass it any more.
_TAKE_BACK = text(
    "WITH left_over AS (SELECT key, draft_id FROM deliveries WHERE enrollment_id = :enrollment_id"
    " AND step_id = :step_id AND draft_id IS NOT NULL AND state IN ('drafted', 'failed')"
    " ORDER BY key FOR UPDATE)"
    " UPDATE deliveries d SET draft_id = NULL, fence = d.fence + 1,"
    " state = CASE d.state WHEN 'drafted' THEN 'rendered' ELSE d.state END,"
    " updated_at = clock_timestamp()"
    " FROM left_over l WHERE d.key = l.key RETURNING d.mailbox_id, l.draft_id"
)


_LOOK_SOON = text(
    "UPDATE mailboxes SET swept_at = NULL WHERE id = (SELECT id FROM mailboxes"
    " WHERE id = :mailbox_id AND swept_at IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries"
    " WHERE key = :key AND state = 'rendered') FOR NO KEY UPDATE SKIP LOCKED)"
)  # It never waits: the delivery is locked by now, and a mailbox comes before it.


def look_soon(connection: Connection, claim: Claim) -> None:
    """Let the next poll look for drafts left behind, where a failed try may have made one.

    A draft whose answer was lost has an id that nobody knows; it carries its delivery's key.
    """
    connection.execute(_LOOK_SOON, {"mailbox_id": claim.mailbox_id, "key": claim.key})


def take_back(connection: Connection, request: PerformStep) -> list[Leftover]:
    """Give the drafts that are to be removed; the letter stays for a later try."""
    step = {"enrollment_id": request.enrollment_id, "step_id": request.step_id}
    rows = connection.execute(_TAKE_BACK, step)
    return [Leftover(mailbox_id=row.mailbox_id, draft_id=row.draft_id) for row in rows]
