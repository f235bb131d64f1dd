"""How payloads look in a history: compact JSON, compressed where that helps, encrypted."""

import base64
import dataclasses
import hashlib
import hmac
import secrets
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import temporalio.converter as converter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload

from records.vault import parse_keys

ENCODING = b"binary/encrypted"
_NONCE_BYTES = 12
_SQUEEZE_FROM = 160  #: Bytes from which deflate pays for its header.


class BadPayload(Exception):
    """Not a payload of ours, or changed on its way."""


class CompactEncoder(converter.AdvancedJSONEncoder):
    """Writes dataclasses without the fields that have their default value."""

    def default(self, o: Any) -> Any:
        """Encode one value that JSON does not know."""
        if dataclasses.is_dataclass(o) and not isinstance(o, type):
            return {
                f.name: v for f in dataclasses.fields(o) if (v := getattr(o, f.name)) != _default(f)
            }
        return super().default(o)


class CompactConverter(converter.CompositePayloadConverter):
    """The default converters with `CompactEncoder` for JSON."""

    def __init__(self) -> None:
        kept = [
            c
            for c in converter.DefaultPayloadConverter.default_encoding_payload_converters
            if not isinstance(c, converter.JSONPlainPayloadConverter)
        ]
        super().__init__(*kept, converter.JSONPlainPayloadConverter(encoder=CompactEncoder))


class Codec(converter.PayloadCodec):
    """AES-256-GCM over every payload; the id of the key stands in the metadata.

    Old keys stay in the ring, so histories of earlier months still open after a rotation.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        self._current = keys[0][0]
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; what is not ours passes through."""
        return self.decode_now(payloads)

    def decode_now(self, payloads: Iterable[Payload]) -> list[Payload]:
        """Decrypt without an event loop, for the codec endpoint."""
        return [self._open(payload) for payload in payloads]

    def decode_json(self, payloads: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Decrypt payloads written as protobuf's JSON. Raises BadPayload."""
        try:
            opened = self.decode_now(_from_json(one) for one in payloads)
        except (InvalidTag, KeyError, ValueError, AttributeError, zlib.error) as error:
            raise BadPayload from error
        return [to_json(one) for one in opened]

    def _seal(self, payload: Payload) -> Payload:
        plain = payload.SerializeToString()
        squeezed = zlib.compress(plain, 9, -15) if len(plain) >= _SQUEEZE_FROM else plain
        short = len(squeezed) < len(plain)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key_id = self._current.encode()
        sealed = self._ciphers[self._current].encrypt(nonce, squeezed if short else plain, key_id)
        metadata = {"encoding": ENCODING, "key": key_id}
        if short:
            metadata["z"] = b"1"
        return Payload(metadata=metadata, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        key_id = payload.metadata["key"]
        cipher = self._ciphers[key_id.decode()]
        data = payload.data
        plain = cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], key_id)
        if "z" in payload.metadata:
            plain = zlib.decompress(plain, -15)
        return Payload.FromString(plain)


def data_converter(keys: Sequence[tuple[str, bytes]]) -> converter.DataConverter:
    """Build the converter that every client, worker and replay shares."""
    return converter.DataConverter(
        payload_converter_class=CompactConverter,
        payload_codec=Codec(keys),
        failure_converter_class=converter.DefaultFailureConverterWithEncodedAttributes,
    )


def codec_keys(text: str) -> list[tuple[str, bytes]]:
    """Read the ring of payload keys, each by its id; the first is current."""
    return [(key.id, key.key) for key in parse_keys(text)]


def endpoint_token(keys: Sequence[tuple[str, bytes]]) -> str:
    """Derive the token in the address of the codec endpoint; it says nothing about the key."""
    if not keys:
        return ""
    return hmac.new(keys[0][1], b"codec endpoint", hashlib.sha256).hexdigest()[:40]


def _from_json(payload: Mapping[str, Any]) -> Payload:
    metadata = {k: base64.b64decode(v) for k, v in payload.get("metadata", {}).items()}
    return Payload(metadata=metadata, data=base64.b64decode(payload.get("data", "")))


def to_json(payload: Payload) -> dict[str, Any]:
    """Write a payload as protobuf's JSON."""
    metadata = {k: base64.b64encode(v).decode() for k, v in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return dataclasses.MISSING
