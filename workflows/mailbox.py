"""Watches one mailbox for as long as it is in the workspace."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.mailbox import MailboxActivities
    from domain.messages import MailboxStart, PollReport
    from workflows import options


@workflow.defn(name="Mailbox")
class MailboxWorkflow:
    """Polls an inbox by one endless activity: an action per poll, an event per change only."""

    @workflow.init
    def __init__(self, start: MailboxStart) -> None:
        self._start = start
        self._woken = False

    @workflow.run
    async def run(self, start: MailboxStart) -> None:
        """Poll; begin again at once when something was found or somebody knocks."""
        del start  # __init__ has it.
        while True:
            self._woken = False
            report = await self._poll_until_woken()
            if report is not None and report.closed:
                await workflow.wait_condition(lambda: self._woken)
            if workflow.info().get_current_history_length() >= options.HISTORY_BOUND:
                workflow.continue_as_new(self._start)  # It begins with a poll: no knock is lost.

    async def _poll_until_woken(self) -> PollReport | None:
        poll = workflow.start_activity_method(
            MailboxActivities.poll_inbox,
            self._start,
            start_to_close_timeout=options.POLL.start_to_close,
            retry_policy=options.POLL.retries,
            priority=options.POLL.priority,
            summary="Watch the inbox",
        )
        await workflow.wait_condition(lambda: self._woken or poll.done())
        if poll.done():
            return await poll
        poll.cancel()
        try:
            return await poll
        except ActivityError as error:
            if not is_cancelled_exception(error):
                raise
            return None

    @workflow.signal(description="The mailbox was connected.")
    def connected(self) -> None:
        """Poll at once: it can be read again."""
        self._woken = True

    @workflow.signal(description="The mailbox was paused.")
    def paused(self) -> None:
        """Look again: it may not be polled any more."""
        self._woken = True

    @workflow.signal(description="The mailbox was resumed.")
    def resumed(self) -> None:
        """Look again: it may be polled again."""
        self._woken = True

    @workflow.signal(description="The mailbox was removed.")
    def removed(self) -> None:
        """Look again: it is gone."""
        self._woken = True

    @workflow.signal(description="Somebody asked for a poll now.")
    def poll_now(self) -> None:
        """Poll at once."""
        self._woken = True
