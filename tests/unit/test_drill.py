"""The drill's own parts: it must plan the same strikes again, and be able to fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.drill.broken import BUILDS, ROOT, Broken, apply
from tools.drill.checker import Verdict, check
from tools.drill.grid import CELLS, ON_THE_WIRE, Point, cells_of
from tools.drill.plan import EACH, STOPPED, Strike, Struck, plan
from tools.drill.scene import Ack

KINDS = ("gmail", "outlook", "smtp")
WHO = {kind: list(range(n * 200, (n + 1) * 200)) for n, kind in enumerate(KINDS)}


class TestThePlan:
    def test_is_the_same_for_the_same_seed(self) -> None:
        assert plan("7", WHO, points=None, ambiguous=False) == plan(
            "7", WHO, points=None, ambiguous=False
        )

    def test_is_another_for_another_seed(self) -> None:
        assert plan("7", WHO, points=None, ambiguous=False) != plan(
            "8", WHO, points=None, ambiguous=False
        )

    @pytest.mark.parametrize("kind", KINDS)
    def test_meets_every_cell_of_a_kind(self, kind: str) -> None:
        strikes = plan("1", {kind: WHO[kind]}, points=None, ambiguous=False)
        planned = [(one.point, one.fault) for many in strikes.values() for one in many]

        assert all(planned.count(cell) >= EACH for cell in cells_of(kind))

    def test_loses_every_answer_where_that_is_asked(self) -> None:
        strikes = plan("1", WHO, points=None, ambiguous=True)

        assert sum(map(len, strikes.values())) == sum(map(len, WHO.values()))
        assert {one.point for many in strikes.values() for one in many} == {Point.SEND_ANSWER}

    def test_strikes_no_process_for_somebody_who_is_stopped(self) -> None:
        strikes = plan("1", WHO, points=None, ambiguous=False)

        assert all(
            number % STOPPED or all(one.point in ON_THE_WIRE for one in many)
            for number, many in strikes.items()
        )


def test_a_strike_happens_once(tmp_path: Path) -> None:
    struck, strike = Struck(tmp_path), Strike(*CELLS[0])

    assert struck.claim(3, strike)
    assert not struck.claim(3, strike)
    assert struck.counts() == {CELLS[0]: 1}


def row(number: int, at_ms: int = 0) -> Mapping[str, Any]:
    return {"to": [f"c{number}@people.example"], "at_ms": at_ms}


@pytest.mark.parametrize(
    ("ledger", "acks", "unknown", "empty", "verdict", "reasons"),
    [
        ([row(1), row(2)], {}, [], [], Verdict.PASSED, "nothing"),
        ([row(1), row(2), row(2)], {}, [], [], Verdict.FAILED, "twice 1"),
        ([row(1)], {}, [], [], Verdict.FAILED, "lost 1"),
        ([row(1)], {}, [2], [], Verdict.PASSED, "nothing"),
        ([row(1)], {2: Ack(5, may_cross=False)}, [], [], Verdict.PASSED, "nothing"),
        (
            [row(1), row(2, 9)],
            {2: Ack(5, may_cross=False)},
            [],
            [],
            Verdict.FAILED,
            "after a stop 1",
        ),
        ([row(1), row(2, 9)], {2: Ack(5, may_cross=True)}, [], [], Verdict.PASSED, "nothing"),
        ([row(1), row(2, 4)], {2: Ack(5, may_cross=False)}, [], [], Verdict.PASSED, "nothing"),
        ([row(1), row(2)], {}, [], ["a/b"], Verdict.INCONCLUSIVE, "nothing"),
        ([row(1), row(1), row(2)], {}, [], ["a/b"], Verdict.FAILED, "twice 1"),
    ],
)
def test_the_checker_believes_the_provider(
    ledger: list[Mapping[str, Any]],
    acks: dict[int, Ack],
    unknown: list[int],
    empty: list[str],
    verdict: Verdict,
    reasons: str,
) -> None:
    findings = check(ledger, numbers=[1, 2], acks=acks, unknown=unknown, empty_cells=empty)

    assert (findings.verdict, findings.reasons) == (verdict, reasons)


def test_more_at_once_than_allowed_is_a_failure() -> None:
    findings = check(
        [row(1)], numbers=[1], acks={}, unknown=[], empty_cells=[], at_once=5, in_flight=4
    )

    assert (findings.verdict, findings.reasons) == (Verdict.FAILED, "5 at once, 4 allowed")


@pytest.mark.parametrize("build", BUILDS, ids=lambda one: one.name)
def test_a_broken_build_fits_the_code(build: Broken, tmp_path: Path) -> None:
    (tmp_path / build.file).parent.mkdir(parents=True)
    source = (ROOT / build.file).read_text("utf-8")
    (tmp_path / build.file).write_text(source, "utf-8")

    apply(build, tmp_path)

    patched = (tmp_path / build.file).read_text("utf-8")
    assert patched != source
    compile(patched, build.file, "exec")


def test_there_are_enough_broken_builds() -> None:
    assert len({one.name for one in BUILDS}) >= 12
