"""What a refusal of Slack or of an SMS provider means, row by row."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import httpx
import pytest

from domain.codes import LogEvent, ReasonCode
from domain.errors import Disconnected, OutcomeUnknown, Refused, Unavailable
from domain.mail import DELIVERY_HEADER
from domain.notice_ports import Answered, Batch, NotAllowed, NotReached, Refusal, Untold
from domain.notice_text import Item
from domain.notices import NoticeChannel
from domain.outside import PRIVATE, UrlFault
from providers import twilio
from providers.memory import MemoryMail
from providers.notice_mail import MailTeller, write
from providers.slack import SlackTeller
from providers.transport import OneShotTransport
from providers.twilio import SmsTeller, refusal_of

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ITEM = Item(
    event=LogEvent.ENROLLMENT_REPLIED,
    code=ReasonCode.REPLIED,
    at=AT,
    about="enr_1",
    who="Zoë “Z” Candidate",
    sequence="Engineers",
)


def batch(channel: NoticeChannel = NoticeChannel.EMAIL, to: str = "mia@owner.example") -> Batch:
    return Batch(
        id="ntc_1",
        channel=channel,
        to=to,
        mailbox_id="mbx_1",
        mailbox_address="notices@recruiting.example",
        items=[ITEM],
        written_at=AT,
    )


class FakeOutside:
    """Answers, or raises, what a test says."""

    def __init__(self, outcome: Answered | Exception) -> None:
        self.outcome = outcome
        self.bodies: list[bytes] = []

    def check(self, url: str) -> UrlFault | None:
        return None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.bodies.append(body)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class TestSlack:
    def test_takes_text_and_blocks(self) -> None:
        outside = FakeOutside(Answered(status=200, text="ok"))

        SlackTeller(outside).tell(batch(NoticeChannel.SLACK), "wsp_1")

        message = json.loads(outside.bodies[0])
        assert message["text"] == "Reprise: Replied (1)"
        assert "Zoë “Z” Candidate in “Engineers”" in message["blocks"][0]["text"]["text"]

    @pytest.mark.parametrize(
        ("outcome", "refusal"),
        [
            (Answered(status=400, text="invalid_payload"), Refusal.GIVE_UP),
            (Answered(status=403, text="invalid_token"), Refusal.GONE),
            (Answered(status=404, text="no_service"), Refusal.GONE),
            (Answered(status=410, text="channel_is_archived"), Refusal.GONE),
            (Answered(status=429, text="rate_limited"), Refusal.RETRY),
            (Answered(status=500, text="rollup_error"), Refusal.RETRY),
            (Answered(status=302, text=""), Refusal.RETRY),
            (NotReached("No connection."), Refusal.RETRY),
            (NotAllowed(PRIVATE), Refusal.GONE),
        ],
    )
    def test_its_refusals(self, outcome: Answered | Exception, refusal: Refusal) -> None:
        with pytest.raises(Untold) as untold:
            SlackTeller(FakeOutside(outcome)).tell(batch(NoticeChannel.SLACK), "wsp_1")

        assert untold.value.refusal is refusal

    def test_its_own_delay_is_passed_on(self) -> None:
        busy = Answered(status=429, text="", retry_after=timedelta(seconds=30))

        with pytest.raises(Untold) as untold:
            SlackTeller(FakeOutside(busy)).tell(batch(NoticeChannel.SLACK), "wsp_1")

        assert untold.value.retry_after == timedelta(seconds=30)


class TestSms:
    @pytest.mark.parametrize(("code", "row"), twilio.TABLE.items())
    def test_every_code_of_the_table(self, code: int, row: tuple[Refusal, str]) -> None:
        untold = refusal_of(httpx.Response(400, json={"code": code, "message": "x", "status": 400}))

        assert untold.refusal is row[0]
        assert str(code) in str(untold)
        assert row[1].endswith(".")

    @pytest.mark.parametrize(
        ("status", "content", "refusal"),
        [
            (400, b'{"code": 99999}', Refusal.GIVE_UP),
            (404, b"", Refusal.GIVE_UP),
            (401, b"", Refusal.RETRY),
            (429, b"not json", Refusal.RETRY),
            (500, b"[]", Refusal.RETRY),
            (503, b'{"code": "x"}', Refusal.RETRY),
        ],
    )
    def test_what_the_table_lacks_goes_by_its_status(
        self, status: int, content: bytes, refusal: Refusal
    ) -> None:
        assert refusal_of(httpx.Response(status, content=content)).refusal is refusal

    def test_without_an_account_the_operator_is_asked(self) -> None:
        with pytest.raises(Untold, match="REPRISE_TWILIO") as untold:
            SmsTeller(None, OneShotTransport()).tell(batch(NoticeChannel.SMS, "+1500"), "wsp_1")

        assert untold.value.refusal is Refusal.RETRY


class TestMail:
    def test_the_same_batch_is_the_same_letter(self) -> None:
        assert write(batch()).mime == write(batch()).mime

    def test_a_letter_reads_back_as_it_was_meant(self) -> None:
        letter = write(batch())

        read = message_from_bytes(letter.mime, policy=policy.default)
        assert read["To"].addresses[0].addr_spec == "mia@owner.example"
        assert read["From"].addresses[0].addr_spec == "notices@recruiting.example"
        assert read["Subject"] == "Reprise: Replied (1)"
        assert read["Auto-Submitted"] == "auto-generated"
        assert read[DELIVERY_HEADER] == "ntc_1"
        body = read.get_body(("plain",))
        assert body is not None
        assert "Zoë “Z” Candidate in “Engineers”" in body.get_content()

    @pytest.mark.parametrize(
        ("call", "error"),
        [
            ("open", Disconnected("dead")),
            ("create_draft", Unavailable("503")),
            ("create_draft", Refused("400")),
            ("send_draft", OutcomeUnknown("cut")),
        ],
    )
    def test_a_mailbox_that_fails_is_tried_again(self, call: str, error: Exception) -> None:
        mail = MemoryMail()
        mail.fail(call, error)

        with pytest.raises(Untold) as untold:
            MailTeller(mail).tell(batch(), "wsp_1")

        assert untold.value.refusal is Refusal.RETRY
        assert "mia@" not in str(untold.value)
