"""The classifier on mails of every kind."""

from base64 import b64encode

import pytest

from domain.inbound.classify import classify
from domain.inbound.verdict import MailKind
from tests.unit.domain.inbound.letters import ABSENCES, HARMLESS, NEW, OPT_OUTS, QUOTE, RE, REPLIES
from tests.unit.domain.inbound.more_notices import MORE_NOTICES
from tests.unit.domain.inbound.notices import NOTICES, OURS, REPORTS, Notice, report
from tests.unit.domain.inbound.opt_outs import ASKED, KEEN, NOT_ASKED


def mail(head: str, body: str, kind: str = "text/plain") -> bytes:
    head = f"To: ana@recruiters.example\nContent-Type: {kind}; charset=utf-8\n{head}"
    return f"{head}\n{body}".encode()


@pytest.mark.parametrize("notice", [*NOTICES, *MORE_NOTICES], ids=lambda one: one.name)
def test_notices_of_mail_systems(notice: Notice) -> None:
    verdict = classify(mail(notice.head, notice.body))

    assert verdict.kind == notice.kind, verdict
    assert verdict.recipient == notice.recipient
    assert verdict.status == notice.status
    if OURS in notice.body:
        assert verdict.message_id == OURS


@pytest.mark.parametrize(("status", "diagnostic", "action", "kind"), REPORTS)
def test_delivery_reports(status: str, diagnostic: str, action: str, kind: str) -> None:
    verdict = classify(report(status, diagnostic, action))

    assert verdict.kind == kind, verdict
    assert verdict.message_id == OURS
    assert verdict.recipient == "jo@gone.example"


@pytest.mark.parametrize("head", [RE, NEW], ids=["answer", "new thread"])
@pytest.mark.parametrize("quote", ["", QUOTE], ids=["alone", "with a quote"])
@pytest.mark.parametrize("text", REPLIES)
def test_people(text: str, quote: str, head: str) -> None:
    verdict = classify(mail(head, text + quote))

    assert verdict.kind is MailKind.REPLY, verdict


@pytest.mark.parametrize("quote", ["", QUOTE], ids=["alone", "with a quote"])
@pytest.mark.parametrize("text", OPT_OUTS + ASKED)
def test_people_who_want_no_more(text: str, quote: str) -> None:
    assert classify(mail(RE, text + quote)).kind is MailKind.UNSUBSCRIBE


@pytest.mark.parametrize("quote", ["", QUOTE], ids=["alone", "with a quote"])
@pytest.mark.parametrize("text", NOT_ASKED + KEEN)
def test_people_who_use_the_same_words_for_something_else(text: str, quote: str) -> None:
    assert classify(mail(RE, text + quote)).kind is MailKind.REPLY


@pytest.mark.parametrize(("subject", "head", "text"), ABSENCES)
def test_automatic_answers(subject: str, head: str, text: str) -> None:
    head = f"From: Jo <jo@mail.example>\nSubject: {subject}\n{head}"

    assert classify(mail(head, text)).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize(("subject", "head", "text"), HARMLESS)
def test_what_has_nothing_to_do_with_us(subject: str, head: str, text: str) -> None:
    assert classify(mail(f"Subject: {subject}\n{head}", text)).kind is MailKind.UNRELATED


def test_a_receipt() -> None:
    kind = "multipart/report; report-type=disposition-notification; boundary=b"
    body = "--b\nContent-Type: message/disposition-notification\n\nDisposition: displayed\n--b--\n"
    raw = f"From: jo@mail.example\nSubject: Read: A role\nContent-Type: {kind}\n\n{body}".encode()

    assert classify(raw).kind is MailKind.RECEIPT


@pytest.mark.parametrize("method", ["REQUEST", "REPLY", "CANCEL"])
def test_a_calendars_mail(method: str) -> None:
    body = f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR\n"

    assert classify(mail(RE, body, f"text/calendar; method={method}")).kind is MailKind.CALENDAR


@pytest.mark.parametrize(
    ("kind", "expected"), [("abuse", "complaint"), ("auth-failure", "unrelated")]
)
def test_a_feedback_report(kind: str, expected: str) -> None:
    raw = (
        "From: fbl@host.example\nSubject: complaint\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n"
        "Original-Rcpt-To: jo@gone.example\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OURS}\nSubject: A role\n\nx\n--b--\n"
    )
    verdict = classify(raw.encode())

    assert verdict.kind == expected
    if expected == "complaint":
        assert (verdict.message_id, verdict.recipient) == (OURS, "jo@gone.example")


class TestQuotesNeverDecide:
    def test_a_person_who_forwards_a_bounce_wrote_a_reply(self) -> None:
        bounce = "> 550 5.1.1 User unknown\n> The following address(es) failed"
        head = RE.replace("Re: A role", "Re: Undelivered Mail Returned to Sender")

        assert classify(mail(head, f"This came back?\n\n{bounce}")).kind is MailKind.REPLY

    def test_an_answer_below_its_quote_is_read(self) -> None:
        assert (
            classify(mail(RE, "> please unsubscribe\n> me\n\nYes, gladly!")).kind is MailKind.REPLY
        )


def test_a_report_in_base64_is_read() -> None:
    fields = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; jo@gone.example\nAction: failed\nStatus: 5.1.1\n"
    raw = (
        "From: MAILER-DAEMON@mx.example\nSubject: Undeliverable\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        f"{b64encode(fields.encode()).decode()}\n--b--\n"
    )
    verdict = classify(raw.encode())

    assert (verdict.kind, verdict.status, verdict.recipient) == (
        MailKind.HARD_BOUNCE,
        "5.1.1",
        "jo@gone.example",
    )
