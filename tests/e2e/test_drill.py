"""The crash drill, short: all three kinds of mailbox, and a broken build that must not get away."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]


def drill(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "tools.drill", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_nothing_is_sent_twice_or_lost() -> None:
    run = drill("--sends", "60", "--points", "SEND_ANSWER,AFTER_SUBMIT")

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert "twice 0, lost 0, after an acknowledged stop 0" in run.stdout


def test_a_broken_build_is_caught() -> None:
    run = drill("--sends", "20", "--broken", "resending_transport")

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert "1 of 1 broken builds caught." in run.stdout
