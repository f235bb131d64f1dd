"""The race, short: every way of stopping on all kinds of mailbox, and a build that is caught."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.drill.race.ways import WAYS

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]


def race(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "tools.drill", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_message_follows_a_stop_that_does_not_name_it() -> None:
    run = race("--race", "60", "--alone")

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert "PASSED: nothing wrong" in run.stdout
    assert all(f"\n{way.name} " in run.stdout for way in WAYS)


def test_a_build_that_only_polls_is_caught() -> None:
    run = race("--race", "6", "--broken", "poll_only")

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert "1 of 1 broken builds caught." in run.stdout
