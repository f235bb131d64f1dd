"""`python -m tools.classify FILES`: says what each mail is, and why.

With `--batch` mails come on standard input, each as a 4-byte big-endian length and its bytes; each
gets a line of JSON: kind, recipient, status, message_id, confidence, evidence.
"""

import argparse
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from domain.inbound.classify import classify
from domain.inbound.verdict import Verdict

FIELDS = ("kind", "recipient", "status", "message_id", "confidence", "evidence")
MOST = 200_000_000  #: Bytes of one mail; more is no mail.


class CutShort(Exception):
    """Standard input ended inside a mail."""


def main() -> int:
    """Explain; 2 where something could not be read."""
    parser = argparse.ArgumentParser(prog="make classify", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="mails, as .eml")
    parser.add_argument("--batch", action="store_true", help="read many on standard input")
    given = parser.parse_args()
    if given.batch == bool(given.files):
        parser.error("name files, or give --batch: one of both")
    return _batch(sys.stdin.buffer) if given.batch else _explain(given.files)


def mails_in(stream: BinaryIO) -> Iterator[bytes]:
    """Yield mails, each after its length; raises CutShort where the stream ends too early."""
    while head := stream.read(4):
        if len(head) < 4:
            raise CutShort("a length of fewer than 4 bytes")
        (size,) = struct.unpack(">I", head)
        if size > MOST:
            raise CutShort(f"a length of {size} bytes, and {MOST} at most make a mail")
        raw = stream.read(size)
        if len(raw) < size:
            raise CutShort(f"{len(raw)} bytes of a mail of {size}")
        yield raw


def line_of(verdict: Verdict) -> str:
    """Write a verdict as a line of JSON in ASCII: no charset of the reader's can break it."""
    return json.dumps({name: getattr(verdict, name) for name in FIELDS})


def _batch(stream: BinaryIO) -> int:
    try:
        for raw in mails_in(stream):
            print(line_of(classify(raw)), flush=True)
    except CutShort as cut:
        print(f"Standard input ended with {cut}; every mail before it was read.", file=sys.stderr)
        return 2
    return 0


def _explain(files: list[Path]) -> int:
    missing = 0
    for file in files:
        try:
            verdict = classify(file.read_bytes())
        except OSError as error:
            print(f"{file}: not read: {error.strerror}", file=sys.stderr)
            missing = 2
            continue
        print(f"{file}: {verdict.kind} ({verdict.confidence:.0%}) {verdict.evidence}")
        for name in ("recipient", "status", "message_id", "auto", "returns_on", "category"):
            if found := getattr(verdict, name):
                print(f"  {name}: {found}")
    return missing


if __name__ == "__main__":
    sys.exit(main())
