"""Who must not be written to: suppressions, the keys that find them, and each workspace's seal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_LIVE = sa.text("lifted_at IS NULL")

_KEY = r"""
CREATE FUNCTION suppression_key(kind text, value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT kind || ':' || CASE kind
    WHEN 'person' THEN value
    WHEN 'company' THEN regexp_replace(lower(value{folding}), '\s+', '', 'g')
    ELSE lower(btrim(value){folding}) END
$$
"""
_KEYS = """
CREATE FUNCTION suppression_keys(candidate_id text, emails jsonb, company text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH listed AS (
    SELECT btrim(e ->> 'address') AS address FROM jsonb_array_elements(emails) e),
  domains AS (
    SELECT string_to_array(split_part(address, '@', -1), '.') AS labels FROM listed
    WHERE position('@' IN address) > 0)
  SELECT array(
    SELECT suppression_key('person', candidate_id)
    UNION SELECT suppression_key('company', company) WHERE btrim(company) <> ''
    UNION SELECT suppression_key('address', address) FROM listed WHERE address <> ''
    UNION SELECT suppression_key('domain', array_to_string(labels[n:], '.'))
      FROM domains, generate_subscripts(labels, 1) n)
$$
"""
_SEAL = sa.text("sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))")


def upgrade() -> None:
    for function in (_KEY.format(folding=_folding()), _KEYS):
        op.execute(sa.text(function.replace(":", "\\:")))
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("twin", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_by", sa.Text()),
        sa.Column(
            "created_at", _MOMENT, server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("lifted_at", _MOMENT),
        sa.Column("lifted_by", sa.Text()),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_suppressions_workspace_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_suppressions"),
    )
    columns = ["workspace_id", "key", "reason"]
    op.create_index(
        "uq_suppressions_live", "suppressions", columns, unique=True, postgresql_where=_LIVE
    )
    op.create_index(
        "ix_suppressions_twin", "suppressions", ["workspace_id", "twin"], postgresql_where=_LIVE
    )
    op.create_index("ix_suppressions_listing", "suppressions", ["workspace_id", "id"])
    op.create_index("ix_suppressions_message_id", "suppressions", ["message_id"])
    op.add_column(
        "workspaces", sa.Column("seal", sa.LargeBinary(), server_default=_SEAL, nullable=False)
    )


def _folding() -> str:
    """Compare letters of every script alike, where Postgres can whatever the database's locale."""
    known = op.get_bind().execute(
        sa.text("SELECT 1 FROM pg_collation WHERE collname = 'pg_c_utf8'")
    )
    return ' COLLATE "pg_c_utf8"' if known.first() is not None else ""


def downgrade() -> None:
    op.drop_column("workspaces", "seal")
    op.drop_table("suppressions")
    op.execute("DROP FUNCTION suppression_keys")
    op.execute("DROP FUNCTION suppression_key")
