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


def test_a_batch_that_ends_inside_a_length_says_so() -> None:
    answer = run("--batch", given=packed(REPLY) + b"\0\0")

    assert len(answer.stdout.splitlines()) == 1
    assert b"a length of fewer than 4 bytes" in answer.stderr
    assert answer.returncode == 2


def test_a_batch_survives_any_bytes_and_writes_ascii() -> None:
    odd = (
        "Subject: \u00e4\ud83d\ude00\u2028 \nFrom: x@y.example\n\n\u0436".encode(
            "utf-8", "surrogatepass"
        ),
        b"\xff" * 99,
    )

    answer = run("--batch", given=packed(*odd, bytes(range(256))))

    assert answer.returncode == 0
    assert len(answer.stdout.decode("ascii").splitlines()) == 3


def test_each_line_is_written_before_the_next_mail_comes() -> None:
    with subprocess.Popen(
        [*COMMAND, "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for _ in range(2):
            running.stdin.write(packed(REPLY))
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["kind"] == "reply"
        running.stdin.close()


def test_files_are_explained(tmp_path: Path) -> None:
    file = tmp_path / "a.eml"
    file.write_bytes(report("5.1.1", "550 5.1.1 User unknown"))

    answer = run(str(file), str(tmp_path / "none.eml"))

    assert b"hard_bounce" in answer.stdout
    assert b"recipient: jo@gone.example" in answer.stdout
    assert b"none.eml: not read" in answer.stderr
    assert answer.returncode == 2
