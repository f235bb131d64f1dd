"""What is read from the bytes of a letter."""

import pytest

from sandbox.world.letter import Letter, bare_subject
from tests.unit.sandbox.factories import letter


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("A role", "a role"),
        ("Re: A role", "a role"),
        ("RE: re: AW: A role", "a role"),
        ("Fwd: A  role ", "a role"),
        ("Re[2]: A role", "a role"),
        ("Regarding: A role", "regarding: a role"),
        ("Automatic reply: A role", "automatic reply: a role"),
    ],
)
def test_two_subjects_are_of_one_thread_when_only_reply_prefixes_differ(subject: str, bare: str):
    assert bare_subject(subject) == bare


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\r\n\r\nno head at all",
        b"no colon\r\nSubject: x\r\n\r\nbody",
        b"\x00\xff\xfe broken \xc3\x28\r\n",
        b"Subject: =?utf-8?b?broken?=\r\n\r\n",
        b"Subject: =?no-such-charset?q?x?=\r\n\r\n",
    ],
)
def test_any_bytes_are_a_letter(raw: bytes):
    made = Letter(raw)
    assert isinstance(made.subject, str)
    assert made.addressees == ()
    assert made.message_id == ""
    assert made.replacing("Message-ID", "<x@y>").message_id == "<x@y>"


def test_folded_and_encoded_headers_are_read_whole():
    subject = b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n aus Wien\r\n"
    made = Letter(subject + b"TO: A <a@b.example>,\r\n\tc@d.example\n\nx")
    assert made.subject == "Grüße aus Wien"
    assert made.addressees == ("a@b.example", "c@d.example")


def test_the_nearest_ancestor_comes_first():
    made = letter(more=["References: <1@x> <2@x>\r\n <3@x>", "In-Reply-To: <3@x>"])
    assert made.ancestors == ("<3@x>", "<2@x>", "<1@x>")


def test_a_replaced_header_keeps_its_place_and_the_body_keeps_every_byte():
    two = b"Message-Id: <old@x>\r\n\tfolded\r\nmessage-id: <two@x>\r\n"
    rest = b"B: 2\r\n\r\n\r\nline\nend\x00"
    made = Letter(b"A: 1\r\n" + two + rest).replacing("Message-ID", "<new@x>")
    assert made.raw == b"A: 1\r\nMessage-ID: <new@x>\r\n" + rest


def test_a_header_that_is_not_there_is_not_removed():
    made = letter()
    assert made.without("Bcc") is made
