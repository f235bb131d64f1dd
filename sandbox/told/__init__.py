"""Whom the house tells: webhook receivers, a Slack, a Twilio. They record what they hear."""
