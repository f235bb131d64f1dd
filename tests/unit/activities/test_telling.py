"""One try at telling: what is sent, what a failure leads to, when the next try is."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.notices import NoticeActivities
from activities.webhooks import AT_ONCE, WebhookActivities
from domain.messages import NoticesReport, NoticesStart, WebhookStart
from domain.notice_ports import (
    Answered,
    Batch,
    Later,
    NotAllowed,
    NotReached,
    Refusal,
    Untold,
    WebhookFate,
    WebhookTry,
)
from domain.notices import NoticeChannel
from domain.outside import PRIVATE, UrlFault
from domain.webhooks import Told, sign

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
START = WebhookStart(notice_id="ntc_1", workspace_id="wsp_1")
SECRET = b"s" * 32
TRY = WebhookTry(
    endpoint_id="whe_1",
    url="https://hooks.example.com/in",
    secrets=[SECRET],
    told=Told(event_id="evt_1", event="enrollment.replied", at=NOW),
    sent_at=1_772_452_800,
    failures=0,
)


def environment(age: timedelta = timedelta()) -> ActivityEnvironment:
    made = ActivityEnvironment()
    made.info = replace(made.info, scheduled_time=NOW, started_time=NOW + age)
    return made


@dataclass
class Outside:
    """Answers as the test says."""

    outcome: Answered | Exception = field(default_factory=lambda: Answered(status=204))
    posted: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    gate: threading.Event | None = None

    def check(self, url: str) -> UrlFault | None:
        return None

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.posted.append((url, body, headers))
        if self.gate is not None:
            assert self.gate.wait(10)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@dataclass
class Ledger:
    """Remembers what it was told."""

    found: WebhookTry | None = TRY
    fate: WebhookFate = WebhookFate.AGAIN
    delivered_with: list[Answered] = field(default_factory=list)
    failed_with: list[tuple[str, timedelta | None]] = field(default_factory=list)

    def begin(self, start: WebhookStart) -> WebhookTry | None:
        return self.found

    def delivered(self, start: WebhookStart, answer: Answered, took: timedelta) -> None:
        self.delivered_with.append(answer)

    def failed(
        self,
        start: WebhookStart,
        answer: Answered | None,
        why: str,
        took: timedelta,
        *,
        wait: timedelta | None,
    ) -> WebhookFate:
        self.failed_with.append((why, wait))
        return self.fate


def made(ledger: Ledger, outside: Outside) -> WebhookActivities:
    return WebhookActivities(ledger=ledger, outside=outside, chance=lambda: 0.5)


class TestWebhooks:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_any_2xx_is_a_success(self, status: int) -> None:
        ledger, outside = Ledger(), Outside(Answered(status=status))

        report = environment().run(made(ledger, outside).deliver_webhook, START)

        assert report.state == "delivered"
        assert len(ledger.delivered_with) == 1

    def test_what_leaves_is_signed_with_the_booked_moment(self) -> None:
        outside = Outside()

        environment().run(made(Ledger(), outside).deliver_webhook, START)

        ((url, body, headers),) = outside.posted
        assert url == TRY.url
        assert headers["webhook-id"] == "evt_1"
        assert headers["webhook-timestamp"] == str(TRY.sent_at)
        expected = sign([SECRET], message_id="evt_1", at=TRY.sent_at, body=body)
        assert headers["webhook-signature"] == expected

    @pytest.mark.parametrize(
        ("outcome", "why"),
        [
            (Answered(status=500), "It answered 500."),
            (Answered(status=404), "It answered 404."),
            (Answered(status=199), "It answered 199."),
            (Answered(status=302), "It answered 302. Redirects are not followed."),
            (NotReached("It did not answer within 15 s."), "It did not answer within 15 s."),
            (NotAllowed(PRIVATE), PRIVATE.detail),
        ],
    )
    def test_anything_else_is_tried_again_later(
        self, outcome: Answered | Exception, why: str
    ) -> None:
        ledger = Ledger()

        with pytest.raises(ApplicationError) as again:
            environment().run(made(ledger, Outside(outcome)).deliver_webhook, START)

        assert ledger.failed_with == [(why, timedelta(seconds=5))]
        assert again.value.next_retry_delay == timedelta(seconds=5)
        assert "hooks.example.com" not in str(again.value)  # It goes into a history.

    def test_its_own_delay_wins_where_it_is_longer(self) -> None:
        busy = Answered(status=503, retry_after=timedelta(minutes=2))

        with pytest.raises(ApplicationError) as again:
            environment().run(made(Ledger(), Outside(busy)).deliver_webhook, START)

        assert again.value.next_retry_delay == timedelta(minutes=2)

    def test_after_three_days_it_is_the_last_try(self) -> None:
        ledger = Ledger(fate=WebhookFate.FAILED)

        report = environment(timedelta(days=3)).run(
            made(ledger, Outside(Answered(status=500))).deliver_webhook, START
        )

        assert ledger.failed_with == [("It answered 500.", None)]
        assert report.state == "failed"

    def test_one_that_is_switched_off_is_not_tried_again(self) -> None:
        ledger = Ledger(fate=WebhookFate.STOPPED)

        report = environment().run(
            made(ledger, Outside(Answered(status=410))).deliver_webhook, START
        )

        assert report.state == "stopped"

    def test_what_is_done_already_is_not_sent(self) -> None:
        outside = Outside()

        report = environment().run(made(Ledger(found=None), outside).deliver_webhook, START)

        assert report.state == "stopped"
        assert outside.posted == []

    def test_an_endpoint_that_hangs_takes_its_share_of_the_threads_only(self) -> None:
        gate = threading.Event()
        ledger, outside = Ledger(), Outside(gate=gate)
        activities = made(ledger, outside)

        def deliver() -> None:
            environment().run(activities.deliver_webhook, START)

        hanging = [threading.Thread(target=deliver) for _ in range(AT_ONCE)]
        for one in hanging:
            one.start()
        while len(outside.posted) < AT_ONCE:
            assert any(one.is_alive() for one in hanging)
        with pytest.raises(ApplicationError, match="As many endpoints") as again:
            deliver()
        gate.set()
        for one in hanging:
            one.join()

        assert again.value.next_retry_delay == timedelta(seconds=2)
        assert ledger.failed_with == []  # It says nothing against the endpoint.
        assert len(ledger.delivered_with) == AT_ONCE

    def test_one_that_fails_already_is_tried_one_at_a_time(self) -> None:
        gate = threading.Event()
        outside = Outside(gate=gate)
        activities = made(Ledger(found=replace(TRY, is_failing=True)), outside)
        hanging = threading.Thread(
            target=lambda: environment().run(activities.deliver_webhook, START)
        )
        hanging.start()
        while not outside.posted:
            assert hanging.is_alive()

        with pytest.raises(ApplicationError, match="As many endpoints") as again:
            environment().run(activities.deliver_webhook, START)
        gate.set()
        hanging.join()

        assert again.value.next_retry_delay == timedelta(seconds=20)


OWNER = NoticesStart(user_id="usr_1", workspace_id="wsp_1", channel="sms")
BATCH = Batch(
    id="ntc_1",
    channel=NoticeChannel.SMS,
    to="+351912345678",
    mailbox_id=None,
    items=[],
    written_at=NOW,
)


@dataclass
class Owners:
    """The owner's rows, as the test says."""

    found: Batch | Later | None
    settled: list[str] = field(default_factory=list)
    failed_with: list[tuple[timedelta | None, bool]] = field(default_factory=list)

    def begin(self, start: NoticesStart, at: datetime) -> Batch | Later | None:
        return self.found

    def told(self, start: NoticesStart, batch: Batch) -> None:
        self.settled.append(batch.id)

    def failed(
        self, start: NoticesStart, batch: Batch, why: str, *, wait: timedelta | None, gone: bool
    ) -> None:
        self.failed_with.append((wait, gone))


