"""How a letter's headers become lines: subjects read back, ways out stay whole."""

from base64 import b64encode
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.headerregistry import BaseHeader, HeaderRegistry
from functools import lru_cache
from typing import Any

from providers.optout_headers import HeaderPolicy

_WORD_BYTES = 39  #: What fits into an encoded word beside "Subject: " (RFC 2047 2: 76 a line).


class KnownHeaders(HeaderRegistry):
    """Parses a header once: a message asks for the same ones again and again, so do messages.

    The library's own makes a class for each question. Parsed headers never change.
    """

    def __init__(self) -> None:
        super().__init__()
        self._class_of = lru_cache(maxsize=128)(super().__getitem__)
        self._parsed = lru_cache(maxsize=1024)(super().__call__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        """Give the class of a header."""
        return self._class_of(name)

    def __call__(self, name: str, value: Any) -> BaseHeader:
        """Parse a header's value; what is no text is not kept."""
        return self._parsed(name, value) if type(value) is str else super().__call__(name, value)


HEADERS = KnownHeaders()
READING = policy.default.clone(header_factory=HEADERS)  #: Reads letters as a receiver would.


class LetterPolicy(HeaderPolicy):
    """Writes a subject of other letters than ASCII as encoded words alone.

    The library mixes them with plain words and then loses or adds blanks between the two, by the
    lengths of the words: one of ten such subjects did not read back.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Fold a header into its lines."""
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        text = str(value)
        if text.isascii():
            folded = super().fold_binary(name, value)
            if str(message_from_bytes(folded, policy=READING)[name]) == text:
                return folded
        return f"{name}: {f'{self.linesep} '.join(_words(text))}{self.linesep}".encode("ascii")


def _words(text: str) -> Iterator[str]:
    """Give encoded words (RFC 2047), cut between characters."""
    piece = b""
    for character in text:
        encoded = character.encode()
        if len(piece) + len(encoded) > _WORD_BYTES:
            yield f"=?utf-8?b?{b64encode(piece).decode()}?="
            piece = b""
        piece += encoded
    yield f"=?utf-8?b?{b64encode(piece).decode()}?="
