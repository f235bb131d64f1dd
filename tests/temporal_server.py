"""The Temporal server of tests: real, with time skipping, in memory."""

import os

from temporalio.testing import WorkflowEnvironment

from relay.codec import data_converter
from tools.stack.temporal import server_flags

KEYS = [("test", bytes(range(32)))]


async def start(cli: str, *flags: str) -> WorkflowEnvironment:
    """Start a server with the stack's own flags."""
    return await WorkflowEnvironment.start_time_skipping_v2(
        dev_server_existing_path=cli,
        dev_server_extra_args=[*server_flags(), *flags],
        dev_server_log_level="error",
        data_converter=data_converter(KEYS),
        ui=False,
    )


def command() -> str:
    """Give the path of a Temporal CLI that is new enough, building one if need be."""
    given = os.environ.get("REPRISE_TEMPORAL_CLI")
    if given:
        return given
    from tools.setup.temporal_server import find_or_build

    return str(find_or_build())