@dataclass
class Teller:
    """Tells, or raises."""

    error: Untold | None = None
    told: list[str] = field(default_factory=list)

    def tell(self, batch: Batch, workspace_id: str) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(batch.id)


def tell(owners: Owners, teller: Teller, age: timedelta = timedelta()) -> NoticesReport:
    activities = NoticeActivities(
        ledger=owners, tellers={NoticeChannel.SMS: teller}, chance=lambda: 0.5
    )
    return environment(age).run(activities.tell_owner, OWNER)


class TestOwners:
    def test_what_is_due_is_told_and_settled(self) -> None:
        owners, teller = Owners(BATCH), Teller()

        assert tell(owners, teller) == NoticesReport()
        assert (teller.told, owners.settled) == (["ntc_1"], ["ntc_1"])

    def test_a_digest_says_until_when_it_waits(self) -> None:
        until = NOW + timedelta(hours=1)

        assert tell(Owners(Later(until=until)), Teller()) == NoticesReport(until=until)

    def test_nothing_waits(self) -> None:
        assert tell(Owners(None), Teller()) == NoticesReport()

    def test_a_failure_is_tried_again_later(self) -> None:
        owners = Owners(replace(BATCH, failures=2))
        error = Untold("No.", Refusal.RETRY)

        with pytest.raises(ApplicationError) as again:
            tell(owners, Teller(error))

        assert owners.failed_with == [(timedelta(minutes=2), False)]
        assert again.value.next_retry_delay == timedelta(minutes=2)
        assert owners.settled == []

    @pytest.mark.parametrize(
        ("refusal", "age", "gone"),
        [
            (Refusal.GIVE_UP, timedelta(), False),
            (Refusal.GONE, timedelta(), True),
            (Refusal.RETRY, timedelta(days=3), False),
        ],
    )
    def test_what_is_hopeless_is_given_up(
        self, refusal: Refusal, age: timedelta, gone: bool
    ) -> None:
        owners = Owners(BATCH)

        assert tell(owners, Teller(Untold("No.", refusal)), age) == NoticesReport()
        assert owners.failed_with == [(None, gone)]
