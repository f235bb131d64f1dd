"""Machines that answer for people: absence notes, acknowledgements, challenges."""

from datetime import date

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import AutoKind, MailKind
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
