"""Machines that answer for people: absence notes, acknowledgements, challenges."""

from datetime import date

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import AutoKind, MailKind, Verdict
from tests.unit.domain.inbound import alone
from tests.unit.domain.inbound.notes import BY_HEADERS, CHALLENGES, NOT_MARKED, NOTES

DATE = "Date: Fri, 02 Jan 2026 10:00:00 +0000\n"
HEAD = "From: Jo <jo@mail.example>\nTo: ana@recruiters.example\n" + DATE
PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
IN_THREAD = "In-Reply-To: <1@recruiters.example>\n"


def note(subject: str, text: str, head: str = "") -> bytes:
    return f"{HEAD}Subject: {subject}\n{head}{PLAIN}{text}\n".encode()


@pytest.mark.parametrize(("subject", "text", "auto", "day"), NOTES)
def test_notes_by_their_subjects_and_words(
    subject: str, text: str, auto: AutoKind, day: date | None
) -> None:
    for head in ("", IN_THREAD):
        verdict = classify(note(subject, text, head))

        assert verdict.kind is MailKind.AUTO_REPLY
        assert verdict.auto is auto


@pytest.mark.parametrize(("subject", "text", "auto", "day"), NOTES)
def test_the_day_that_a_note_names(
    subject: str, text: str, auto: AutoKind, day: date | None
) -> None:
    assert classify(note(subject, text)).returns_on == day


@pytest.mark.parametrize(("name", "head"), BY_HEADERS)
def test_notes_by_their_headers(name: str, head: str) -> None:
    verdict = classify(note("Re: A role", "Gone fishing.", head + IN_THREAD))

    assert verdict.kind is MailKind.AUTO_REPLY, name


@pytest.mark.parametrize("text", NOT_MARKED)
def test_notes_that_only_their_words_give_away(text: str) -> None:
    assert classify(note("Re: A role", text, IN_THREAD)).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize(("subject", "text"), CHALLENGES)
def test_filters_that_want_proof_of_a_person(subject: str, text: str) -> None:
    verdict = classify(note(subject, text, IN_THREAD))

    assert (verdict.kind, verdict.auto) == (MailKind.AUTO_REPLY, AutoKind.OTHER)


@pytest.mark.parametrize(("subject", "text"), alone.UNDER_A_SUBJECT_OF_ITS_OWN)
def test_answers_under_a_subject_of_their_own(subject: str, text: str) -> None:
    assert classify(note(subject, text, IN_THREAD)).kind is MailKind.AUTO_REPLY
    assert classify(note(f"Re: {subject}", f"Call me. {text}", IN_THREAD)).kind is MailKind.REPLY


@pytest.mark.parametrize("text", alone.SET_PHRASES)
def test_answers_that_quote_and_were_written_for_anybody(text: str) -> None:
    quoting = note("Re: A role", text + alone.QUOTED, IN_THREAD)
    by_a_program = note("Re: A role", text + alone.QUOTED, f"User-Agent: Mutt/2.2\n{IN_THREAD}")

    assert classify(quoting).kind is MailKind.AUTO_REPLY
    assert classify(by_a_program).kind is MailKind.REPLY


@pytest.mark.parametrize("text", alone.OF_PEOPLE)
def test_people_who_quote_and_say_the_like(text: str) -> None:
    assert classify(note("Re: A role", text + alone.QUOTED, IN_THREAD)).kind is MailKind.REPLY


@pytest.mark.parametrize(("subject", "text"), alone.UNDER_ANOTHER_SUBJECT)
def test_people_who_answer_under_another_subject(subject: str, text: str) -> None:
    assert classify(note(subject, text, IN_THREAD)).kind is MailKind.REPLY


@pytest.mark.parametrize("subject", alone.PASSED_ON)
@pytest.mark.parametrize("head", ["List-Id: <all.mail.example>\n", "Precedence: bulk\n", ""])
def test_notes_that_a_list_passes_on(subject: str, head: str) -> None:
    text = "I will be out of the office until 5 January."

    assert classify(note(subject, text, head)).kind is MailKind.AUTO_REPLY
    assert classify(note("[ILUG] A question", text, f"List-Post: <x>\n{head}")).kind is not (
        MailKind.AUTO_REPLY
    )


@pytest.mark.parametrize(
    ("head", "text", "kind"),
    [
        (
            "",
            "Tack för ditt mejl! Jag har semester till 1/11 och svarar sedan.",
            MailKind.AUTO_REPLY,
        ),
        (
            "",
            "Ich bin aktuell krank. Danke für die Anfrage, ich antworte bald.",
            MailKind.AUTO_REPLY,
        ),
        ("", "Bin gerade im Urlaub, melde mich danach.", MailKind.REPLY),
        ("", "Ich bin aktuell krank. Die Stelle gefällt mir, mehr bald.", MailKind.REPLY),
        (
            "X-Mailer: Apple Mail (2.3826)\n",
            "Hello! You've reached my automatic reply. I am out of the office until the 28th.",
            MailKind.AUTO_REPLY,
        ),
        ("X-Mailer: Apple Mail (2.3826)\n", "I am out of the office this week.", MailKind.REPLY),
    ],
)
def test_an_absence_without_a_header(head: str, text: str, kind: MailKind) -> None:
    assert written("Jo <jo@mail.example>", text, head).kind is kind


@pytest.mark.parametrize(
    ("sender", "text", "kind"),
    [
        ("jobs", "Thanks! We have received your message and will reply soon.", MailKind.AUTO_REPLY),
        ("jo.doe", "Thanks! We have received your message and will reply soon.", MailKind.REPLY),
        ("hello", "We have received your message, and our answer is yes.", MailKind.REPLY),
    ],
)
def test_an_acknowledgement_is_an_offices(sender: str, text: str, kind: MailKind) -> None:
    assert written(f"Acme <{sender}@mail.example>", text).kind is kind


def written(sender: str, text: str, head: str = "") -> Verdict:
    """Classify an answer that quotes nothing."""
    raw = (
        f"From: {sender}\n{head}Subject: Re: A role\nIn-Reply-To: <1@recruiters.example>\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
    return classify(raw.encode())
