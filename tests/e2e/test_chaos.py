"""Parts die while candidates run: nobody gets a message twice, and nobody is forgotten."""

from pathlib import Path

import pytest

from tests.e2e.chaos import run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(700)]


def test_nothing_is_sent_twice_or_lost_while_parts_are_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPRISE_DATABASE_URL", raising=False)
    said: list[str] = []

    chaos = run(tmp_path / "home", candidates=40, kills=6, seed=7, say=said.append)

    assert chaos.kills.total() == 6, said
