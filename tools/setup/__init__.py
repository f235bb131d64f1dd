"""Sets up what a fresh machine lacks."""
