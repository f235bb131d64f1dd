"""The database: migrations equal the tables, workspaces are fenced, status is one rule."""

import itertools
import os
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from domain.codes import ReasonCode
from domain.errors import RecordsAway
from domain.status import Standing, code_of, status_of
from records.database import Database, FenceBroken, is_away
from records.keys import principal_of
from records.migrate import alembic_config, migrate
from records.tables import enrollments, limits, metadata, workspaces
from records.vault import Vault, VaultError, VaultKey
from tests.integration.world import LATER, World

pytestmark = pytest.mark.integration


def test_migrations_make_exactly_the_tables(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_workspace_sees_only_its_own_rows(database: Database) -> None:
    with database.workspace("wsp_other") as connection:
        connection.execute(insert(workspaces).values(id="wsp_other", name="Other"))
        seen = connection.execute(select(workspaces.c.id)).scalars().all()

    assert seen == ["wsp_other"]


def test_a_broken_fence_refuses_the_start(database: Database, database_url: str) -> None:
    database.check_fence()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE rls_probe DISABLE ROW LEVEL SECURITY"))
    engine.dispose()

    with pytest.raises(FenceBroken, match="another's rows"):
        database.check_fence()


def test_a_sealed_secret_opens_only_for_its_own_row() -> None:
    vault = Vault([VaultKey("k2", bytes(32)), VaultKey("k1", bytes(range(32)))])
    sealed = vault.seal(b"token", owner="mailboxes:1:grant")

    assert vault.open(sealed, owner="mailboxes:1:grant") == b"token"
    with pytest.raises(VaultError):
        vault.open(sealed, owner="mailboxes:2:grant")


async def test_the_status_of_rows_is_the_rule_of_the_domain(world: World) -> None:
    from records.projection import projected

    enrollment = world.enroll_one(world.make_sequence(world.make_mailbox(), LATER))
    hold, end, away = ReasonCode.MAILBOX_ERROR, ReasonCode.REPLIED, ReasonCode.OUT_OF_OFFICE
    pauses = [(False, None), (True, None), (True, away)]
    flags = itertools.product([True, False], pauses, [True, False], [None, hold], [None, end])
    for started, (paused, pause_code), deactivated, hold_code, ended_code in flags:
        values = {
            "started": started,
            "paused": paused,
            "pause_code": pause_code,
            "deactivated": deactivated,
            "hold_code": hold_code,
            "ended_code": ended_code,
            "wait_code": ReasonCode.BULK_STAGGER,
        }
        with world.database.workspace(world.workspace_id) as connection:
            connection.execute(
                update(enrollments)
                .where(enrollments.c.id == enrollment)
                .values(**projected(**values))
            )

        standing = Standing(**{**values, "pause_code": pause_code or ReasonCode.MANUAL})
        assert world.standing(enrollment) == (status_of(standing), code_of(standing))


@pytest.fixture
def owned(postgres_admin: URL) -> Iterator[URL]:
    """An empty database whose owner is no superuser."""
    name = f"owner_{os.getpid()}"
    admin = create_engine(postgres_admin, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'x'"))
        connection.execute(text(f"GRANT reprise_app, reprise_system TO {name} WITH ADMIN OPTION"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    yield postgres_admin.set(database=name, username=name, password="x")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        connection.execute(text(f"DROP ROLE {name}"))
    admin.dispose()


def test_an_owner_who_is_no_superuser_can_migrate_and_make_the_first_key(owned: URL) -> None:
    url = owned.render_as_string(hide_password=False)

    for _ in range(2):
        migrate(url, api_key="first")

    database = Database(url)
    database.check_fence()
    assert principal_of(database, "first") is not None
    database.close()


def test_what_the_first_tables_held_is_kept(owned: URL) -> None:
    engine = create_engine(owned)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        connection.execute(text("INSERT INTO workspaces (id, name) VALUES ('wsp_1', 'x')"))
        connection.execute(
            text(
                "INSERT INTO mailboxes (id, workspace_id, kind, address, state, daily_limit)"
                " VALUES ('mbx_1', 'wsp_1', 'gmail', 'a@b.example', 'connected', 7)"
            )
        )
        connection.execute(text("ALTER TABLE mailboxes ENABLE ROW LEVEL SECURITY"))
        connection.execute(text("ALTER TABLE mailboxes FORCE ROW LEVEL SECURITY"))

    migrate(owned.render_as_string(hide_password=False))

    database = Database(owned.render_as_string(hide_password=False))
    with database.workspace("wsp_1") as connection:
        kept = connection.execute(select(limits.c.account_id, limits.c.most)).all()
    database.close()
    engine.dispose()
    assert [tuple(row) for row in kept] == [("mbx_1", 7)]


def test_an_outage_is_named_in_the_houses_own_words() -> None:
    database = Database("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1")

    with pytest.raises(RecordsAway), database.system():
        raise AssertionError("It connected.")

    database.close()


@pytest.mark.parametrize(
    ("state", "away"), [(None, True), ("08006", True), ("57P01", True), ("55P03", False)]
)
def test_what_counts_as_an_outage(state: str | None, away: bool) -> None:
    class Fault(Exception):
        sqlstate = state

    assert is_away(OperationalError("SELECT 1", {}, Fault())) is away
