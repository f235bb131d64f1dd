"""What came into mailboxes: matched to our sends and stored with the cursor, all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, text, update

from domain.codes import LogEvent
from domain.following import Followed
from domain.ids import Prefix
from domain.inbound.verdict import MailKind, Verdict
from domain.mail import Arrival, Known, Received
from domain.matching import FROM_SYSTEMS, Match, MatchedBy, by_token, match
from domain.optouts import token_of
from domain.ports.inbox import Span
from domain.suppressions import Origin
from records import blocks, following, hearing, log, matching
from records.database import Database, is_deadlock
from records.ids import fresh
from records.tables import mailboxes, messages

_TRIES = 3  #: Of one reading: two mailboxes' answers of one candidate may lock each other out.

_READ_AT = text(
    "SELECT coalesce(cursor_at, created_at) FROM mailboxes WHERE id = :mailbox_id"
)  # Where it was never read, nothing was sent from it before it was added.

_NOW = text(
    "SELECT clock_timestamp() + clock_offset_ms * interval '1 millisecond'"
    " FROM enrollments WHERE id = :id"
)  # The enrollment's own clock: where the line belongs in its story.


class Inbox:
    """`domain.ports.inbox.Inbox` on Postgres."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, mailbox_id: str, workspace_id: str, arrivals: Sequence[Arrival]) -> Known:
        """Say what the records know of these arrivals."""
        with self._database.workspace(workspace_id) as connection:
            return matching.known(connection, mailbox_id, arrivals)

    def accept(
        self, mailbox_id: str, workspace_id: str, span: Span, received: Sequence[Received]
    ) -> int:
        """Store messages and the facts that follow; returns how many enrollments ended.

        Messages stored before are passed over, so two readers of the same span do no harm; the
        cursor only moves when it still stands where this reader began.
        """
        for tries in range(1, _TRIES + 1):
            try:
                with self._database.workspace(workspace_id) as connection:
                    return _accept(connection, workspace_id, mailbox_id, span, received)
            except Exception as error:
                if tries == _TRIES or not is_deadlock(error):
                    raise
        raise AssertionError("unreachable")

    def polled(self, mailbox_id: str, workspace_id: str, span: Span) -> None:
        """Note that the inbox was read up to now; whatever waited for that goes on."""
        with self._database.workspace(workspace_id) as connection:
            hearing.read(connection, workspace_id, mailbox_id, span)

    def read_at(self, mailbox_id: str, workspace_id: str) -> datetime:
        """Say when the inbox was last read (machine time)."""
        with self._database.workspace(workspace_id) as connection:
            return connection.execute(_READ_AT, {"mailbox_id": mailbox_id}).scalar_one()


def _accept(
    connection: Connection,
    workspace_id: str,
    mailbox_id: str,
    span: Span,
    received: Sequence[Received],
) -> int:
    mailbox = blocks.lock(connection, mailbox_id)  # Two readers store one after the other.
    ended = 0
    if received:
        known = matching.stored(connection, mailbox_id, [one.arrival for one in received])
        for one in _each_once(received):
            if one.arrival.provider_message_id not in known:
                ended += _take_in(connection, workspace_id, mailbox_id, one)
    if mailbox["cursor"] in (None, span.start):
        _move_cursor(connection, mailbox_id, span)
    return ended


def _each_once(received: Sequence[Received]) -> Iterator[Received]:
    """Pass over what was read twice in one go: a copy in another folder."""
    seen: set[tuple[str, str]] = set()
    for one in received:
        arrival = one.arrival
        ids = {("", arrival.provider_message_id)}
        if arrival.message_id:
            ids.add((arrival.message_id, arrival.from_address))
        if not ids & seen:
            yield one
        seen |= ids


