"""Opt-out tokens: what a message carries so that whoever received it can end it, and nobody else.

A token names a workspace and an enrollment and is sealed with the workspace's own key, so it needs
no row, no login and no end: it works as long as the workspace does. It is lower case and digits
only, so a mail program may fold or capitalise a subject that carries it.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from domain.ids import Prefix

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID, _MAC = 20, 26  # characters of five bits: an id's after its prefix, and 128 bits of a MAC
_SHAPE = re.compile(rf"(?<![0-9a-z])[{_ALPHABET}]{{{2 * _ID + _MAC}}}(?![0-9a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Whom a token names; nothing is proven before `is_sealed`."""

    workspace_id: str
    enrollment_id: str
    mac: str

    def is_sealed(self, seal: bytes) -> bool:
        """Say whether the workspace with this key made the token; takes the same time always."""
        return hmac.compare_digest(_mac(seal, self.workspace_id, self.enrollment_id), self.mac)


def make_token(seal: bytes, workspace_id: str, enrollment_id: str) -> str:
    """Write the token of an enrollment; always the same one."""
    ids = _bare(workspace_id, Prefix.WORKSPACE) + _bare(enrollment_id, Prefix.ENROLLMENT)
    return ids + _mac(seal, workspace_id, enrollment_id)


def token_of(text: str) -> str | None:
    """Find the token in a text: a subject, an address or a link; None when there is none."""
    found = _SHAPE.search(text.lower())
    return None if found is None else found.group()


def claimed_by(token: str) -> Claimed | None:
    """Read whom a token names; None for what cannot be a token."""
    if not _SHAPE.fullmatch(token):
        return None
    return Claimed(
        workspace_id=f"{Prefix.WORKSPACE}_{token[:_ID]}",
        enrollment_id=f"{Prefix.ENROLLMENT}_{token[_ID : 2 * _ID]}",
        mac=token[2 * _ID :],
    )


def _bare(id_: str, prefix: Prefix) -> str:
    return id_.removeprefix(f"{prefix}_")


def _mac(seal: bytes, workspace_id: str, enrollment_id: str) -> str:
    message = f"opt-out\n{workspace_id}\n{enrollment_id}".encode()
    number = int.from_bytes(hmac.digest(seal, message, hashlib.sha256)[:16], "big")
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_MAC))
