"""Looks after one sequence until it is archived: fan-outs of switches, and the pre-flight check."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.sequence import SequenceActivities
    from domain.messages import CheckReport, FanOutPage, SequenceStart
    from workflows import options


@workflow.defn(name="Sequence")
class SequenceWorkflow:
    """Tells enrollments of every switch, page by page, and checks every N minutes."""

    @workflow.init
    def __init__(self, start: SequenceStart) -> None:
        self._start = start
        self._switched = True  # Whoever starts it has switched the sequence.
        self._woken = False

    @workflow.run
    async def run(self, start: SequenceStart) -> None:
        """Fan out, watch, and begin again whenever somebody knocks."""
        del start  # __init__ has it.
        while True:
            if self._switched:
                self._switched = False
                await self._fan_out()
            self._woken = False
            report = await self._watch_until_woken()
            if report is not None and report.archived and not self._switched:
                return
            if workflow.info().get_current_history_length() >= options.HISTORY_BOUND:
                workflow.continue_as_new(self._start)  # It begins with a fan-out: none is lost.

    async def _fan_out(self) -> None:
        after: str | None = ""
        while after is not None:
            page = FanOutPage(
                sequence_id=self._start.sequence_id,
                workspace_id=self._start.workspace_id,
                after=after,
            )
            report = await workflow.execute_activity_method(
                SequenceActivities.fan_out,
                page,
                start_to_close_timeout=options.FAN_OUT.start_to_close,
                retry_policy=options.FAN_OUT.retries,
                priority=options.FAN_OUT.priority,
                summary="Tell enrollments of the switch",
            )
            after = report.after

    async def _watch_until_woken(self) -> CheckReport | None:
        watch = workflow.start_activity_method(
            SequenceActivities.watch_sequence,
            self._start,
            start_to_close_timeout=options.POLL.start_to_close,
            retry_policy=options.POLL.retries,
            priority=options.POLL.priority,
            summary="Pre-flight check, every few minutes",
        )
        await workflow.wait_condition(lambda: self._switched or self._woken or watch.done())
        if watch.done():
            return await watch
        watch.cancel()
        try:
            return await watch
        except ActivityError as error:
            if not is_cancelled_exception(error):
                raise
            return None

    @workflow.signal(description="The sequence was switched on or off.")
    def switched(self) -> None:
        """Tell its enrollments."""
        self._switched = True

    @workflow.signal(description="The sequence was archived.")
    def archived(self) -> None:
        """Tell its enrollments, then end."""
        self._switched = True

    @workflow.signal(description="Somebody asked for a check now.")
    def check_now(self) -> None:
        """Check at once."""
        self._woken = True
