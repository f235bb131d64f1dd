"""The database: migrations equal the tables, workspaces are fenced, status is one rule."""

import itertools
import os

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, select, text, update
from sqlalchemy.engine import URL

from domain.codes import ReasonCode
from domain.status import Standing, code_of, status_of
from records.database import Database, FenceBroken
from records.keys import principal_of
from records.migrate import migrate
from records.tables import enrollments, metadata, workspaces
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
    hold, end = ReasonCode.MAILBOX_ERROR, ReasonCode.REPLIED
    flags = itertools.product(
        [True, False], [True, False], [True, False], [None, hold], [None, end]
    )
    for started, paused, deactivated, hold_code, ended_code in flags:
        values = {
            "started": started,
            "paused": paused,
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

        standing = Standing(**values)
        assert world.standing(enrollment) == (status_of(standing), code_of(standing))


def test_an_owner_who_is_no_superuser_can_migrate_and_make_the_first_key(
    postgres_admin: URL,
) -> None:
    name = f"owner_{os.getpid()}"
    admin = create_engine(postgres_admin, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'x'"))
        connection.execute(text(f"GRANT reprise_app, reprise_system TO {name} WITH ADMIN OPTION"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    url = postgres_admin.set(database=name, username=name, password="x")
    try:
        for _ in range(2):
            migrate(url.render_as_string(hide_password=False), api_key="first")
        database = Database(url.render_as_string(hide_password=False))
        database.check_fence()
        assert principal_of(database, "first") is not None
        database.close()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"DROP ROLE {name}"))
        admin.dispose()
