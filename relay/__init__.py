"""Hands the outbox to Temporal: starts and signals, in order."""
