"""A pretend Microsoft: sign-in and Graph's mail."""
