"""Takes in the files of a sequence's steps: checked together, kept once."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from api.shapes.attachments import MOST_BYTES, AttachmentIn
from api.unit import Unit
from records import attachments

Faults = list[dict[str, str]]


def take_in(
    unit: Unit, given: Sequence[Sequence[AttachmentIn]]
) -> tuple[list[list[dict[str, Any]]], Faults]:
    """Keep the files of each step; gives what the steps store of them, and what is wrong.

    Kept files of a request that is refused go with its transaction.
    """
    files = {_digest(one): one.content for step in given for one in step if one.content is not None}
    attachments.keep(unit.connection, unit.workspace_id, files)
    sizes = attachments.sizes(unit.connection, {_digest(one) for step in given for one in step})
    faults = [fault for n, step in enumerate(given) for fault in _faults(step, n, sizes)]
    stored = [[_stored(one, sizes) for one in step if _digest(one) in sizes] for step in given]
    return stored, faults


def _stored(one: AttachmentIn, sizes: dict[str, int]) -> dict[str, Any]:
    digest = _digest(one)
    return {
        "name": one.name,
        "content_type": one.content_type,
        "sha256": digest,
        "size": sizes[digest],
    }


def _digest(one: AttachmentIn) -> str:
    return one.sha256 or sha256(one.content or b"").hexdigest()


def _faults(step: Sequence[AttachmentIn], n: int, sizes: dict[str, int]) -> Faults:
    at = f"/steps/{n}/attachments"
    unknown = "No file with this digest was sent before; send its content."
    found = [
        {"pointer": f"{at}/{m}/sha256", "code": "attachment.unknown", "detail": unknown}
        for m, one in enumerate(step)
        if _digest(one) not in sizes
    ]
    total = sum(sizes.get(_digest(one), 0) for one in step)
    if total > MOST_BYTES:
        detail = f"The files of a step may have {MOST_BYTES} bytes together; these have {total}."
        found.append({"pointer": at, "code": "attachment.too_large", "detail": detail})
    return found
