"""Candidates are found by any of their addresses: a table that triggers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LISTED = (
    "SELECT DISTINCT n.workspace_id, lower(btrim(e ->> 'address')), n.id"
    " FROM {rows} n, jsonb_array_elements(n.emails) e"
    " WHERE n.removed_at IS NULL AND btrim(coalesce(e ->> 'address', '')) <> ''"
)
_MADE = f"""
CREATE FUNCTION candidates_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO addresses (workspace_id, address, candidate_id)
  {_LISTED.format(rows="made")};
  RETURN NULL;
END $$
"""
_CHANGED = f"""
CREATE FUNCTION candidates_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM addresses a USING before b, made n
  WHERE a.candidate_id = b.id AND n.id = b.id
    AND (b.emails IS DISTINCT FROM n.emails OR b.removed_at IS DISTINCT FROM n.removed_at);
  INSERT INTO addresses (workspace_id, address, candidate_id)
  {_LISTED.format(rows="made")} ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("candidate_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_addresses_workspace_id"
        ),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name="fk_addresses_candidate_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "address", "candidate_id", name="pk_addresses"),
    )
    op.create_index("ix_addresses_candidate_id", "addresses", ["candidate_id"])
    op.execute(
        f"INSERT INTO addresses (workspace_id, address, candidate_id)"
        f" {_LISTED.format(rows='candidates')}"
    )
    op.execute(_MADE)
    op.execute(_CHANGED)
    op.execute(
        "CREATE TRIGGER candidates_made AFTER INSERT ON candidates"
        " REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION candidates_made()"
    )
    op.execute(
        "CREATE TRIGGER candidates_changed AFTER UPDATE ON candidates"
        " REFERENCING OLD TABLE AS before NEW TABLE AS made"
        " FOR EACH STATEMENT EXECUTE FUNCTION candidates_changed()"
    )


def downgrade() -> None:
    for name in ("candidates_made", "candidates_changed"):
        op.execute(f"DROP TRIGGER {name} ON candidates")
        op.execute(f"DROP FUNCTION {name}")
    op.drop_table("addresses")
