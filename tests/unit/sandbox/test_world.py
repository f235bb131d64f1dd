"""The rules of the mail world: Gmail's threads, drafts, deliveries and histories."""

import pytest

from sandbox.world.errors import BadLetterError, NotInMailboxError
from sandbox.world.letter import Letter
from sandbox.world.mailbox import Happening
from tests.unit.sandbox.factories import CANDIDATE, RECRUITER, Clock, answer_to, letter, world


def test_a_sent_draft_disappears_and_its_copy_has_a_new_id_in_the_same_thread():
    mail = world()
    box = mail.mailbox(RECRUITER)
    draft_id = mail.save_draft(box, letter(), None)
    draft = box.draft(draft_id)
    sent = mail.send_draft(box, draft_id)
    assert sent.id != draft.id
    assert sent.thread_id == draft.thread_id
    assert sent.labels == ("SENT",)
    assert (draft.id in box.messages, draft_id in box.drafts) == (False, False)


def test_a_draft_is_sent_once():
    mail = world()
    box = mail.mailbox(RECRUITER)
    draft_id = mail.save_draft(box, letter(), None)
    mail.send_draft(box, draft_id)
    with pytest.raises(NotInMailboxError):
        mail.send_draft(box, draft_id)
    assert len(mail.mailbox(CANDIDATE).messages) == 1
    assert mail.ledger.last == 1


def test_a_draft_reaches_nobody():
    mail = world()
    mail.save_draft(mail.mailbox(RECRUITER), letter(), None)
    assert mail.ledger.last == 0
    assert CANDIDATE not in mail.shelves.mailboxes


def test_gmail_puts_its_own_message_id_in_the_place_of_ours():
    mail = world()
    sent = mail.send(mail.mailbox(RECRUITER), letter(more=["Message-ID: <ours@acme>"]), None)
    (received,) = mail.mailbox(CANDIDATE).messages.values()
    assert sent.letter.message_id.startswith("<CA")
    assert sent.letter.message_id.endswith("@mail.gmail.com>")
    assert received.letter.message_id == sent.letter.message_id


def test_bcc_is_stripped_from_what_arrives_and_kept_in_what_was_sent():
    mail = world()
    hidden = letter(more=["Cc: cc@x.example", "Bcc: Secret <bcc@x.example>"])
    sent = mail.send(mail.mailbox(RECRUITER), hidden, None)
    for address in (CANDIDATE, "cc@x.example", "bcc@x.example"):
        (received,) = mail.mailbox(address).messages.values()
        assert b"bcc@x.example" not in received.letter.raw.lower()
        assert received.labels == ("UNREAD", "INBOX")
    assert sent.letter.first("Bcc") == "Secret <bcc@x.example>"


@pytest.mark.parametrize(
    ("subject", "with_reference", "same"),
    [
        ("Re: A role for you", True, True),
        ("A role for you", True, True),
        ("Another role", True, False),  # the subject changed
        ("Re: A role for you", False, False),  # no In-Reply-To and no References
    ],
)
def test_a_follow_up_joins_the_asked_thread_only_with_reference_and_subject(
    subject: str, with_reference: bool, same: bool
):
    mail = world()
    box = mail.mailbox(RECRUITER)
    first = mail.send(box, letter(), None)
    reference = [f"References: {first.letter.message_id}"] if with_reference else []
    second = mail.send(box, letter(subject, more=reference), first.thread_id)
    assert (second.thread_id == first.thread_id) is same


def test_without_a_thread_id_a_follow_up_opens_a_new_thread():
    mail = world()
    box = mail.mailbox(RECRUITER)
    first = mail.send(box, letter(), None)
    again = letter("Re: A role for you", more=[f"References: {first.letter.message_id}"])
    assert mail.send(box, again, None).thread_id != first.thread_id


def test_an_unknown_thread_is_not_found_and_nothing_is_kept():
    mail = world()
    box = mail.mailbox(RECRUITER)
    for attempt in (mail.save_draft, mail.send):
        with pytest.raises(NotInMailboxError):
            attempt(box, letter(), "1a00000000000000")
    assert not box.messages


