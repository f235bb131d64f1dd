"""Writes the next migration from the difference between the tables and a migrated database.

`python -m tools.new_migration DATABASE_URL "what changes"`: the database must be at the newest
migration. Read the file that it writes before you commit it.
"""

import sys
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from records.migrate import alembic_config


def main(url: str, message: str) -> None:
    """Compare and write; the file's number follows the last one."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = alembic_config(connection)
        folder = Path(str(config.get_main_option("script_location"))) / "versions"
        number = f"{len(list(folder.glob('[0-9]*.py'))) + 1:04d}"
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        command.revision(config, message=message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
