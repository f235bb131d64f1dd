"""Brings one notice to one endpoint: one try a call, until it is taken or three days are over."""

import time
from collections.abc import Callable
from datetime import timedelta

from temporalio import activity

from activities.failures import again
from activities.turnstile import Turnstile
from domain.messages import WebhookReport, WebhookStart
from domain.notice_ports import (
    Answered,
    NotAllowed,
    NotReached,
    Outside,
    WebhookFate,
    WebhookLedger,
    WebhookTry,
)
from domain.webhooks import NoticeState, body_of, headers_of, next_wait

AT_ONCE = 10  #: Endpoints that a process tells at once, of the threads that sends need too.
FAILING_AT_ONCE = 1  #: Tries at an endpoint that has not succeeded lately.
COME_BACK = timedelta(seconds=1)  #: Where there is no room: after so long, up to three times it.
COME_BACK_TO_FAILING = timedelta(seconds=10)


class WebhookActivities:
    """Tells endpoints. Thread-safe: its ports are."""

    def __init__(
        self, *, ledger: WebhookLedger, outside: Outside, chance: Callable[[], float]
    ) -> None:
        self._chance = chance
        self._turnstile = Turnstile(all_of_them=AT_ONCE)
        self._ledger = ledger
        self._outside = outside

    @activity.defn
    def deliver_webhook(self, start: WebhookStart) -> WebhookReport:
        """Post once; after a failure ask Temporal for another try, later each time.

        At least once: a try whose answer is lost is made again, under the same webhook-id and
        with the same body.
        """
        found = self._ledger.begin(start)
        if found is None:
            return WebhookReport(state=NoticeState.STOPPED)
        each = FAILING_AT_ONCE if found.is_failing else AT_ONCE
        with self._turnstile.passing(found.endpoint_id, each=each) as room:
            if not room:
                wait = COME_BACK_TO_FAILING if found.is_failing else COME_BACK
                wait *= 1 + 2 * self._chance()
                raise again("As many endpoints are being told as may be.", after=wait, kind="Busy")
            return self._try(start, found)

    def _try(self, start: WebhookStart, found: WebhookTry) -> WebhookReport:
        begun = time.monotonic()
        answer, why = self._post(found)
        took = timedelta(seconds=time.monotonic() - begun)
        if answer is not None and not why:
            self._ledger.delivered(start, answer, took)
            return WebhookReport(state=NoticeState.DELIVERED)
        return self._failed(start, found, answer, why, took)

    def _post(self, found: WebhookTry) -> tuple[Answered | None, str]:
        """Give the answer, and why it counts as none."""
        body = body_of(found.told)
        headers = headers_of(
            found.secrets, message_id=found.told.event_id, at=found.sent_at, body=body
        )
        try:
            answer = self._outside.post(found.url, body, headers)
        except (NotReached, NotAllowed) as error:
            return None, str(error)
        if 200 <= answer.status < 300:
            return answer, ""
        redirects = " Redirects are not followed." if 300 <= answer.status < 400 else ""
        return answer, f"It answered {answer.status}.{redirects}"

    def _failed(
        self,
        start: WebhookStart,
        found: WebhookTry,
        answer: Answered | None,
        why: str,
        took: timedelta,
    ) -> WebhookReport:
        wait = next_wait(
            found.failures + 1,
            age=age(),
            chance=self._chance(),
            retry_after=None if answer is None else answer.retry_after,
        )
        fate = self._ledger.failed(start, answer, why, took, wait=wait)
        if fate is WebhookFate.AGAIN:
            assert wait is not None
            raise again("The endpoint did not take it.", after=wait, kind="Webhook")
        return WebhookReport(state=fate.value)


def age() -> timedelta:
    """Say how long the running activity has been tried, on its workflow's own clock."""
    info = activity.info()
    return info.started_time - info.scheduled_time
