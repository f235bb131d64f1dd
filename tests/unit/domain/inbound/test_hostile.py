"""Bytes that are hardly mails at all: each has a class, in bounded time, and stops nobody."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.inbound.classify import classify
from domain.inbound.verdict import MailKind, Verdict
from tests.unit.domain.inbound.notices import report

SENT = b"From: a@b.example\r\nSubject: Re: x\r\n"
DAEMON = b"From: MAILER-DAEMON@b.example\r\nSubject: Undeliverable\r\n"
NOTE = SENT + b"Date: Fri, 02 Jan 2026 10:00:00 +0000\r\nAuto-Submitted: auto-replied\r\n"
IN_REPORT = (
    DAEMON + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
)


def nested(depth: int) -> bytes:
    part = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return b"".join(part % (n, n) for n in range(depth))


SHAPES: dict[str, bytes] = {
    "nothing": b"",
    "no headers": b"\r\n\r\njust text",
    "zeros": b"\0" * 1000,
    "nested": nested(1_000),
    "nested, then long": nested(200) + b"x\r\n" * 200_000,
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 1_000,
    "the same boundary throughout": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    * 1_000,
    "100,000 parts": SENT
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 100_000,
    "a digest of 40,000": SENT
    + b"Content-Type: multipart/digest; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nS: x\r\n\r\nx\r\n" * 40_000,
    "wrong charset": SENT + b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\xfe",
    "broken words": b"From: =?utf-8?b?????=\r\nSubject: =?x?q?=ZZ?=\r\n\r\nx",
    "words that never end": b"From: a@b.c\r\nSubject: " + b"=?a?q?" * 150_000 + b"\r\n\r\nx",
    "50 MB": SENT + b"\r\n" + b"A" * 50_000_000,
    "endless header": b"Subject: " + b"a" * 900_000,
    "endless parameters": SENT + b"Content-Type: text/plain" + b";" * 900_000 + b"\r\n\r\nx",
    "RFC 2231 without end": SENT
    + b"Content-Type: text/plain; "
    + b"".join(b"name*%d=a; " % n for n in range(50_000))
    + b"\r\n\r\nx",
    "300,000 headers": b"a:\n" * 300_000 + b"\n\nx",
    "senders without end": b"From: " + b"a@b," * 200_000 + b"\r\nSubject: x\r\n\r\nx",
    "comments without end": b"From: " + b"(" * 200_000 + b"\r\nSubject: x\r\n\r\nx",
    "broken base64": SENT + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"!@#$" * 200_000,
    "broken quoted-printable": SENT
    + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + b"=4" * 400_000,
    "uuencode that never ends": SENT
    + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\n"
    + b"M" * 400_000,
    "all bytes": SENT + b"\r\n" + bytes(range(128, 256)) * 7_000,
    "report without content": b"Content-Type: multipart/report; report-type=delivery-status\r\n\r\n",
    "report of blank lines": IN_REPORT + b"\r\n" * 450_000,
    "a boundary that is no boundary": SENT
    + b"Content-Type: multipart/mixed; "
    + b"boundary=\n " * 40_000
    + b"\r\n\r\n--x\r\n\r\nx",
    "calendar without method": SENT + b"Content-Type: text/calendar\r\n\r\n" + b"METHOD" * 160_000,
}

FILLINGS: dict[str, str] = {
    "letters": "a" * 60_000,
    "spaces": " " * 60_000,
    "lines": "\n" * 60_000,
    "dashes": ("-" * 100 + "\n") * 600,
    "a dash": "-" * 60_000,
    "quotes": "> x\n" * 15_000,
    "attributions": ("On Fri, 2 Jan 2026 x" * 15 + "\n") * 500,
    "heads": "From: x\n" * 8_000,
    "copies": "Received: from \n" * 4_000,
    "ids": "Message-ID: \n" * 5_000,
    "addresses": "a@b.c " * 10_000,
    "at": "@" * 60_000,
    "codes": "550 " * 15_000,
    "users": "user not " * 7_000,
    "dates": "1/1/" * 15_000,
    "until": "until 5 january " * 4_000,
    "thanks": "thank you for your message " * 2_000,
    "please": "please contact " * 4_000,
    "brackets": "<" * 100_000,
    "comments": "<!--" * 30_000,
    "tags": "<div>" * 30_000,
    "quoting tags": "<blockquote>" * 10_000,
    "an attribute": "<a " + 'class="' * 20_000 + ">",
    "entities": "&#x" * 30_000,
}


def stops_nobody(verdict: Verdict) -> bool:
    return verdict.kind not in (MailKind.HARD_BOUNCE, MailKind.COMPLAINT, MailKind.UNSUBSCRIBE)


@pytest.mark.timeout(60)  # Each takes a second or two; what blows up takes hours.
@pytest.mark.parametrize("name", SHAPES)
def test_hostile_mail_is_classed_and_stops_no_address(name: str) -> None:
    assert stops_nobody(classify(SHAPES[name]))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", FILLINGS)
def test_no_text_blows_a_pattern_up(name: str) -> None:
    text = FILLINGS[name].encode()
    html = b"Content-Type: text/html\r\n\r\n"

    for head in (SENT + b"\r\n", DAEMON + b"\r\n", NOTE + b"\r\n", SENT + html):
        classify(head + text)


@given(st.binary(max_size=3_000))
def test_any_bytes_have_a_class(raw: bytes) -> None:
    json.dumps(classify(raw).evidence)


@given(st.text(max_size=500), st.text(max_size=500))
def test_any_text_has_a_class(subject: str, text: str) -> None:
    classify(f"From: a@b.example\nSubject: {subject}\n\n{text}".encode("utf-8", "replace"))


_HEADERS = st.sampled_from(
    [
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        b"Content-Type: multipart/alternative; boundary=b",
        b"Content-Type: message/rfc822",
        b"Content-Type: message/delivery-status",
        b"Content-Type: message/disposition-notification",
        b"Content-Type: text/html; charset=utf-16",
        b"Content-Type: text/plain; charset=iso-2022-jp",
        b"Content-Type: text/calendar; method=REPLY",
        b"Content-Transfer-Encoding: base64",
        b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=x",
        b"From: =?utf-8?q?=ff?= <a@b>",
        b"Auto-Submitted: auto-replied",
        b"--b",
        b"--b--",
        b"Action: failed",
        b"Final-Recipient: rfc822; jo@gone.example",
        b"",
    ]
)
_LINES = st.lists(st.one_of(_HEADERS, _HEADERS, st.binary(max_size=60)), max_size=40)


@given(_LINES)
def test_any_heap_of_mime_has_a_class(lines: list[bytes]) -> None:
    classify(b"\r\n".join(lines))


@given(st.integers(min_value=0, max_value=2_000), st.integers(min_value=0, max_value=255))
def test_a_damaged_report_has_a_class(at: int, byte: int) -> None:
    raw = bytearray(report("5.1.1", "550 5.1.1 User unknown"))
    raw[at % len(raw)] = byte

    classify(bytes(raw))
    classify(bytes(raw[: at % len(raw)]))


class TestWhatFilesDoToMails:
    RAW = report("5.1.1", "550 5.1.1 User unknown")

    @pytest.mark.parametrize(
        "raw",
        [
            RAW.replace(b"\n", b"\r\n"),
            RAW.replace(b"\n", b"\r"),
            b"From MAILER-DAEMON Fri Jan  2 10:00:00 2026\n" + RAW,
            b"\n\n" + RAW,
            b"\xef\xbb\xbf" + RAW,
            RAW.decode().encode("utf-16"),
            RAW.replace(b'boundary="b1"', b'boundary="other"'),
            RAW.replace(b'; boundary="b1"', b""),
            RAW.replace(b'boundary="b1"', b'boundary="b1" Message-Id: <x@y>'),
        ],
        ids=[
            "CRLF",
            "CR",
            "mbox",
            "blank lines",
            "BOM",
            "UTF-16",
            "boundary",
            "no boundary",
            "glued",
        ],
    )
    def test_it_is_the_same_mail(self, raw: bytes) -> None:
        verdict = classify(raw)

        assert (verdict.kind, verdict.status) == (MailKind.HARD_BOUNCE, "5.1.1")
        assert verdict.recipient == "jo@gone.example"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("iso-2022-jp", "不在にしております。自動応答です。"),
        ("shift_jis", "不在にしております。自動応答です。"),
        ("euc-jp", "不在にしております。自動応答です。"),
        ("gb2312", "我正在休假，这是自动回复。"),
        ("big5", "我目前不在辦公室，這是自動回覆。"),
        ("euc-kr", "휴가 중입니다. 자동 회신입니다."),
        ("koi8-r", "Я в отпуске. Это автоматический ответ."),
        ("windows-1251", "Я в отпуске. Это автоматический ответ."),
        ("iso-8859-2", "Jestem na urlopie. To jest automatyczna odpowiedź."),
        ("windows-1252", "Ich bin nicht im Büro. Dies ist eine automatische Antwort."),
        ("utf-16", "Ich bin nicht im Büro. Dies ist eine automatische Antwort."),
    ],
)
def test_every_charset_is_read(charset: str, text: str) -> None:
    head = f"From: a@b.example\nSubject: x\nIn-Reply-To: <1@x>\nContent-Type: text/plain; charset={charset}\n\n"

    assert classify(head.encode() + text.encode(charset)).kind is MailKind.AUTO_REPLY


@pytest.mark.parametrize(
    "claimed", ["us-ascii", "iso-8859-1", "utf-8", "unknown-8bit", "", "x-nonsense"]
)
@pytest.mark.parametrize("really", ["utf-8", "windows-1251", "koi8-r"])
def test_a_charset_that_lies_is_seen_through(claimed: str, really: str) -> None:
    named = f"; charset={claimed}" if claimed else ""
    head = f"From: a@b.example\nSubject: x\nIn-Reply-To: <1@x>\nContent-Type: text/plain{named}\n\n"
    text = (
        "Здравствуйте! Я в отпуске до понедельника. Это автоматический ответ, на письма не отвечаю."
    )

    assert classify(head.encode() + text.encode(really)).kind is MailKind.AUTO_REPLY
