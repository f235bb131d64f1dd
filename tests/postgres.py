"""The Postgres of tests: real; one migrated template, and a clone of it per test."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from records.migrate import migrate

API_KEY = "test-key-of-the-first-workspace"
_TEMPLATE = f"reprise_template_{os.getpid()}"
_numbers = itertools.count(1)


@contextmanager
def server(folder: Path) -> Iterator[URL]:
    """Give an address with the rights to create databases: a given one, or a server of our own."""
    given = os.environ.get("REPRISE_TEST_DATABASE_URL")
    if given:
        yield make_url(given)
        return
    from tools.stack.postgres import temporary_postgres

    with temporary_postgres(folder) as address:
        yield make_url(address)


def make_template(admin: URL) -> URL:
    """Migrate the database that every test's own is cloned from."""
    _command(admin, f"DROP DATABASE IF EXISTS {_TEMPLATE}", f"CREATE DATABASE {_TEMPLATE}")
    url = admin.set(database=_TEMPLATE)
    migrate(url.render_as_string(hide_password=False), api_key=API_KEY)
    return url


@contextmanager
def clone(admin: URL) -> Iterator[str]:
    """Give the address of a fresh, migrated database; it is dropped afterwards."""
    name = f"reprise_{os.getpid()}_{next(_numbers)}"
    _command(admin, f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY FILE_COPY")
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        _command(admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def drop_template(admin: URL) -> None:
    """Leave nothing behind on a server that is not ours."""
    _command(admin, f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)")


def _command(admin: URL, *statements: str) -> None:
    address = admin.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # pyright: ignore[reportArgumentType]
