"""The mail world: mailboxes, threads, histories and what was accepted for sending."""
