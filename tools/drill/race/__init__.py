"""Stops raced against sends that are due, judged by the provider's own books."""
