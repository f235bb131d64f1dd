"""What every table is made of."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    MetaData,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[str]:
    """The primary key."""
    return Column("id", Text, primary_key=True)


def workspace_column() -> Column[str]:
    """The workspace that owns the row; row-level security reads it."""
    return Column("workspace_id", Text, ForeignKey("workspaces.id"), nullable=False)


def moment(name: str) -> Column[object]:
    """A moment that may be unknown."""
    return Column(name, DateTime(timezone=True))


def moment_now(name: str) -> Column[object]:
    """A moment that is set when the row is made."""
    return Column(
        name, DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()
    )


def counter(name: str, start: int = 0) -> Column[int]:
    """A number that counts up."""
    return Column(name, BigInteger, nullable=False, server_default=text(str(start)))


def flag(name: str) -> Column[bool]:
    """A truth that begins as false."""
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def json_column(name: str, default: str) -> Column[object]:
    """A JSON document."""
    return Column(name, JSONB, nullable=False, server_default=text(f"'{default}'::jsonb"))
