"""What Postgres remembers: tables, reads, writes, migrations, outbox."""
