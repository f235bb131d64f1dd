"""The world of integration tests."""

from collections.abc import AsyncIterator

import pytest
from temporalio.testing import WorkflowEnvironment

from records.database import Database
from tests.integration.world import World, open_world


@pytest.fixture
async def world(database: Database, temporal: WorkflowEnvironment) -> AsyncIterator[World]:
    """Postgres, Temporal, real activities, mail in memory."""
    async with open_world(database, temporal) as opened:
        yield opened
