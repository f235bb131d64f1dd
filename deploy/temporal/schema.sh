#!/bin/sh
# Makes Temporal's two databases and brings their tables up to date; safe to run again.
set -eu

tool() { temporal-sql-tool --plugin postgres12 --ep postgres -u reprise -p 5432 "$@"; }

for pair in temporal:temporal temporal_visibility:visibility; do
  database=${pair%%:*} schema=${pair##*:}
  tool --db "$database" create
  tool --db "$database" setup-schema -v 0.0 || true  # Refused where it was set up before.
  tool --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
