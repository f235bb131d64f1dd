"""What every kind of test may ask for: Postgres, Temporal, and a house built of both."""

from collections.abc import AsyncIterator, Iterator

import hypothesis
import pytest
from sqlalchemy.engine import URL
from temporalio.testing import WorkflowEnvironment

from records.database import Database
from tests import postgres, temporal_server

hypothesis.settings.register_profile(
    "house",
    deadline=None,  # No test here depends on the machine's speed.
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def postgres_admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """A server on which databases may be made."""
    with postgres.server(tmp_path_factory.mktemp("postgres")) as admin:
        postgres.make_template(admin)
        yield admin
        postgres.drop_template(admin)


@pytest.fixture
def database_url(postgres_admin: URL) -> Iterator[str]:
    """A fresh, migrated database."""
    with postgres.clone(postgres_admin) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Its two doors."""
    opened = Database(database_url, pool_size=10)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A real Temporal server with time skipping."""
    async with await temporal_server.start(temporal_server.command()) as environment:
        yield environment
