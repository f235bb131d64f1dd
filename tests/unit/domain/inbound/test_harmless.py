"""Newsletters, digests, notices, receipts and calendars' mail: none of them is anybody's answer."""

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import MailKind, Verdict
from tests.unit.domain.inbound.harmless import BULK, CALENDARS, MODERATION, RECEIPTS
from tests.unit.domain.inbound.services import PEOPLE, PUBLICATIONS, SERVICES

PLAIN = "To: ana@recruiters.example\nContent-Type: text/plain; charset=utf-8\n\n"
JO = "From: Jo <jo@mail.example>\nIn-Reply-To: <1@recruiters.example>\n"


@pytest.mark.parametrize(("name", "head", "text"), BULK, ids=[name for name, _, _ in BULK])
def test_what_goes_to_many(name: str, head: str, text: str) -> None:
    assert classify(f"{head}{PLAIN}{text}\n".encode()).kind is MailKind.UNRELATED


@pytest.mark.parametrize(("sender", "subject", "text"), SERVICES, ids=[one[0] for one in SERVICES])
def test_what_a_service_sends(sender: str, subject: str, text: str) -> None:
    assert written(sender, subject, text).kind is MailKind.UNRELATED


@pytest.mark.parametrize(("sender", "subject", "text"), PUBLICATIONS)
def test_what_is_written_for_many_readers(sender: str, subject: str, text: str) -> None:
    assert written(sender, subject, text).kind is MailKind.UNRELATED
    assert written(sender, f"Re: {subject}", text).kind is MailKind.REPLY


@pytest.mark.parametrize(("sender", "subject", "text"), PEOPLE, ids=[one[0] for one in PEOPLE])
def test_what_a_person_sends_without_answering(sender: str, subject: str, text: str) -> None:
    assert written(sender, subject, text).kind is MailKind.REPLY


@pytest.mark.parametrize("again", ["", "Re: "])
def test_a_newsletter_about_bounces_is_none(again: str) -> None:
    head = "List-Unsubscribe: <https://news.example/u>\nX-MC-User: 1\n"
    found = written(
        "Blog <blog@mail.example>", f"{again}550 5.1.1 User unknown", "Undelivered?", head
    )

    assert found.kind is MailKind.UNRELATED


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", MailKind.CALENDAR),
        ("Jo has accepted this invitation.\nGoogle Calendar", MailKind.CALENDAR),
        ("Tuesday works, I will be five minutes late.", MailKind.REPLY),
    ],
)
def test_an_accepted_invitation_is_an_answer_once_somebody_writes_to_it(
    text: str, kind: MailKind
) -> None:
    raw = (
        f"{JO}Subject: Accepted: call\nContent-Type: multipart/alternative; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{text}\n"
        "--b\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n--b--\n"
    )

    assert classify(raw.encode()).kind is kind


def written(sender: str, subject: str, text: str, head: str = "") -> Verdict:
    """Classify a mail that answers none."""
    return classify(f"From: {sender}\n{head}Subject: {subject}\n{PLAIN}{text}\n".encode())


@pytest.mark.parametrize(("name", "head", "text"), MODERATION, ids=[one[0] for one in MODERATION])
def test_what_lists_say_of_themselves(name: str, head: str, text: str) -> None:
    found = classify(f"{head}{PLAIN}{text}\n".encode())

    assert found.kind in (MailKind.UNRELATED, MailKind.AUTO_REPLY)


@pytest.mark.parametrize(("name", "subject", "text"), RECEIPTS, ids=[one[0] for one in RECEIPTS])
def test_receipts_by_their_words(name: str, subject: str, text: str) -> None:
    raw = f"{JO}Subject: {subject}\n{PLAIN}{text}\n".encode()

    assert classify(raw).kind is MailKind.RECEIPT


@pytest.mark.parametrize(
    "disposition",
    [
        "manual-action/MDN-sent-manually; displayed",
        "automatic-action/MDN-sent-automatically; deleted",
        "manual-action/MDN-sent-manually; denied",
        "automatic-action/MDN-sent-automatically; failed",
        "automatic-action/MDN-sent-automatically; processed/error",
    ],
)
def test_receipts_by_their_notification(disposition: str) -> None:
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    body = (
        "--b\nContent-Type: text/plain\n\nThe message you sent was seen, or not.\n"
        f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;jo@mail.example\nDisposition: {disposition}\n--b--\n"
    )
    raw = f"{JO}Subject: A role\nContent-Type: {kind}\n\n{body}".encode()

    assert classify(raw).kind is MailKind.RECEIPT


def test_a_rejection_in_the_form_of_a_receipt_is_a_bounce() -> None:
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    body = (
        "--b\nContent-Type: text/plain\n\nYour message to <jo@mail.example> was automatically rejected:\nQuota exceeded\n"
        "--b\nContent-Type: message/disposition-notification\n\nDisposition: automatic-action/MDN-sent-automatically; deleted\n--b--\n"
    )
    raw = f"From: Mail Delivery Subsystem <admin@mail.example>\nSubject: Automatically rejected mail\nAuto-Submitted: auto-replied (rejected)\nContent-Type: {kind}\n\n{body}"

    assert classify(raw.encode()).kind is MailKind.SOFT_BOUNCE


@pytest.mark.parametrize("place", ["inline", "attached"])
@pytest.mark.parametrize(("subject", "method"), CALENDARS)
def test_calendars_mail(subject: str, method: str, place: str) -> None:
    shown = "" if place == "inline" else "Content-Disposition: attachment; filename=invite.ics\n"
    raw = (
        f"{JO}Subject: {subject}\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nJo will attend.\n"
        f"--b\nContent-Type: text/calendar; method={method}\n{shown}\nBEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n--b--\n"
    )
    assert classify(raw.encode()).kind is MailKind.CALENDAR
