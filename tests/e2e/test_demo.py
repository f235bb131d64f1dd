"""The main job, end to end on the whole stack: what `make demo` tells must all be true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


def test_the_demo_ends_with_every_claim_checked(tmp_path: Path) -> None:
    environment = {**os.environ, "REPRISE_HOME": str(tmp_path / "home")}
    environment.pop("REPRISE_DATABASE_URL", None)

    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tools.demo"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-3000:]
    assert "WRONG" not in run.stdout
    assert not (tmp_path / "home" / "stack.json").exists()
