"""The race's own parts: it must deal the same races again, and be able to fail."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools.drill.broken import ROOT, Broken, apply
from tools.drill.looks import Arrival, Look, Send, arrivals_in, sends_in
from tools.drill.race.builds import BUILDS
from tools.drill.race.judge import Answer, Finding, Outcome, Race, Verdict, judge, verdict
from tools.drill.race.plan import (
    AFTER_CHECK,
    AFTER_DRAFT,
    AROUND_BATCH,
    AROUND_SLOT,
    BATCH,
    FEWEST,
    Start,
    plan,
)
from tools.drill.race.report import at_rank, show, show_gaps
from tools.drill.race.ways import BY_NAME, WAYS

KINDS = ("gmail", "outlook", "smtp")
BOX, PERSON = "rita@acme.example", "c7@people.example"
STOP, REPLY = BY_NAME["stop"], BY_NAME["reply"]


class TestThePlan:
    def test_is_the_same_for_the_same_seed(self) -> None:
        assert plan("7", 500, KINDS, WAYS) == plan("7", 500, KINDS, WAYS)
        assert plan("7", 500, KINDS, WAYS) != plan("8", 500, KINDS, WAYS)

    @pytest.mark.parametrize("races", [1, 60, 1_000, 10_000])
    def test_has_every_way_on_every_kind_of_mailbox(self, races: int) -> None:
        heats = plan("1", races, KINDS, WAYS).heats

        assert len(heats) >= races
        assert [heat.number for heat in heats] == list(range(len(heats)))
        for way in WAYS:
            mine = [heat for heat in heats if heat.way == way.name]
            assert len(mine) >= FEWEST
            assert {heat.kind for heat in mine} == set(KINDS)

    def test_shares_ten_thousand_out_as_the_table_says(self) -> None:
        heats = plan("1", 10_000, KINDS, WAYS).heats

        assert 10_000 <= len(heats) <= 10_100
        assert sum(heat.way == "reply" for heat in heats) == 4_000

    @pytest.mark.parametrize("way", [way.name for way in WAYS if way.answers])
    def test_lets_every_acknowledged_way_meet_a_slow_provider(self, way: str) -> None:
        assert any(heat.way == way and heat.slow for heat in plan("1", 60, KINDS, WAYS).heats)

    @pytest.mark.parametrize("way", [way.name for way in WAYS if not way.many])
    def test_covers_its_spans_however_few_races_there_are(self, way: str) -> None:
        streams = [heat for heat in plan("1", 1, KINDS, WAYS).streams if heat.way == way]

        spans = {Start.CLOCK: AROUND_SLOT, Start.DRAFT: AFTER_DRAFT, Start.CHECK: AFTER_CHECK}
        for start, (begin, end) in spans.items():
            moments = sorted(heat.after for heat in streams if heat.start is start)
            assert begin <= moments[0] <= moments[-1] <= end
            assert len(moments) == 1 or moments[0] <= (begin + end) / 2 <= moments[-1]

    def test_lets_one_stop_meet_a_whole_batch(self) -> None:
        batches = [batch for batch in plan("1", 400, KINDS, WAYS).batches if len(batch) > 1]

        assert {len(batch) for batch in batches} == {BATCH}
        for batch in batches:
            assert len({(heat.way, heat.kind, heat.after) for heat in batch}) == 1
            assert len({heat.start for heat in batch}) == 1
        by_clock = [batch[0].after for batch in batches if batch[0].start is Start.CLOCK]
        assert AROUND_BATCH[0] <= min(by_clock) < 0 < max(by_clock) <= AROUND_BATCH[1]


def line(number: int, kind: str, position: int = 0, *, person: str = PERSON) -> dict[str, object]:
    people = () if kind == "read" else (person,)
    told = {"number": number, "kind": kind, "account": BOX, "position": position}
    return {**told, "at_us": number * 1000, "people": people}


class TestLooks:
    def test_a_check_lies_between_the_draft_and_the_acceptance(self) -> None:
        lines = [
            line(1, "read", 1),
            line(2, "prepared", 2),
            line(3, "read", 2),
            line(4, "accepted", 3),
            line(5, "read", 3),
        ]
        (send,) = sends_in(lines)

        assert (send.to, send.at_us, send.gap_us) == (PERSON, 4000, 1000)
        assert send.looks == (Look(at_us=3000, position=2),)

    def test_a_send_without_one_has_none_but_knows_the_last_reading(self) -> None:
        lines = [line(1, "read", 1), line(2, "prepared", 2), line(4, "accepted", 3)]
        (send,) = sends_in(lines)

        assert (send.looks, send.gap_us, send.blind_us) == ((), None, 3000)

    def test_the_draft_is_the_last_one_for_the_same_person(self) -> None:
        lines = [
            line(1, "prepared"),
            line(2, "read", 5),
            line(3, "prepared"),
            line(4, "prepared", person="c8@people.example"),
            line(5, "read", 6),
            line(6, "accepted"),
        ]

        assert [look.position for look in sends_in(lines)[0].looks] == [6]

    def test_arrivals_name_their_sender(self) -> None:
        (came,) = arrivals_in([line(3, "arrived", 9), line(4, "read", 9)])

        assert (came.account, came.sender, came.position) == (BOX, PERSON, 9)


def send(*looks: int, number: int = 10, at_us: int = 10_000) -> Send:
    seen = tuple(Look(at_us=one * 10, position=one) for one in looks)
    return Send(number=number, account=BOX, to=PERSON, at_us=at_us, looks=seen)


def reply(position: int, number: int = 5) -> Arrival:
    return Arrival(number=number, account=BOX, sender=PERSON, at_us=9_000, position=position)


FIRST = send(1, number=1)
ANSWER = Answer(asked_us=8_000, answered_us=9_000)
BASE = Race(number=7, kind="gmail", way=STOP, sends=[send(3)], answer=ANSWER)
HEARD = replace(BASE, way=REPLY, sends=[FIRST, send(3)], reply=reply(4))


@pytest.mark.parametrize(
    ("race", "outcome"),
    [
        (replace(BASE, sends=[]), Outcome.STOPPED),
        (replace(BASE, sends=[send(3, at_us=9_000)]), Outcome.SENT),
        (BASE, Outcome.WRONG),
        (replace(BASE, is_named=True), Outcome.CROSSED),
        (replace(BASE, is_named=True, is_marked=True), Outcome.CROSSED),
        (replace(BASE, is_named=True, is_marked=False), Outcome.WRONG),
        (replace(BASE, sends=[send()]), Outcome.WRONG),
        (replace(BASE, sends=[send(3), send(4)]), Outcome.WRONG),
        (replace(BASE, answer=None), Outcome.MISSED),
        (replace(BASE, answer=None, refused=True), Outcome.SENT),
        (replace(BASE, answer=None, refused=True, sends=[]), Outcome.WRONG),
        (replace(HEARD, sends=[FIRST]), Outcome.STOPPED),
        (replace(HEARD, reply=reply(11, number=11)), Outcome.SENT),
        (HEARD, Outcome.CROSSED),
        (replace(HEARD, is_marked=False), Outcome.WRONG),
        (replace(HEARD, reply=reply(3)), Outcome.WRONG),
        (replace(HEARD, sends=[FIRST, send(3, 6)]), Outcome.UNCLEAR),
        (replace(HEARD, sends=[FIRST, send(5, 6)]), Outcome.WRONG),
        (replace(HEARD, reply=None), Outcome.WRONG),
    ],
)
def test_the_judge_believes_the_provider_and_the_answer(race: Race, outcome: Outcome) -> None:
    assert judge(race).outcome is outcome


def findings(*missing: tuple[str, Outcome], more: Outcome | None = None) -> list[Finding]:
    """One of each for every way, apart from some."""
    found = [
        Finding(race=replace(BASE, way=way), outcome=outcome, crossing_us=1_000, why="why")
        for way in WAYS
        for outcome in (Outcome.STOPPED, Outcome.SENT, Outcome.CROSSED)
        if (way.name, outcome) not in missing
    ]
    return found if more is None else [*found, Finding(race=BASE, outcome=more, why="why")]


@pytest.mark.parametrize(
    ("found", "expected", "why"),
    [
        (findings(), Verdict.PASSED, "nothing wrong"),
        (findings(more=Outcome.WRONG), Verdict.FAILED, "1 wrong: stop: why (1)"),
        (
            findings(("pause", Outcome.CROSSED)),
            Verdict.INCONCLUSIVE,
            "never happened: pause/crossed",
        ),
        (findings(more=Outcome.MISSED), Verdict.INCONCLUSIVE, "1 races were missed"),
        (findings(("reply", Outcome.SENT), more=Outcome.WRONG), Verdict.FAILED, "1 wrong"),
    ],
)
def test_one_wrong_fails_and_an_empty_row_shows_nothing(
    found: list[Finding], expected: Verdict, why: str
) -> None:
    reached, reasons = verdict(found, WAYS)

    assert reached is expected
    assert why in reasons


def test_the_table_has_a_row_for_each_way() -> None:
    head, *rows = show(findings(), WAYS).splitlines()

    assert "stopped" in head
    assert [row.split()[:5] for row in rows] == [[way.name, "3", "1", "1", "1"] for way in WAYS]
    assert all("1 ms, max 1" in row for row in rows)


def test_times_are_those_of_sends_that_were_checked() -> None:
    said = show_gaps([send(900), send(800), send()])

    assert said.startswith("2 of 3 sends checked")
    assert "median 2 ms" in said or "median 1 ms" in said
    assert show_gaps([send()]) == "No send was checked."
    assert at_rank([1, 2, 3, 4], 99) == 4
    assert at_rank([1, 2, 3, 4], 50) == 2


@pytest.mark.parametrize("build", BUILDS, ids=lambda one: one.name)
def test_a_broken_build_fits_the_code(build: Broken, tmp_path: Path) -> None:
    files = {build.file, *(name for name, _, _ in build.also)}
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")

    apply(build, tmp_path)

    for name in files:
        patched = (tmp_path / name).read_text("utf-8")
        assert patched != (ROOT / name).read_text("utf-8")
        compile(patched, name, "exec")


def test_every_broken_build_races_a_way_that_there_is() -> None:
    assert {build.points for build in BUILDS} <= set(BY_NAME)
    assert len({build.name for build in BUILDS}) == len(BUILDS) >= 6
