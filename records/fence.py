"""Row-level security: which role sees which rows. Applied after every migration, idempotent."""

from sqlalchemy import Connection, Table, text

from records.database import APP_ROLE, PROBE_WORKSPACE, SYSTEM_ROLE
from records.tables import SHARED_TABLES, SYSTEM_TABLES, metadata, rls_probe, workspaces

_HERE = "current_setting('reprise.workspace', true)"


def raise_fence(connection: Connection) -> None:
    """Create the roles, their rights and the policies of every table."""
    for role in (APP_ROLE, SYSTEM_ROLE):
        _make_role(connection, role)
    for table in metadata.sorted_tables:
        if table in SHARED_TABLES:
            _share(connection, table)
        else:
            _fence(connection, table)
    _plant_probe(connection)


def lower_fence(connection: Connection) -> None:
    """Let the owner of the tables see their rows while it migrates them, in one transaction."""
    for table in metadata.sorted_tables:
        connection.execute(
            text(f'ALTER TABLE IF EXISTS "{table.name}" NO FORCE ROW LEVEL SECURITY')
        )


def _make_role(connection: Connection, role: str) -> None:
    known = connection.execute(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).first()
    if known is None:
        connection.execute(text(f"CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS"))
    connection.execute(text(f"GRANT {role} TO CURRENT_USER"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))


def _fence(connection: Connection, table: Table) -> None:
    name = f'"{table.name}"'
    column = "id" if table is workspaces else "workspace_id"
    connection.execute(text(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APP_ROLE}"))
    _policy(connection, name, APP_ROLE, f"{column} = {_HERE}")
    if table in SYSTEM_TABLES:
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {SYSTEM_ROLE}"))
        _policy(connection, name, SYSTEM_ROLE, "true")


def _share(connection: Connection, table: Table) -> None:
    rights = f'GRANT SELECT, UPDATE ON "{table.name}" TO {APP_ROLE}'
    connection.execute(text(rights))


def _policy(connection: Connection, table: str, role: str, rule: str) -> None:
    connection.execute(text(f"DROP POLICY IF EXISTS {role} ON {table}"))
    connection.execute(
        text(f"CREATE POLICY {role} ON {table} TO {role} USING ({rule}) WITH CHECK ({rule})")
    )


def _plant_probe(connection: Connection) -> None:
    connection.execute(text(f"SET ROLE {APP_ROLE}"))
    connection.execute(
        text("SELECT set_config('reprise.workspace', :w, true)"), {"w": PROBE_WORKSPACE}
    )
    row = {"id": PROBE_WORKSPACE, "name": "probe"}
    connection.execute(
        text("INSERT INTO workspaces (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING"), row
    )
    connection.execute(
        text(
            f"INSERT INTO {rls_probe.name} (workspace_id, id) VALUES (:w, 1) ON CONFLICT DO NOTHING"
        ),
        {"w": PROBE_WORKSPACE},
    )
    connection.execute(text("RESET ROLE"))
