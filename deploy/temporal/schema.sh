#!/bin/sh
# Brings Temporal's two databases up to the server's schema. Safe to repeat.
set -eu

SQL_PASSWORD="$(cat /run/secrets/temporal_password)"
export SQL_PASSWORD

for part in temporal:temporal temporal_visibility:visibility; do
  database="${part%%:*}"
  schema="postgresql/v12/${part##*:}"
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "$schema"
done
