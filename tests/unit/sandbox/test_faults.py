"""Which calls a fault hits, and how often."""

import re
from typing import Any

import pytest

from sandbox.faults import FaultBoard, Kind, Target, When, read, show
from sandbox.presets import PRESETS
from sandbox.world.timeline import Timeline


def target(**changes: Any) -> Target:
    fields: dict[str, Any] = {
        "method": "POST",
        "path": "/gmail/v1/users/me/drafts/send",
        "operation": "gmail.users.drafts.send",
        "account": "rita@acme.example",
        "recipients": lambda: ("carl@mail.example",),
    }
    return Target(**(fields | changes))


def board(**content: Any) -> FaultBoard:
    made = FaultBoard(Timeline())
    made.add(read({"times": None, **content}))
    return made


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        ({}, True),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path": r"drafts/send$"}, True),
        ({"path": r"^drafts"}, False),
        ({"operation": r"(drafts|messages)\.send$"}, True),
        ({"operation": r"history"}, False),
        ({"account": "RITA@acme.example"}, True),
        ({"account": "other@acme.example"}, False),
        ({"recipient": "Carl@mail.example"}, True),
        ({"recipient": "nobody@mail.example"}, False),
        ({"method": "POST", "account": "other@acme.example"}, False),  # all of them must fit
    ],
)
def test_a_fault_hits_the_calls_that_fit_all_its_marks(match: dict[str, str], hit: bool):
    assert bool(list(board(match=match).striking(target(), When.BEFORE))) is hit


def test_a_fault_strikes_on_its_own_side_of_the_effect():
    made = board(when="after", kind="drop")
    assert list(made.striking(target(), When.BEFORE)) == []
    assert [fault.kind for fault in made.striking(target(), When.AFTER)] == [Kind.DROP]


@pytest.mark.parametrize(
    ("fields", "pattern"),
    [
        ({"times": 2}, [True, True, False, False]),
        ({"times": 1, "skip": 2}, [False, False, True, False]),
        ({"times": None}, [True, True, True, True]),
        ({"times": None, "share": 0}, [False, False, False, False]),
    ],
)
def test_a_fault_hits_as_often_as_it_says(fields: dict[str, Any], pattern: list[bool]):
    made = board(**fields)
    assert [bool(list(made.striking(target(), When.BEFORE))) for _ in pattern] == pattern


def test_a_call_that_does_not_fit_uses_nothing_up():
    made = board(times=1, match={"method": "GET"})
    list(made.striking(target(), When.BEFORE))
    assert [fault.times for fault in made.all()] == [1]


def test_delays_add_up_before_the_first_fault_of_another_kind():
    made = board(kind="delay", delay_ms=1)
    for fields in ({"kind": "delay", "delay_ms": 2}, {"status": 500}, {"status": 400}):
        made.add(read(fields))
    struck = list(made.striking(target(), When.BEFORE))
    assert [(fault.kind, fault.delay_ms or fault.status) for fault in struck] == [
        (Kind.DELAY, 1),
        (Kind.DELAY, 2),
        (Kind.STATUS, 500),
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "explode"},
        {"when": "never"},
        {"status": 99},
        {"times": 0},
        {"delay_ms": -1},
        {"colour": "red"},
        {"match": {"colour": "red"}},
        {"match": {"path": "("}},
    ],
)
def test_a_fault_that_means_nothing_is_refused(content: dict[str, Any]):
    with pytest.raises((ValueError, TypeError, re.error)):
        read(content)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_fault_that_can_be_shown_and_read_again(name: str):
    fault = read({"name": name, **PRESETS[name]})
    assert read(show(fault)) == fault
