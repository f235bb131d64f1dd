"""Reads who tries, and at which business time, from the activity's own context."""

from temporalio import activity

from domain.ports.steps import Attempt


def this_attempt() -> Attempt:
    """Describe the running attempt.

    Business time is `started_time`: it is stamped anew for each attempt on the workflow's own,
    possibly fast-forwarded clock. An argument would be frozen when the activity was scheduled.
    """
    info = activity.info()
    return Attempt(
        at=info.started_time,
        workflow_id=info.workflow_id or "",
        run_id=info.workflow_run_id or "",
        activity_id=info.activity_id,
        number=info.attempt,
    )
