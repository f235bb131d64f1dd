#!/bin/sh
# Makes a login and its databases for each of the two that use this server. Runs once, when the
# volume is new.
set -eu

psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
  --set reprise="$(cat /run/secrets/reprise_password)" \
  --set temporal="$(cat /run/secrets/temporal_password)" <<'SQL'
-- The migration makes roles. Each process gives its login's rights up at once (SET ROLE), so that
-- the fence between workspaces holds for it.
CREATE ROLE reprise LOGIN CREATEROLE PASSWORD :'reprise';
CREATE ROLE temporal LOGIN PASSWORD :'temporal';
CREATE DATABASE reprise OWNER reprise;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
SQL
