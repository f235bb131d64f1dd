"""Keeps secrets at rest: AES-256-GCM, bound to the row that owns them, with key rotation."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class VaultError(Exception):
    """A secret cannot be read: unknown key, another row's bytes, or damage."""


@dataclass(frozen=True, slots=True)
class VaultKey:
    """One key of the ring, by its id."""

    id: str
    key: bytes


def parse_keys(text: str) -> tuple[VaultKey, ...]:
    """Read `id:base64,id:base64` (or one bare base64 key, then called k1); the first is current.

    Raises ValueError with the place of the fault; never with key material.
    """
    keys = tuple(_parse_key(part.strip(), n) for n, part in enumerate(text.split(","), 1))
    if len({key.id for key in keys}) != len(keys):
        raise ValueError("two keys carry the same id")
    return keys


class Vault:
    """Encrypts with the first key, decrypts with whichever key the bytes name."""

    def __init__(self, keys: Sequence[VaultKey]) -> None:
        self._current = keys[0].id
        self._ciphers = {key.id: AESGCM(key.key) for key in keys}

    def seal(self, plain: bytes, *, owner: str) -> bytes:
        """Encrypt; `owner` (table, row and column) must be given again to open."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        head = self._current.encode() + b"\0"
        return head + nonce + self._ciphers[self._current].encrypt(nonce, plain, owner.encode())

    def open(self, sealed: bytes, *, owner: str) -> bytes:
        """Decrypt; raises VaultError for an unknown key, another owner or damaged bytes."""
        key_id, _, rest = sealed.partition(b"\0")
        cipher = self._ciphers.get(key_id.decode(errors="replace"))
        if cipher is None:
            raise VaultError("The key that sealed this secret is not in the ring.")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], owner.encode())
        except InvalidTag:
            raise VaultError("This secret belongs to another row, or is damaged.") from None


def _parse_key(part: str, place: int) -> VaultKey:
    key_id, colon, encoded = part.rpartition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise ValueError(f"key {place} is not {_KEY_BYTES} bytes of base64")
    return VaultKey(id=key_id if colon else "k1", key=key)
