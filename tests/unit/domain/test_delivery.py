"""The table of transitions: what it allows, and that no code writes a state past it."""

import re
from pathlib import Path

from domain.delivery import FOLLOWS, TRANSITIONS, DeliveryState

ROOT = Path(__file__).resolve().parents[3]
S = DeliveryState


def test_nothing_follows_a_message_that_was_sent() -> None:
    assert FOLLOWS[S.SENT] == frozenset()


def test_only_what_was_announced_becomes_sent_or_unknown() -> None:
    assert {one.before for one in TRANSITIONS if one.after is S.UNKNOWN} == {S.SUBMITTING}
    before_sent = {one.before for one in TRANSITIONS if one.after is S.SENT}
    assert before_sent == {S.SUBMITTING, S.UNKNOWN}


def test_what_may_be_on_its_way_is_never_written_anew() -> None:
    assert FOLLOWS[S.SUBMITTING] == {S.SENT, S.DRAFTED, S.UNKNOWN}


def test_a_message_of_unknown_outcome_is_left_by_a_person_only() -> None:
    assert all("person" in one.when for one in TRANSITIONS if one.before is S.UNKNOWN)


def test_no_change_is_listed_twice() -> None:
    pairs = [(one.before, one.after) for one in TRANSITIONS]
    assert len(pairs) == len(set(pairs))


def test_states_are_written_in_few_places() -> None:
    """By a change, a claim, giving up, a person, the watcher, and where drafts are taken back."""
    writing = re.compile(r"state = '(?:claimed|rendered|drafted|submitting|sent|failed|unknown)'")
    updates = re.compile(r"UPDATE deliveries|update\(deliveries\)")
    found = {
        path.name
        for path in (ROOT / "records").glob("*.py")
        if updates.search(path.read_text("utf-8"))
        and (writing.search(path.read_text("utf-8")) or "state=" in path.read_text("utf-8"))
    }
    assert found <= {"transitions.py", "claims.py", "resolving.py", "watch.py", "leftovers.py"}
