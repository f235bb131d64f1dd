"""What happens to one candidate in one sequence: a loop over `decide`, and one kind of wait."""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.email import EmailActivities
    from domain.codes import ReasonCode
    from domain.enrollment import Finish, Perform, WaitFor, WaitUntil, after, decide, lapse
    from domain.facts import learn
    from domain.messages import EnrollmentEnd, EnrollmentView, Fact, FactKind, PerformStep
    from domain.plan import PlanStep
    from domain.state import EnrollmentStart, begin, carry
    from domain.status import code_of, standing_of, status_of
    from workflows import options, words
    from workflows.attributes import CODE, STATUS


@workflow.defn(name="Enrollment")
class EnrollmentWorkflow:
    """One enrollment, from its start to its last step or its stop."""

    @workflow.init
    def __init__(self, start: EnrollmentStart) -> None:
        self._start = start
        self._state = begin(start)
        self._heard: list[tuple[FactKind, Fact]] = []
        self._until: datetime | None = None
        self._shown = words.visible_status(self._state)

    @workflow.run
    async def run(self, start: EnrollmentStart) -> EnrollmentEnd:
        """Do what `decide` says until nothing is left to do."""
        del start  # __init__ has it.
        while True:
            self._take_in()
            match decide(self._state, workflow.now()):
                case Perform(step=step):
                    await self._perform(step)
                case WaitUntil(at=at, code=code):
                    await self._wait(until=at, code=code)
                case WaitFor(code=code):
                    await self._wait(until=None, code=code)
                case Finish(code=code):
                    await workflow.wait_condition(workflow.all_handlers_finished)
                    return EnrollmentEnd(code=code)
            self._renew_when_long()

    def _take_in(self) -> None:
        """Put what was heard into the state, in order of arrival; then let time do its part."""
        now = workflow.now()
        for kind, fact in self._heard:
            self._state = learn(self._state, kind, fact, now)
        self._heard.clear()
        self._state = lapse(self._state, now)

    async def _perform(self, step: PlanStep) -> None:
        """Try the step in one activity; what it led to goes into the state."""
        state = self._state
        self._show(until=None)
        request = PerformStep(
            enrollment_id=self._start.enrollment_id,
            workspace_id=self._start.workspace_id,
            step_id=step.id,
            round=self._start.round,
            next_step_id=step.next,
            not_before=state.not_before,
            slot_at=state.slot_at,
        )
        result = await workflow.execute_activity_method(
            EmailActivities.send_email,
            request,
            start_to_close_timeout=options.SEND.start_to_close,
            retry_policy=options.SEND.retries,
            summary=words.activity_summary(state, step),
        )
        self._state = after(self._state, result, workflow.now())

    async def _wait(self, *, until: datetime | None, code: ReasonCode) -> None:
        """Sleep until a fact arrives or the time comes, whichever is first."""
        self._show(until=until)
        if until is None:
            await workflow.wait_condition(lambda: bool(self._heard))
            return
        try:
            await workflow.wait_condition(
                lambda: bool(self._heard),
                timeout=until - workflow.now(),
                timeout_summary=words.timer_summary(self._state, code),
            )
        except TimeoutError:
            return

    def _show(self, *, until: datetime | None) -> None:
        """Keep the card up to date; touch the search attributes only for errors and pauses."""
        self._until = until
        workflow.set_current_details(words.details(self._state, until))
        status = words.visible_status(self._state)
        if status is self._shown:
            return
        self._shown = status
        code = code_of(standing_of(self._state))
        workflow.upsert_search_attributes(
            [STATUS.value_set(status.value), CODE.value_set(code.value)]
        )

    def _renew_when_long(self) -> None:
        """Continue as new before the history grows long; everything is carried over."""
        info = workflow.info()
        long = info.get_current_history_length() >= options.HISTORY_BOUND
        if self._heard or not (long or info.is_continue_as_new_suggested()):
            return
        workflow.continue_as_new(carry(self._start, self._state))

    @workflow.query
    def view(self) -> EnrollmentView:
        """Say what it waits for, and until when."""
        standing = standing_of(self._state)
        step = self._state.step
        return EnrollmentView(
            status=status_of(standing).value,
            code=code_of(standing),
            until=self._until,
            step_id=None if step is None else step.id,
            step_index=None if step is None else self._state.plan.index(step.id),
        )

    @workflow.signal(description="A person paused it.")
    def pause(self, fact: Fact) -> None:
        """Pause by a person's wish."""
        self._heard.append((FactKind.PAUSE, fact))

    @workflow.signal(description="A person lifted the pause.")
    def resume(self, fact: Fact) -> None:
        """Lift a person's pause."""
        self._heard.append((FactKind.RESUME, fact))

    @workflow.signal(description="The sequence was switched off.")
    def deactivate(self, fact: Fact) -> None:
        """Pause with the sequence."""
        self._heard.append((FactKind.DEACTIVATE, fact))

    @workflow.signal(description="The sequence was switched on.")
    def activate(self, fact: Fact) -> None:
        """Go on with the sequence."""
        self._heard.append((FactKind.ACTIVATE, fact))

    @workflow.signal(description="The candidate replied.")
    def reply_received(self, fact: Fact) -> None:
        """End with a reply."""
        self._heard.append((FactKind.REPLY_RECEIVED, fact))

    @workflow.signal(description="An interview was booked.")
    def interview_booked(self, fact: Fact) -> None:
        """End with an interview."""
        self._heard.append((FactKind.INTERVIEW_BOOKED, fact))

    @workflow.signal(description="It was stopped.")
    def stop(self, fact: Fact) -> None:
        """End for the reason that the fact names."""
        self._heard.append((FactKind.STOP, fact))

    @workflow.signal(description="A person asked to try again.")
    def retry(self, fact: Fact) -> None:
        """Leave a hold, at the step that the fact names."""
        self._heard.append((FactKind.RETRY, fact))

    @workflow.signal(description="What held it was mended.")
    def resource_fixed(self, fact: Fact) -> None:
        """Leave the hold that the fact names."""
        self._heard.append((FactKind.RESOURCE_FIXED, fact))

    @workflow.signal(description="It moves to a new version of the sequence.")
    def migrate(self, fact: Fact) -> None:
        """Follow another version's plan."""
        self._heard.append((FactKind.MIGRATE, fact))

    @workflow.signal(description="Something that it awaited happened.")
    def happened(self, fact: Fact) -> None:
        """Note what happened, whether it is awaited yet or not."""
        self._heard.append((FactKind.HAPPENED, fact))
