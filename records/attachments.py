"""Files that steps attach: kept once per workspace under the SHA-256 of their bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.mail import Attachment
from records.tables import attachments


def keep(connection: Connection, workspace_id: str, files: Mapping[str, bytes]) -> None:
    """Store files by their digest; one that is there already is fine."""
    for digest, content in sorted(files.items()):
        row = {"workspace_id": workspace_id, "sha256": digest, "content": content}
        connection.execute(insert(attachments).values(row).on_conflict_do_nothing())


def sizes(connection: Connection, digests: Iterable[str]) -> dict[str, int]:
    """Give the sizes in bytes of the files that are known."""
    query = select(attachments.c.sha256, func.length(attachments.c.content)).where(
        attachments.c.sha256.in_(list(digests))
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def of_step(connection: Connection, listed: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """Read the files that a stored step lists, in its order."""
    if not listed:
        return ()
    query = select(attachments.c.sha256, attachments.c.content).where(
        attachments.c.sha256.in_([one["sha256"] for one in listed])
    )
    found = {digest: bytes(content) for digest, content in connection.execute(query)}
    return tuple(
        Attachment(name=one["name"], content_type=one["content_type"], content=found[one["sha256"]])
        for one in listed
    )
