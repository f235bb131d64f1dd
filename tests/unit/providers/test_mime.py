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
from domain.mail import (
    DELIVERY_HEADER,
    Attachment,
    Draft,
    Recipient,
    StepContent,
    Thread,
    ThreadTail,
)
from providers.mime import LetterWriter
from tests.unit.providers.hostile import VALUES

WRITER = LetterWriter()
HEADERS = {"from", "to", "subject", "date", "message-id", "mime-version", "content-type"}

evil = st.text(max_size=300) | st.sampled_from(VALUES)


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


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_no_hostile_value_changes_who_gets_what(value: str) -> None:
    """In every field that a person or a candidate's data can fill: refused, or sent as meant."""
    everywhere = {
        "to_name": draft(to_name=value),
        "from_name": draft(from_name=value),
        "first_name": draft(
            recipient=Recipient(first_name=value, email="jo@candidate.example"),
            content=StepContent(
                subject="For {{ candidate.first_name | default: 'you' }}",
                body="<p>{{ candidate.first_name | default: '-' }}</p>",
            ),
        ),
        "subject": draft(content=StepContent(subject=value, body="<p>Hello</p>")),
        "body": draft(content=StepContent(subject="A role", body=f"<p>Hello</p>{value}")),
        "file": draft(attachments=(Attachment(name=value, content_type="a/b", content=b"x"),)),
    }
    for field, wanted in everywhere.items():
        try:
            message = read(WRITER.write(wanted).mime)
        except ContentFault:
            continue
        allowed = HEADERS | {DELIVERY_HEADER.lower()} | ({"cc"} if wanted.content.cc else set())
        assert set(names(message)) == allowed, field
        assert [one.addr_spec for one in message["To"].addresses] == ["jo@candidate.example"]
        assert [one.addr_spec for one in message["From"].addresses] == ["ana@sender.example"]
        assert message[DELIVERY_HEADER] == "enr_1:stp_1:1"
        assert len(list(message.iter_attachments())) == len(wanted.attachments)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
@pytest.mark.parametrize("field", ["to_address", "cc", "bcc"])
def test_no_hostile_address_adds_another(value: str, field: str) -> None:
    changes: dict[str, Any] = {field: value}
    if field != "to_address":
        changes = {"content": StepContent(subject="A", body="<p>B</p>", **{field: (value,)})}
    wanted = draft(**changes)

    try:
        message = read(WRITER.write(wanted).mime)
    except ContentFault:
        return

    assert [value] == [one.addr_spec for one in message[field.removesuffix("_address")].addresses]


class TestAttachments:
    FILES = (
        Attachment(
            name="Rôle, Жанна.pdf", content_type="application/pdf", content=bytes(range(256))
        ),
        Attachment(name="notes.txt", content_type="text/plain", content=b"--=_1_\r\nBcc: x\r\n"),
        Attachment(name="empty.csv", content_type="text/csv", content=b""),
    )

    def test_arrive_as_they_are_and_after_the_text(self) -> None:
        message = read(WRITER.write(draft(attachments=self.FILES)).mime)

        found = [
            (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
            for part in message.iter_attachments()
        ]
        assert found == [(one.name, one.content_type, one.content) for one in self.FILES]
        html = message.get_body(("html",))
        assert html is not None
        assert "Hello" in html.get_content()

    def test_give_the_same_bytes_each_time(self) -> None:
        one, other = (WRITER.write(draft(attachments=self.FILES)) for _ in range(2))

        assert one.mime == other.mime

    @given(content=st.binary(max_size=2_000), name=evil)
    def test_of_any_bytes_read_back(self, content: bytes, name: str) -> None:
        file = Attachment(name=name, content_type="application/octet-stream", content=content)
        try:
            message = read(WRITER.write(draft(attachments=(file,))).mime)
        except ContentFault:
            return
        assert [one.get_payload(decode=True) for one in message.iter_attachments()] == [content]


def test_a_domain_of_any_script_is_written_in_ascii() -> None:
    letter = WRITER.write(draft(to_address="jo@bücher.example"))

    assert b"jo@xn--bcher-kva.example" in letter.mime


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


WORDS = st.sampled_from(
    ["Straße", "für", "im", "€", "日本語", "🚀", "Python", "data-platform-infrastructure", "=", "?"]
)
SUBJECTS = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)


@given(subject=SUBJECTS)
@example(subject="im Straße im _ ? x@y.example € für : für 日本語 : _ 🚀")
@example(subject="data-platform-infrastructure-reliability-engineering Python x@y.example")
def test_a_subject_of_any_letters_arrives_as_it_was_written(subject: str) -> None:
    mime = WRITER.write(draft(content=StepContent(subject=subject, body="<p>x</p>"))).mime

    assert read(mime)["Subject"] == subject
    assert max(len(line) for line in mime.split(b"\r\n")) <= 78


TOKEN = "1" * 66
PAGE = "https://reprise.example/unsubscribe"


def test_every_way_out_stands_in_the_headers_and_reads_back() -> None:
    letter = LetterWriter(unsubscribe_url=PAGE + "/").write(draft(optout_token=TOKEN))

    message = read(letter.mime)
    assert message["List-Unsubscribe"] == (
        f"<{PAGE}/{TOKEN}>, <mailto:ana@sender.example?subject=unsubscribe%20{TOKEN}>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"=?" not in letter.mime.split(b"\r\n\r\n")[0]  # Not even long ones are encoded.
    assert len(max(letter.mime.split(b"\r\n"), key=len)) < 998


def test_without_a_page_the_mailbox_is_named_and_no_click_is_promised() -> None:
    message = read(LetterWriter().write(draft(optout_token=TOKEN)).mime)

    assert str(message["List-Unsubscribe"]).startswith("<mailto:ana@sender.example?")
    assert "List-Unsubscribe-Post" not in message


def test_a_template_may_carry_the_link() -> None:
    content = StepContent(subject="A role", body='<a href="{{ unsubscribe_url }}">No more</a>')

    letter = LetterWriter(unsubscribe_url=PAGE).write(draft(optout_token=TOKEN, content=content))

    assert f'href="{PAGE}/{TOKEN}"' in letter.html


@given(token=evil, address=evil | st.just("a?subject=x&bcc=y@z.example"))
@example(token=TOKEN, address="=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=")
def test_no_token_and_no_address_adds_a_header_by_the_way_out(token: str, address: str) -> None:
    writer = LetterWriter(unsubscribe_url=PAGE)

    try:
        letter = writer.write(draft(optout_token=token, from_address=f"{address}@sender.example"))
    except (ContentFault, ValueError):
        return

    message = read(letter.mime)
    allowed = HEADERS | {DELIVERY_HEADER.lower(), "cc"}
    ways = {"list-unsubscribe", "list-unsubscribe-post"} if token else set()
    assert set(names(message)) == allowed | ways
    assert str(message["List-Unsubscribe"] or "").count("<") == 2 * bool(token)


def test_the_same_draft_with_a_way_out_gives_the_same_bytes() -> None:
    writer = LetterWriter(unsubscribe_url=PAGE)

    assert writer.write(draft(optout_token=TOKEN)) == writer.write(draft(optout_token=TOKEN))
