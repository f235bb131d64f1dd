"""Opt-outs: what a token, a person's word or a returned message puts onto the list.

A message that reaches a sending mailbox may carry a token: `domain.optouts.token_of` finds it in
the subject, and `accept(connection, workspace_id, token, "mailto", message_id=…)` does the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, RowMapping, select, text

from domain.addresses import chosen_address
from domain.optouts import Claimed, claimed_by
from domain.suppressions import Origin, SuppressionKind, SuppressionReason, Unfit, normal
from records.suppressions import Added, NewEntry, add_many
from records.tables import candidates, enrollments, workspaces


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What an opt-out led to; the same for a repeat, but for what it ended."""

    suppressions: list[str] = field(default_factory=list[str])  #: Entries, new or there before.
    ended: list[str] = field(default_factory=list[str])  #: Enrollments, by id.


def is_genuine(connection: Connection, workspace_id: str, token: str) -> bool:
    """Say whether this workspace made the token and its enrollment is known; changes nothing."""
    return _candidate_of(connection, workspace_id, token) is not None


def accept(
    connection: Connection,
    workspace_id: str,
    token: str,
    origin: Origin | str,
    *,
    message_id: str | None = None,
) -> Accepted | None:
    """Accept the opt-out of whoever received the token; None for one that we did not make.

    The person, every address that is known of them and every one that the enrollment wrote to go
    onto the list as unsubscribed, and all their enrollments end. Again is fine.
    """
    candidate_id = _candidate_of(connection, workspace_id, token)
    if candidate_id is None:
        return None
    return opt_out(connection, workspace_id, candidate_id, origin=origin, message_id=message_id)


def opt_out(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    *,
    origin: Origin | str,
    reason: SuppressionReason = SuppressionReason.UNSUBSCRIBED,
    message_id: str | None = None,
    actor: str | None = None,
    addresses: Iterable[str] = (),
) -> Accepted:
    """Put a candidate and every address known of them onto the list, and `addresses` as well."""
    known = [*_known_addresses(connection, candidate_id), *addresses]
    named = [(SuppressionKind.PERSON, candidate_id)]
    named += [(SuppressionKind.ADDRESS, one) for one in dict.fromkeys(filter(_is_fit, known))]
    entries = [
        NewEntry(
            kind=kind,
            value=value,
            reason=reason,
            origin=Origin(origin),
            message_id=message_id,
            actor=actor,
        )
        for kind, value in named
    ]
    return _accepted(add_many(connection, workspace_id, entries))


def bounced(
    connection: Connection,
    workspace_id: str,
    candidate_id: str,
    *,
    origin: Origin | str,
    address: str | None = None,
    message_id: str | None = None,
    actor: str | None = None,
) -> Accepted:
    """Put a candidate's address onto the list as bounced: the one named, else that of the last
    message, else the one that would be written to.
    """
    found = address or _last_written_to(connection, candidate_id)
    if found is None or not _is_fit(found):
        return Accepted()
    entry = NewEntry(
        kind=SuppressionKind.ADDRESS,
        value=found,
        reason=SuppressionReason.BOUNCED,
        origin=Origin(origin),
        message_id=message_id,
        actor=actor,
    )
    return _accepted(add_many(connection, workspace_id, [entry]))


def _candidate_of(connection: Connection, workspace_id: str, token: str) -> str | None:
    claimed = claimed_by(token)
    if claimed is None or claimed.workspace_id != workspace_id:
        return None
    if not claimed.is_sealed(_seal(connection, claimed)):
        return None
    query = select(enrollments.c.candidate_id).where(enrollments.c.id == claimed.enrollment_id)
    return connection.execute(query).scalar_one_or_none()


def _seal(connection: Connection, claimed: Claimed) -> bytes:
    query = select(workspaces.c.seal).where(workspaces.c.id == claimed.workspace_id)
    return bytes(connection.execute(query).scalar_one_or_none() or bytes(32))


def _known_addresses(connection: Connection, candidate_id: str) -> list[str]:
    row = _candidate(connection, candidate_id)
    written = connection.execute(_WRITTEN_TO, {"candidate_id": candidate_id}).scalars()
    listed = [] if row is None else [str(one["address"]) for one in row["emails"]]
    return [*listed, *written]


def _last_written_to(connection: Connection, candidate_id: str) -> str | None:
    values = {"candidate_id": candidate_id}
    last = connection.execute(_WRITTEN_TO, values).scalars().first()
    row = _candidate(connection, candidate_id)
    return last or (None if row is None else chosen_address(row["emails"], None))


def _candidate(connection: Connection, candidate_id: str) -> RowMapping | None:
    query = select(candidates.c.emails).where(candidates.c.id == candidate_id)
    return connection.execute(query).mappings().first()


def _is_fit(address: str) -> bool:
    """Say whether an address can be on the list; what cannot be written to need not be."""
    try:
        normal(SuppressionKind.ADDRESS, address)
    except Unfit:
        return False
    return True


def _accepted(done: list[Added]) -> Accepted:
    return Accepted(
        suppressions=[one.id for one in done], ended=[e for one in done for e in one.ended]
    )


_WRITTEN_TO = text(
    "SELECT d.to_address FROM deliveries d JOIN enrollments e ON e.id = d.enrollment_id"
    " WHERE e.candidate_id = :candidate_id AND d.to_address IS NOT NULL"
    " AND d.state IN ('submitting', 'sent', 'unknown') ORDER BY d.submitting_at DESC NULLS LAST"
)
