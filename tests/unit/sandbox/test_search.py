"""Gmail's search words."""

import pytest

from sandbox.world.search import found
from tests.unit.sandbox.factories import RECRUITER, Clock, letter, world


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("", ["new", "draft", "old"]),
        ("in:sent", ["old"]),
        ("in:inbox", ["new"]),
        ("is:unread", ["new"]),
        ("in:draft", ["draft"]),
        ("in:drafts", ["draft"]),
        ("in:anywhere", ["new", "draft", "old"]),
        ("newer_than:2d", ["new", "draft"]),
        ("newer_than:nonsense", []),
        ("older_than:2d", ["old"]),
        ("after:1800000001", ["new", "draft"]),
        ("after:2027/01/16", ["new", "draft"]),
        ("before:2027/01/16", ["old"]),
        ("before:2027/13/99", []),
        ("from:carl@mail.example", ["new"]),
        ("to:carl@mail.example", ["draft", "old"]),
        ("subject:OLD", ["old"]),
        ("-subject:old in:sent", []),
        ('"needle in hay"', ["new"]),
        ("from:carl@mail.example in:sent", []),
    ],
)
def test_every_word_narrows_the_search(query: str, subjects: list[str]):
    clock = Clock()
    mail = world(clock=clock)
    box = mail.mailbox(RECRUITER)
    mail.send(box, letter("old"), None)
    clock.seconds += 5 * 86_400
    mail.save_draft(box, letter("draft"), None)
    mail.deliver(box, letter("new", to=RECRUITER, sender="carl@mail.example", body="needle in hay"))
    hits = found(box, query, mail.ids.now_ms())
    assert [message.letter.subject for message in hits] == subjects


@pytest.mark.parametrize("brackets", ["{}", "<{}>"])
def test_a_message_id_is_found_with_and_without_its_brackets(brackets: str):
    mail = world()
    box = mail.mailbox(RECRUITER)
    mail.send(box, letter("other"), None)
    sent = mail.send(box, letter(), None)
    query = "rfc822msgid:" + brackets.format(sent.letter.message_id.strip("<>"))
    assert [message.id for message in found(box, query, 0)] == [sent.id]