@pytest.mark.parametrize(
    ("subject", "same"),
    [("Re: A role for you", True), ("Automatic reply: A role for you", False)],
)
def test_an_answer_arrives_in_the_thread_of_what_it_answers(subject: str, same: bool):
    mail = world()
    sent = mail.send(mail.mailbox(RECRUITER), letter(), None)
    mail.post(mail.mailbox(CANDIDATE), answer_to(sent.letter, subject))
    arrived = next(iter(mail.mailbox(RECRUITER).newest_first()))
    assert arrived.labels == ("UNREAD", "INBOX")
    assert (arrived.thread_id == sent.thread_id) is same


def test_a_mail_to_oneself_is_one_message_sent_and_received():
    mail = world()
    box = mail.mailbox(RECRUITER)
    sent = mail.send(box, letter(to=RECRUITER), None)
    assert set(sent.labels) == {"SENT", "INBOX", "UNREAD"}
    assert list(box.messages) == [sent.id]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (letter(to="not an address"), "Invalid To header"),
        (letter(to="a@b.example, <>"), "Invalid To header"),
        (letter(to="a@b.example\r\nTo: c@d.example"), "Invalid To header"),
        (letter(more=["Cc: x@"]), "Invalid Cc header"),
        (Letter(b"From: rita@acme.example\r\n\r\nx"), "Recipient address required"),
    ],
)
def test_a_head_that_leads_nowhere_is_refused_in_gmails_words(bad: Letter, words: str):
    mail = world()
    with pytest.raises(BadLetterError, match=words):
        mail.send(mail.mailbox(RECRUITER), bad, None)
    assert mail.ledger.last == 0


@pytest.mark.parametrize(
    ("status", "kept"), [("accepted", True), ("pending", False), (None, False)]
)
def test_a_foreign_from_is_rewritten_unless_it_is_an_accepted_alias(status: str | None, kept: bool):
    mail = world()
    box = mail.mailbox(RECRUITER)
    if status:
        mail.add_alias(box, "Jobs@acme.example", status)
    sent = mail.send(box, letter(sender="Rita <jobs@acme.example>"), None)
    expected = "jobs@acme.example" if kept else RECRUITER
    assert sent.letter.first("From") == f"Rita <{expected}>"


def test_history_tells_what_happened_after_a_cursor_in_growing_ids():
    mail = world()
    box = mail.mailbox(RECRUITER)
    cursor = box.history_id
    draft_id = mail.save_draft(box, letter(), None)
    mail.send_draft(box, draft_id)
    lines = list(box.history_after(cursor))
    assert [line.kind for line in lines] == [Happening.ADDED, Happening.DELETED, Happening.ADDED]
    ids = [line.id for line in lines]
    assert ids == sorted(set(ids))
    assert all(cursor < number < 2**64 for number in ids)
    assert ids[-1] == box.history_id
    assert list(box.history_after(box.history_id)) == []


def test_an_expired_history_makes_every_older_cursor_too_old():
    mail = world()
    box = mail.mailbox(RECRUITER)
    cursor = box.history_id
    mail.expire_history(box)
    assert cursor < box.floor <= box.history_id


def test_a_forgotten_thread_takes_its_drafts_along():
    mail = world()
    box = mail.mailbox(RECRUITER)
    draft_id = mail.save_draft(box, letter(), None)
    mail.forget_thread(box, box.draft(draft_id).thread_id)
    assert (box.messages, box.drafts, box.threads) == ({}, {}, {})


def test_a_world_begun_anew_repeats_no_id():
    clock = Clock()
    first = world(clock=clock)
    old = first.send(first.mailbox(RECRUITER), letter(), None)
    clock.seconds += 1
    second = world(clock=clock)
    new = second.send(second.mailbox(RECRUITER), letter(), None)
    assert new.id > old.id
    assert second.mailbox(RECRUITER).floor > first.mailbox(RECRUITER).history_id


def test_the_ledger_is_numbered_without_gaps_and_readable_from_any_line():
    mail = world()
    for sender in ("a@x.example", "b@x.example", "a@x.example"):
        mail.send(mail.mailbox(sender), letter(sender=sender), None)
    assert [entry.number for entry in mail.ledger.after(0)] == [1, 2, 3]
    assert [entry.number for entry in mail.ledger.after(1, "a@x.example")] == [3]


def test_a_candidates_own_mail_is_not_in_the_ledger():
    mail = world()
    mail.post(mail.mailbox(CANDIDATE), letter(to=RECRUITER, sender=CANDIDATE))
    assert mail.ledger.last == 0
    assert len(mail.mailbox(RECRUITER).messages) == 1
