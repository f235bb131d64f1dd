"""No value of a candidate adds a header, changes a recipient or breaks out of its line."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.codes import ReasonCode
from domain.errors import ContentFault
from domain.mail import DELIVERY_HEADER, Draft, Recipient, StepContent, Thread, ThreadTail
from providers.mime import LetterWriter

WRITER = LetterWriter()
HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type"}

evil = st.text(max_size=300) | st.sampled_from(
    [
        "Jo\r\nBcc: x@evil.example",
        "Jo\nX-Evil: 1",
        "=?utf-8?q?=0ABcc:_x@evil.example?=",
        "Jo\u2028Bcc: x@evil.example",
        'Jo" <x@evil.example>, "',
        "\u202etxt.exe",
        "\x00",
        "a" * 2000,
        "Жанна 🎉",
        "<script>alert(1)</script>",
        "{{ candidate.email }}",
    ]
)


def draft(**changes: Any) -> Draft:
    values: dict[str, Any] = {
        "key": "enr_1:stp_1:1",
        "from_address": "ana@sender.example",
        "from_name": "Ana Sender",
        "to_address": "jo@candidate.example",
        "to_name": "Jo Candidate",
        "recipient": Recipient(first_name="Jo", email="jo@candidate.example"),
        "content": StepContent(subject="A role", body="<p>Hello</p>", cc=("c@c.example",)),
        "written_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Draft(**{**values, **changes})


def read(mime: bytes) -> EmailMessage:
    message = message_from_bytes(mime, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def names(message: EmailMessage) -> list[str]:
    return sorted(name.lower() for name in message)


@given(name=evil, first=evil, field=evil)
@example(name="a" * 5000, first="", field="")
def test_what_a_candidate_is_called_never_adds_a_header(name: str, first: str, field: str) -> None:
    content = StepContent(
        subject="A role for {{ candidate.first_name | default: 'you' }}",
        body="<p>Hello {{ candidate.fields.note | default: '-' }}</p>",
    )
    recipient = Recipient(first_name=first, email="jo@candidate.example", fields={"note": field})

    try:
        letter = WRITER.write(draft(to_name=name, recipient=recipient, content=content))
    except ContentFault:
        return  # Refused whole: nothing leaves.

    message = read(letter.mime)
    assert names(message) == sorted(HEADERS | {DELIVERY_HEADER.lower()})
    assert [one.addr_spec for one in message["To"].addresses] == ["jo@candidate.example"]
    assert str(message["Subject"]) == letter.subject
    assert "<script" not in letter.html


def test_a_letter_has_text_beside_html_and_everybody_who_was_meant() -> None:
    content = StepContent(
        subject="A role", body="<p>Hello <b>Jo</b></p>", cc=("c@c.example",), bcc=("b@b.example",)
    )

    message = read(WRITER.write(draft(content=content)).mime)

    assert [one.addr_spec for one in message["Cc"].addresses] == ["c@c.example"]
    assert [one.addr_spec for one in message["Bcc"].addresses] == ["b@b.example"]
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Hello Jo"
    assert "<b>Jo</b>" in html.get_content()


def test_a_follow_up_points_at_its_thread() -> None:
    tail = ThreadTail(thread_id="t", message_id="<2@x>", references=("<1@x>",), subject="A role")
    content = StepContent(thread=Thread.REPLY, body="<p>Again</p>")

    letter = WRITER.write(draft(content=content, tail=tail))

    message = read(letter.mime)
    assert (letter.subject, letter.thread_id) == ("Re: A role", "t")
    assert str(message["In-Reply-To"]) == "<2@x>"
    assert str(message["References"]).split() == ["<1@x>", "<2@x>"]


def test_the_same_draft_gives_the_same_bytes() -> None:
    assert WRITER.write(draft()).mime == WRITER.write(draft()).mime


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (StepContent(subject=" ", body="<p>x</p>"), "missing_email_subject"),
        (StepContent(subject="x", body="<p> </p>"), "empty_message"),
        (StepContent(subject="x", body="{{ candidate.fields.no }}"), "lead_not_scraped"),
        (StepContent(subject="x" * 999, body="<p>x</p>"), "permanent_fail"),
        (StepContent(subject="{{ candidate.fields.no }}", body="x"), "lead_not_scraped"),
    ],
)
def test_what_cannot_be_written_says_why(content: StepContent, code: str) -> None:
    with pytest.raises(ContentFault) as fault:
        WRITER.write(draft(content=content))

    assert fault.value.code == ReasonCode(code)


@pytest.mark.parametrize(
    "address", ["", "a@@b", "josé@x.example", "a b@x.example", "a@x\r\nBcc: b"]
)
def test_an_address_that_cannot_be_sent_to_is_refused(address: str) -> None:
    with pytest.raises(ContentFault) as fault:
        WRITER.write(draft(to_address=address))

    assert fault.value.code is ReasonCode.INVALID_CONTACT_EMAIL
