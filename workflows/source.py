"""Asks one source for as long as there is something to ask."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.source import SourceActivities
    from domain.messages import SourceReport, SourceStart
    from workflows import options


@workflow.defn(name="Source")
class SourceWorkflow:
    """One endless activity where a source is polled: an action per poll, an event per news only.

    A source that only tells us has a workflow while there are webhooks to ask about; the next
    signal starts another one.
    """

    @workflow.init
    def __init__(self, start: SourceStart) -> None:
        self._start = start
        self._woken = False

    @workflow.run
    async def run(self, start: SourceStart) -> None:
        """Ask; begin again at once when there was news or somebody knocks."""
        del start  # __init__ has it.
        while True:
            self._woken = False
            report = await self._ask_until_woken()
            if report is not None and report.idle and not self._woken:
                return
            if workflow.info().get_current_history_length() >= options.HISTORY_BOUND:
                workflow.continue_as_new(self._start)  # It begins by asking: no knock is lost.

    async def _ask_until_woken(self) -> SourceReport | None:
        asking = workflow.start_activity_method(
            SourceActivities.watch_source,
            self._start,
            start_to_close_timeout=options.POLL.start_to_close,
            retry_policy=options.POLL.retries,
            priority=options.POLL.priority,
            summary="Ask the source for interviews",
        )
        await workflow.wait_condition(lambda: self._woken or asking.done())
        if asking.done():
            return await asking
        asking.cancel()
        try:
            return await asking
        except ActivityError as error:
            if not is_cancelled_exception(error):
                raise
            return None

    @workflow.signal(description="The source was connected.")
    def connected(self) -> None:
        """Ask at once."""
        self._woken = True

    @workflow.signal(description="The source was changed.")
    def changed(self) -> None:
        """Ask at once: it may have another key."""
        self._woken = True

    @workflow.signal(description="The source told something.")
    def heard(self) -> None:
        """Ask at once about what was stored."""
        self._woken = True

    @workflow.signal(description="The source was removed.")
    def deleted(self) -> None:
        """Look again: it is gone."""
        self._woken = True
