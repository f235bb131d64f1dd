"""Recorded histories replay on today's workflows; one that was bent must not."""

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from relay.codec import data_converter
from tests.temporal.house import RUNNER
from tests.temporal_server import KEYS
from workflows.enrollment import EnrollmentWorkflow
from workflows.mailbox import MailboxWorkflow
from workflows.notices import NoticesWorkflow
from workflows.sequence import SequenceWorkflow
from workflows.source import SourceWorkflow
from workflows.webhook import WebhookDeliveryWorkflow

FOLDER = Path(__file__).parent / "histories"
HISTORIES = {file.stem: file.read_text("utf-8") for file in sorted(FOLDER.glob("*.json"))}


def replayer() -> Replayer:
    return Replayer(
        workflows=[
            EnrollmentWorkflow,
            MailboxWorkflow,
            NoticesWorkflow,
            SequenceWorkflow,
            SourceWorkflow,
            WebhookDeliveryWorkflow,
        ],
        data_converter=data_converter(KEYS),
        workflow_runner=RUNNER,
    )


@pytest.mark.parametrize("story", HISTORIES)
async def test_a_recorded_history_replays(story: str) -> None:
    history = WorkflowHistory.from_json(story, HISTORIES[story])

    await replayer().replay_workflow(history)


@pytest.mark.parametrize(
    ("story", "command"),
    [
        ("runs_to_its_end", "send_email"),
        ("webhook_taken_at_the_third_try", "deliver_webhook"),
        ("told_at_once_and_in_a_digest", "tell_owner"),
        ("mailbox_with_news_and_a_knock", "poll_inbox"),
        ("sequence_switched_and_archived", "fan_out"),
        ("source_that_told_and_was_polled", "watch_source"),
    ],
)
async def test_a_history_with_other_commands_does_not_replay(story: str, command: str) -> None:
    bent = HISTORIES[story].replace(f'"{command}"', '"send_parcel"')

    with pytest.raises(Exception, match=r"TMPRL1100|[Nn]ondeterminism"):
        await replayer().replay_workflow(WorkflowHistory.from_json("bent", bent))


def test_there_are_histories() -> None:
    assert len(HISTORIES) >= 12
