"""Explains the class of any mail."""
