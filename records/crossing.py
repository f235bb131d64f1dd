"""Sends that are on their way while a stop is accepted."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from records.tables import deliveries, enrollments


def in_flight(
    connection: Connection,
    *,
    enrollment_ids: Sequence[str] | None = None,
    sequence_id: str | None = None,
    mailbox_id: str | None = None,
) -> list[str]:
    """Name the deliveries whose send may be on its way right now."""
    query = select(deliveries.c.id).where(deliveries.c.state == "submitting")
    if enrollment_ids is not None:
        query = query.where(deliveries.c.enrollment_id == func.any(list(enrollment_ids)))
    if mailbox_id is not None:
        query = query.where(deliveries.c.mailbox_id == mailbox_id)
    if sequence_id is not None:
        query = query.join(enrollments, enrollments.c.id == deliveries.c.enrollment_id).where(
            enrollments.c.sequence_id == sequence_id
        )
    return list(connection.execute(query).scalars())


def name_crossing(
    connection: Connection,
    *,
    enrollment_ids: Sequence[str] | None = None,
    sequence_id: str | None = None,
) -> list[str]:
    """Name what may cross a stop that is being accepted, and mark it on the deliveries."""
    found = in_flight(connection, enrollment_ids=enrollment_ids, sequence_id=sequence_id)
    mark_sent_before_stop(connection, found)
    return found


def mark_sent_before_stop(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Mark what a stop's answer named: if the provider accepts it, it crossed the stop."""
    if not delivery_ids:
        return
    connection.execute(
        update(deliveries).where(deliveries.c.id.in_(delivery_ids)).values(sent_before_stop=True)
    )
