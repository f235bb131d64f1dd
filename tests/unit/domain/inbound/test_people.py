"""People's replies: nothing that surrounds them makes a machine out of a person."""

from base64 import b64encode

import pytest

from domain.inbound.classify import classify
from domain.inbound.quoting import own_text
from domain.inbound.verdict import MailKind
from tests.unit.domain.inbound.letters import REPLIES
from tests.unit.domain.inbound.people import (
    ATTRIBUTIONS,
    CLIENTS,
    PEOPLES_ADDRESSES,
    PEOPLES_HEADS,
    QUOTED,
    TRICKY,
)

HEAD = "From: {who}\nTo: ana@recruiters.example\nSubject: {subject}\nMessage-ID: <2@mail.example>\n"
ANSWER = "In-Reply-To: <1@recruiters.example>\nReferences: <1@recruiters.example>\n"
MARKED = "\n\n" + "\n".join(f"> {line}" for line in QUOTED.split(". "))


def written(
    text: str,
    head: str = "",
    who: str = "Jo <jo@mail.example>",
    subject: str = "Re: A role",
    kind: str = "text/plain",
) -> bytes:
    lines = HEAD.format(who=who, subject=subject) + ANSWER + head
    return f"{lines}Content-Type: {kind}; charset=utf-8\n\n{text}\n".encode()


@pytest.mark.parametrize("name", PEOPLES_HEADS)
@pytest.mark.parametrize("text", TRICKY)
def test_whatever_headers_their_mail_carries(text: str, name: str) -> None:
    assert classify(written(text, PEOPLES_HEADS[name])).kind is MailKind.REPLY


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("text", TRICKY[:60:7])
def test_whatever_they_quote(text: str, attribution: str) -> None:
    for quote in (MARKED, "\n\n" + QUOTED):
        raw = written(f"{text}\n\n{attribution}{quote}")

        assert classify(raw).kind is MailKind.REPLY
        assert QUOTED[:30] not in own_text(raw.decode())


@pytest.mark.parametrize("who", PEOPLES_ADDRESSES)
@pytest.mark.parametrize("text", REPLIES[:12])
def test_whatever_their_address_is(text: str, who: str) -> None:
    assert classify(written(text, who=who)).kind is MailKind.REPLY
    assert classify(written(text, who=who).replace(ANSWER.encode(), b"")).kind is MailKind.REPLY


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("text", REPLIES)
def test_whatever_program_they_use(text: str, client: str) -> None:
    body = CLIENTS[client].format(own=text, quote=QUOTED)

    assert classify(written(body, kind="text/html")).kind is MailKind.REPLY


@pytest.mark.parametrize("client", CLIENTS)
def test_what_they_ask_in_html_is_read(client: str) -> None:
    body = CLIENTS[client].format(own="Please remove me from your list.", quote=QUOTED)

    assert classify(written(body, kind="text/html")).kind is MailKind.UNSUBSCRIBE


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "iso-2022-jp", "shift_jis", "euc-jp"])
def test_whatever_charset_they_write_in(charset: str) -> None:
    text = "ありがとうございます。ぜひお話を聞かせてください。"
    coded = b64encode(text.encode(charset)).decode()
    head = f"Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset={charset}\n\n"
    raw = (HEAD.format(who="Jo <jo@mail.example>", subject="Re: A role") + ANSWER + head).encode()

    assert classify(raw + coded.encode()).kind is MailKind.REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Undelivered Mail Returned to Sender",
        "Re: Out of office",
        "AW: Automatische Antwort: A role",
        "Fwd: A role",
        "WG: Unzustellbar: A role",
        "A role",
        "",
        "Vacation rental engineer",
        "Absence management role",
        "Urlaubsplaner: Entwicklerin gesucht",
        "Digest of roles",
        "Delivery manager",
        "Mail delivery engineer?",
        "Accepted answer on your question",
    ],
)
@pytest.mark.parametrize("text", REPLIES[:8])
def test_whatever_the_subject_is(text: str, subject: str) -> None:
    assert classify(written(text, subject=subject)).kind is MailKind.REPLY


def test_a_person_may_attach_a_calendars_file() -> None:
    raw = (
        HEAD.format(who="Jo <jo@mail.example>", subject="Re: A role")
        + ANSWER
        + "MIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nTuesday suits me.\n"
        "--b\nContent-Type: text/calendar; name=free.ics\nContent-Disposition: attachment; filename=free.ics\n\n"
        "BEGIN:VCALENDAR\nMETHOD:PUBLISH\nEND:VCALENDAR\n--b--\n"
    )
    assert classify(raw.encode()).kind is MailKind.REPLY


def test_the_broken_end_of_a_quoted_line_is_no_text_of_theirs() -> None:
    quote = '> If you would rather not hear from us, just answer "unsubscribe" and we\nstop.\n\nHi Ana, gladly!'

    assert classify(written(quote)).kind is MailKind.REPLY


def test_a_person_may_pass_a_digest_on() -> None:
    raw = (
        HEAD.format(who="Jo <jo@mail.example>", subject="Re: A role")
        + ANSWER
        + "MIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee these.\n"
        "--b\nContent-Type: multipart/digest; boundary=c\n\n--c\n\nSubject: x\n\nx\n--c--\n--b--\n"
    )
    assert classify(raw.encode()).kind is MailKind.REPLY


def test_a_mail_without_a_sender_is_no_notice() -> None:
    assert classify(b"Subject: A role\n\nYes.\n").kind is MailKind.REPLY
