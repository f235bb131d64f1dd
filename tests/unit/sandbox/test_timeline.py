"""What the journal brings back after a kill at any moment."""

from pathlib import Path

import pytest

from sandbox.faults import FaultBoard, When, read
from sandbox.world.timeline import Timeline
from sandbox.world.world import World
from tests.unit.sandbox.factories import (
    CANDIDATE,
    RECRUITER,
    answer_to,
    letter,
    remember,
    world,
)
from tests.unit.sandbox.test_faults import target


def _busy(state: Path) -> World:
    mail = world(state)
    box = mail.mailbox(RECRUITER)
    sent = mail.send_draft(box, mail.save_draft(box, letter(body="Grüße \x00 ✓"), None))
    mail.save_draft(box, letter("Unsent"), None)
    mail.post(mail.mailbox(CANDIDATE), answer_to(sent.letter, "Re: A role for you"))
    mail.add_alias(box, "jobs@acme.example", "accepted")
    mail.expire_history(box)
    return mail


def _seen(mail: World) -> object:
    boxes = [
        (
            box.address,
            [(m.id, m.thread_id, m.labels, m.letter.raw, m.at_ms) for m in box.messages.values()],
            box.drafts,
            box.floor,
            [(line.id, line.kind, line.message_id) for line in box.history_after(0)],
            box.aliases,
        )
        for box in mail.shelves.mailboxes.values()
    ]
    ledger = [(entry.number, entry.message_id, entry.letter.raw) for entry in mail.ledger.after(0)]
    return boxes, ledger


def test_a_replayed_world_equals_the_one_that_was_killed(tmp_path: Path):
    before = _busy(tmp_path / "journal")
    assert _seen(world(tmp_path / "journal")) == _seen(before)


def test_a_replayed_world_goes_on_without_repeating_an_id(tmp_path: Path):
    before = _busy(tmp_path / "journal")
    after = world(tmp_path / "journal")
    sent = after.send(after.mailbox(RECRUITER), letter(), None)
    assert sent.id > max(before.mailbox(RECRUITER).messages)
    assert sent.history_id > before.mailbox(RECRUITER).history_id
    assert after.ledger.last == before.ledger.last + 1


def test_at_every_torn_byte_the_world_is_one_that_was_true_before(tmp_path: Path):
    journal = tmp_path / "journal"
    mail = world(journal)
    box = mail.mailbox(RECRUITER)
    true = [_seen(world(journal))]
    for name in "abc":
        draft_id = mail.save_draft(box, letter(name, to=RECRUITER), None)
        true.append(_seen(mail_at(journal, tmp_path)))
        mail.send_draft(box, draft_id)
        true.append(_seen(mail_at(journal, tmp_path)))
    whole = journal.read_bytes()
    start = whole.index(b"\n") + 1
    for cut in range(start, len(whole), 7):
        torn = tmp_path / "torn"
        torn.write_bytes(whole[:cut])
        assert _seen(world(torn)) in true
        assert torn.read_bytes() == whole[: whole[:cut].rindex(b"\n") + 1]


def mail_at(journal: Path, folder: Path) -> World:
    copy = folder / "copy"
    copy.write_bytes(journal.read_bytes())
    return world(copy)


def test_a_journal_broken_in_the_middle_is_refused(tmp_path: Path):
    journal = tmp_path / "journal"
    _busy(journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[0], lines[1][:40] + b"\n", *lines[2:]]))
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Invalid"):
        world(journal)


def test_a_letter_is_written_once_per_line_however_many_hold_it(tmp_path: Path):
    mail = world(tmp_path / "journal")
    many = ", ".join(f"c{number}@x.example" for number in range(20))
    mail.send(mail.mailbox(RECRUITER), letter(to=many, body="y" * 10_000), None)
    assert (tmp_path / "journal").stat().st_size < 40_000


def test_faults_survive_with_what_is_left_of_them(tmp_path: Path):
    timeline = Timeline()
    board = FaultBoard(timeline)
    remember(timeline, tmp_path / "journal")
    board.add(read({"name": "x", "times": 3, "skip": 1, "match": {"path": "send"}}))
    for _ in range(2):
        list(board.striking(target(path="/send"), When.BEFORE))
    again = Timeline()
    replayed = FaultBoard(again)
    remember(again, tmp_path / "journal")
    assert replayed.all() == board.all()
    assert [(fault.times, fault.skip, fault.hits) for fault in replayed.all()] == [(2, 0, 1)]
