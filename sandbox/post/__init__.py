"""Real mail servers over the pretend world: SMTP by aiosmtpd, IMAP by pymap."""