def _take_in(connection: Connection, workspace_id: str, mailbox_id: str, received: Received) -> int:
    """Store one message with what follows from it; one that is nobody's answer is not kept."""
    received, found = _match(connection, workspace_id, mailbox_id, received)
    if found is None or _is_noise(received, found):
        return 0
    row = _row(workspace_id, mailbox_id, received, found)
    connection.execute(insert(messages).values(**row))
    followed = Followed(reason=found.reason)
    if found.is_plausible:
        case = following.Case(
            message_id=row["id"],
            workspace_id=workspace_id,
            mailbox_id=mailbox_id,
            enrollment_id=found.send.enrollment_id,
            candidate_id=found.send.candidate_id,
            to_address=found.send.to_address,
            matched_by=found.by,
            verdict=received.verdict,
            received_at=received.arrival.received_at,
            answers=received.arrival.in_reply_to,
            origin=Origin.MAILTO if found.by is MatchedBy.TOKEN else Origin.MESSAGE,
        )
        followed = following.follow(connection, case)
    following.note(connection, row["id"], followed)
    _log(connection, row, followed)
    return len(followed.ended)


def _match(
    connection: Connection, workspace_id: str, mailbox_id: str, received: Received
) -> tuple[Received, Match | None]:
    """Find whose answer it is; a mail with an opt-out's token is one, whatever it says."""
    token = token_of(received.arrival.subject)
    if token is not None and received.verdict.kind not in FROM_SYSTEMS:
        named = matching.sends_by_token(connection, workspace_id, token)
        if named:
            return replace(received, verdict=_OPTED_OUT), by_token(named[0])
    return received, match(received, matching.sends(connection, mailbox_id, received))


_OPTED_OUT = Verdict(
    kind=MailKind.UNSUBSCRIBE,
    confidence=1.0,
    evidence="A mail to the address of List-Unsubscribe.",
)


def _is_noise(received: Received, found: Match) -> bool:
    """Say whether it only happens to come from a candidate: newsletters, invitations, receipts."""
    return found.by is MatchedBy.ADDRESS and received.verdict.kind is MailKind.UNRELATED


def _row(workspace_id: str, mailbox_id: str, received: Received, found: Match) -> dict[str, Any]:
    arrival, verdict = received.arrival, received.verdict
    return {
        "id": fresh(Prefix.MESSAGE),
        "workspace_id": workspace_id,
        "mailbox_id": mailbox_id,
        "provider_message_id": arrival.provider_message_id,
        "thread_id": arrival.thread_id,
        "enrollment_id": found.send.enrollment_id,
        "candidate_id": found.send.candidate_id,
        "delivery_id": found.send.delivery_id,
        "matched_by": found.by.value,
        "match_reason": found.reason,
        "kind": verdict.kind.value,
        "confidence": verdict.confidence,
        "evidence": _clean(verdict.evidence),
        "category": None if verdict.category is None else verdict.category.value,
        "auto": None if verdict.auto is None else verdict.auto.value,
        "returns_on": verdict.returns_on,
        "recipient": verdict.recipient,
        "status_code": verdict.status,
        "from_address": _clean(arrival.from_address)[:320],
        "subject": _clean(arrival.subject)[:998],
        "excerpt": _clean(received.excerpt),
        "message_id": _clean(arrival.message_id)[:998],
        "received_at": arrival.received_at,
    }


def _clean(written: str) -> str:
    """Take out what Postgres cannot keep: zeros, and bytes that are no text."""
    return written.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _log(connection: Connection, row: Mapping[str, Any], followed: Followed) -> None:
    is_reply = row["kind"] == MailKind.REPLY
    log.write(
        connection,
        workspace_id=row["workspace_id"],
        event=LogEvent.REPLY_RECEIVED if is_reply else LogEvent.MESSAGE_RECEIVED,
        code=None,
        at=connection.execute(_NOW, {"id": row["enrollment_id"]}).scalar_one(),
        enrollment_id=row["enrollment_id"],
        candidate_id=row["candidate_id"],
        mailbox_id=row["mailbox_id"],
        detail={
            "message": row["id"],
            "kind": row["kind"],
            "followed": followed.consequence.value,
            "crossed": bool(followed.crossed),
        },
    )


def _move_cursor(connection: Connection, mailbox_id: str, span: Span) -> None:
    """Go on from where this span ends; within a gap, note how far it came."""
    values: dict[str, Any] = {}
    if span.end is not None:
        values = {"cursor": span.end, "cursor_at": func.clock_timestamp()}
    elif span.read_up_to is not None:
        now = func.clock_timestamp()
        values = {
            "cursor_at": func.least(now, func.greatest(mailboxes.c.cursor_at, span.read_up_to))
        }
    if values:
        connection.execute(update(mailboxes).where(mailboxes.c.id == mailbox_id).values(**values))
