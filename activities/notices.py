"""Tells one owner over one channel: at once, or in a digest when its time comes."""

from collections.abc import Callable, Mapping

from temporalio import activity

from activities.failures import again
from activities.webhooks import age
from domain.messages import NoticesReport, NoticesStart
from domain.notice_ports import Batch, Later, OwnerLedger, Refusal, Teller, Untold
from domain.notices import NoticeChannel
from domain.webhooks import next_wait


class NoticeActivities:
    """Tells owners. Thread-safe: its ports are."""

    def __init__(
        self,
        *,
        ledger: OwnerLedger,
        tellers: Mapping[NoticeChannel, Teller],
        chance: Callable[[], float],
    ) -> None:
        self._chance = chance
        self._ledger = ledger
        self._tellers = tellers

    @activity.defn
    def tell_owner(self, start: NoticesStart) -> NoticesReport:
        """Tell what is due, or say when it is.

        At least once: what one message says is fixed before it leaves, so a try whose answer was
        lost says the same again, and what came meanwhile waits for the next.
        """
        found = self._ledger.begin(start, activity.info().started_time)
        if found is None:
            return NoticesReport()
        if isinstance(found, Later):
            return NoticesReport(until=found.until)
        try:
            self._tellers[found.channel].tell(found, start.workspace_id)
        except Untold as untold:
            self._failed(start, found, untold)
        else:
            self._ledger.told(start, found)
        return NoticesReport()

    def _failed(self, start: NoticesStart, batch: Batch, untold: Untold) -> None:
        """Try again later, for three days; then, or where it is hopeless, give the batch up."""
        wait = None
        if untold.refusal is Refusal.RETRY:
            wait = next_wait(
                batch.failures + 1,
                age=age(),
                chance=self._chance(),
                retry_after=untold.retry_after,
            )
        gone = untold.refusal is Refusal.GONE
        self._ledger.failed(start, batch, str(untold), wait=wait, gone=gone)
        if wait is not None:
            raise again("The owner could not be told.", after=wait, kind="Notice")
