"""The command that explains mails, as it is run."""

import json
import struct
import subprocess
import sys
from pathlib import Path

from tests.unit.domain.inbound.notices import report

COMMAND = [sys.executable, "-m", "tools.classify"]
REPLY = b"From: jo@mail.example\nSubject: Re: A role\n\nYes.\n"


def run(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*COMMAND, *arguments], input=given, capture_output=True, check=False)


def packed(*mails: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(one)) + one for one in mails)


def test_a_batch_gets_a_line_for_each() -> None:
    bounce = report("5.1.1", "550 5.1.1 User unknown")

    answer = run("--batch", given=packed(bounce, REPLY, b""))

    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["hard_bounce", "reply", "unrelated"]
    assert set(lines[0]) == {
        "kind",
        "recipient",
        "status",
        "message_id",
        "confidence",
        "evidence",
    }
    assert (lines[0]["recipient"], lines[0]["status"]) == ("jo@gone.example", "5.1.1")
    assert answer.returncode == 0


def test_a_batch_that_is_cut_short_says_so_after_what_it_read() -> None:
    answer = run("--batch", given=packed(REPLY) + b"\0\0\0\x09abc")

    assert len(answer.stdout.splitlines()) == 1
    assert b"3 bytes of a mail of 9" in answer.stderr
    assert answer.returncode == 2


def test_files_are_explained(tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(report("5.1.1", "550 5.1.1 User unknown"))

    answer = run(str(file), str(tmp_path / "none.eml"))

    assert b"hard_bounce" in answer.stdout
    assert b"recipient: jo@gone.example" in answer.stdout
    assert b"none.eml: not read" in answer.stderr
    assert answer.returncode == 2
