"""Tells one owner over one channel, for as long as something waits to be told."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.notices import NoticeActivities
    from domain.messages import NoticesReport, NoticesStart
    from workflows import options


@workflow.defn(name="Notices")
class NoticesWorkflow:
    """Looks what is due, sleeps until it is, and ends when nothing waits; a signal begins anew."""

    @workflow.init
    def __init__(self, start: NoticesStart) -> None:
        self._start = start
        self._told = False
        self._changed = False

    @workflow.run
    async def run(self, start: NoticesStart) -> None:
        """Tell, wait for the digest's time, and tell; what comes while it waits goes with it."""
        del start  # __init__ has it.
        while True:
            self._told = self._changed = False
            report = await self._tell()
            if report.until is not None:
                await self._sleep(report.until)
            elif not (self._told or self._changed):
                return
            if self._is_long():
                workflow.continue_as_new(self._start)  # It begins with a look: nothing is lost.

    async def _tell(self) -> NoticesReport:
        return await workflow.execute_activity_method(
            NoticeActivities.tell_owner,
            self._start,
            start_to_close_timeout=options.TELL.start_to_close,
            retry_policy=options.TELL.retries,
            priority=options.TELL.priority,
            summary="Tell the owner what is due",
        )

    async def _sleep(self, until: datetime) -> None:
        """Wait for the digest, or for other settings. One more notice is no reason to look."""
        try:
            await workflow.wait_condition(
                lambda: self._changed or self._is_long(),
                timeout=until - workflow.now(),
                timeout_summary="Until the next digest",
            )
        except TimeoutError:
            return

    def _is_long(self) -> bool:
        return workflow.info().get_current_history_length() >= options.HISTORY_BOUND

    @workflow.signal(description="There is something to tell.")
    def told(self) -> None:
        """Look once more before the end."""
        self._told = True

    @workflow.signal(description="The owner chose otherwise.")
    def changed(self) -> None:
        """Look at once: it may be due now, or never."""
        self._changed = True
