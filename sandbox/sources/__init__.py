"""Pretend calendars and recruiting systems: their APIs, and the webhooks that they send."""
