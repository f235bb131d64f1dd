"""Which messages of an inbox are read whole."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.concern import concerns_us
from domain.inbound.parsing import read_mail
from domain.inbound.verdict import MailKind
from domain.mail import Arrival, Known
from domain.matching import Send, match
from domain.reading import MOST_EXCERPT, read
from tests.unit.domain.inbound.notices import NOTICES, OURS, Notice

ARRIVAL = Arrival(
    provider_message_id="p1",
    thread_id="t9",
    from_address="fay@far.example",
    message_id="<1@far.example>",
    in_reply_to=("<9@far.example>",),
    subject="Lunch",
    received_at=datetime(2026, 1, 1, tzinfo=UTC),
)
KNOWN = Known(
    stored=frozenset({"p0"}),
    threads=frozenset({"t1"}),
    message_ids=frozenset({"<ours>"}),
    people=frozenset({"jo@mail.example"}),
    own_address="rita@sender.example",
)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, False),
        ({"thread_id": "t1"}, True),
        ({"in_reply_to": ("<9@far.example>", "<ours>")}, True),
        ({"from_address": "Jo@Mail.example"}, True),
        ({"from_address": "mailer-daemon@far.example"}, True),
        ({"from_address": ""}, True),
        ({"headers": {"return-path": "<>"}}, True),
        ({"headers": {"x-failed-recipients": "jo@mail.example"}}, True),
        ({"headers": {"content-type": "multipart/report; report-type=delivery-status"}}, True),
        ({"subject": "Undeliverable: A role"}, True),
        ({"subject": "Unzustellbar: A role"}, True),
        ({"thread_id": "t1", "provider_message_id": "p0"}, False),
        ({"thread_id": "t1", "from_address": "Rita@sender.example"}, False),
        ({"from_address": "news@shop.example", "subject": "Our newsletter"}, False),
    ],
)
def test_only_what_can_be_an_answer_is_read(changes: dict[str, Any], wanted: bool) -> None:
    assert concerns_us(replace(ARRIVAL, **changes), KNOWN) is wanted


class TestReading:
    def test_keeps_the_beginning_of_ones_own_words(self) -> None:
        raw = b"From: jo@mail.example\r\n\r\n" + b"Yes. " * 1000 + b"\r\n> quoted\r\n"

        found = read(ARRIVAL, raw)

        assert found.excerpt.startswith("Yes. Yes.")
        assert len(found.excerpt) == MOST_EXCERPT
        assert "quoted" in found.quoted

    def test_of_a_message_that_is_gone_goes_by_its_head(self) -> None:
        headers = {"from": "Jo <jo@mail.example>", "auto-submitted": "auto-replied", "subject": "x"}

        assert read(replace(ARRIVAL, headers=headers), None).verdict.kind is MailKind.AUTO_REPLY

    def test_of_a_large_answer_goes_by_its_first_words(self) -> None:
        headers = {
            "from": "Jo <jo@mail.example>",
            "subject": "Re: A role",
            "in-reply-to": "<ours>",
            "content-type": "multipart/mixed; boundary=b",
        }
        arrival = replace(ARRIVAL, headers=headers, snippet="Gladly, my portfolio is attached")

        found = read(arrival, None)

        assert found.verdict.kind is MailKind.REPLY
        assert found.excerpt == "Gladly, my portfolio is attached"

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\0" * 1000,
            b"\xff\xfe" * 5000,
            b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff",
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 10_000,
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                for n in range(1000)
            ),
            b"From: a@b.example\r\n\r\n" + b"x" * 50_000_000,
        ],
        ids=["empty", "zeros", "bytes", "charset", "edges", "nested", "50 MB"],
    )
    def test_of_hostile_bytes_harms_nobody(self, raw: bytes) -> None:
        found = read(ARRIVAL, raw)

        assert found.verdict.kind in MailKind
        assert len(found.excerpt) <= MOST_EXCERPT
        assert "\0" not in found.excerpt


SEND = Send(
    delivery_id="dlv_1",
    enrollment_id="enr_1",
    candidate_id="cand_1",
    to_address="jo@gone.example",
    thread_id=None,
    message_ids=frozenset({OURS}),
    at=datetime(2026, 1, 2, tzinfo=UTC),
)


@pytest.mark.parametrize("notice", NOTICES, ids=lambda one: one.name)
def test_a_mail_systems_notice_is_read_and_believed(notice: Notice) -> None:
    raw = f"{notice.head}\n{notice.body}".encode()
    arrival = arrived(raw, at=datetime(2026, 1, 3, tzinfo=UTC))
    assert concerns_us(arrival, KNOWN)

    found = match(read(arrival, raw), [SEND])

    assert found is not None
    assert found.is_plausible, found.reason


def arrived(raw: bytes, *, at: datetime) -> Arrival:
    """Show a message's head as a provider lists it."""
    mail = read_mail(raw)
    return replace(
        ARRIVAL,
        from_address=mail.from_address,
        subject=mail.subject,
        in_reply_to=tuple(mail.header("in-reply-to").split()),
        headers={name: values[0] for name, values in mail.headers.items()},
        received_at=at,
    )
