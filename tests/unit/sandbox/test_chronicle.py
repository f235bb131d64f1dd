"""The chronicle: what a mailbox held when it was read and when something was accepted."""

import pytest

from sandbox.world import chronicle
from sandbox.world.chronicle import Chronicle, Kind
from tests.unit.sandbox.factories import CANDIDATE, RECRUITER, Clock, answer_to, letter, world


def kinds(mail, account=RECRUITER):
    return [one.kind for one in mail.chronicle.after(0) if one.account == account]


def test_a_send_a_reading_and_a_reply_stand_in_their_order():
    mail = world()
    box = mail.mailbox(RECRUITER)
    sent = mail.send_draft(box, mail.save_draft(box, letter(), None))
    mail.note_reading(box)
    mail.post(mail.mailbox(CANDIDATE), answer_to(sent.letter, "Re: A role for you"))

    assert kinds(mail) == [Kind.PREPARED, Kind.ACCEPTED, Kind.READ, Kind.ARRIVED]
    assert kinds(mail, CANDIDATE) == [Kind.ARRIVED]


def test_a_reader_saw_what_came_up_to_its_position():
    mail = world()
    box = mail.mailbox(RECRUITER)
    mail.deliver(box, letter(to=RECRUITER, sender=CANDIDATE))
    mail.note_reading(box)
    mail.deliver(box, letter(to=RECRUITER, sender=CANDIDATE))

    first, reading, second = mail.chronicle.after(0)
    assert first.position <= reading.position < second.position
    assert (first.people, first.number, second.number) == ((CANDIDATE,), 1, 3)


def test_a_reading_may_tell_of_an_earlier_moment():
    mail = world()
    box = mail.mailbox(RECRUITER)
    before, when = box.history_id, mail.chronicle.now_us()
    mail.deliver(box, letter(to=RECRUITER))
    mail.note_reading(box, position=before, at_us=when)

    came, reading = mail.chronicle.after(0)
    assert reading.position < came.position


def test_times_are_microseconds_of_the_sandboxs_own_clock():
    clock = Clock(1_800_000_000.25)
    mail = world(clock=clock)
    mail.note_reading(mail.mailbox(RECRUITER))

    assert mail.chronicle.after(0)[0].at_us == 1_800_000_000_250_000


def test_a_world_that_forgets_begins_a_new_chronicle():
    mail = world()
    mail.note_reading(mail.mailbox(RECRUITER))
    mail.clear()

    assert (mail.chronicle.last, mail.chronicle.after(0)) == (0, [])


def test_the_oldest_lines_go_and_numbers_stay(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chronicle, "MOST", 3)
    lines = Chronicle(Clock())
    for position in range(1, 9):
        lines.note(Kind.READ, RECRUITER, position)

    assert [one.number for one in lines.after(0)] == [4, 5, 6, 7, 8]
    assert [one.position for one in lines.after(6)] == [7, 8]
    assert lines.last == 8
