"""Commands and build-time helpers for people; no room imports them."""
